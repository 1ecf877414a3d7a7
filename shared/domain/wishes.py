"""A buyer's wish to cancel that reached another system, in the sentence that the buyer chose there."""

import re

from shared.domain.foreign_codes import DEFAULTS, OWN_WORDS, CodeList

_NO_LETTERS = re.compile(r"[^a-z]+")


def plain(words: str) -> str:
    """Reduce a sentence or status to its words: "Shipped - Delivered" is "shipped delivered"."""
    return _NO_LETTERS.sub(" ", words.casefold()).strip()


# The same sentence is written in both ways.
_ALSO = {"item would not arrive on time": "Item(s) would not arrive on time"}
_SENTENCES = {plain(sentence): sentence for sentence in DEFAULTS[CodeList.WISH]} | _ALSO


def sentence_of(words: str) -> str | None:
    """Find the sentence of a marketplace's list; what buyers write of their own is one, nothing is none."""
    if not words.strip():
        return None
    return _SENTENCES.get(plain(words), OWN_WORDS)
