"""Documents that are refused as a whole, with the code that each must be answered with."""

import io
import zipfile

from tests.unit.feeds.making import (
    CANCEL_HEADER,
    ITEM,
    ORDER,
    TEMPLATE_ROW,
    acknowledge,
    adjust,
    adjust_row,
    adjusted,
    cancel,
    envelope,
)

GOOD = envelope("OrderAcknowledgement", acknowledge(), acknowledge(2))
FLAT = cancel((ORDER, "NoInventory", ITEM))


def archive(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return out.getvalue()


def declared(declaration: str, use: str = "") -> str:
    return GOOD.replace("<AmazonEnvelope>", f"{declaration}<AmazonEnvelope>").replace(ORDER, use or ORDER)


NOT_WELL_FORMED: dict[str, str | bytes] = {
    "cut in the middle": GOOD[: len(GOOD) // 2],
    "cut before the end": GOOD[:-1],
    "without its end tag": GOOD.replace("</AmazonEnvelope>", ""),
    "with a wrong end tag": GOOD.replace("</StatusCode>", "</Status>"),
    "with an end tag too many": GOOD.replace("</StatusCode>", "</StatusCode></Item>"),
    "with two roots": GOOD + "<AmazonEnvelope/>",
    "with text behind": GOOD + "thanks",
    "with a bare ampersand": GOOD.replace("M1", "A & B"),
    "with an undeclared entity": GOOD.replace(ORDER, "&order;"),
    "with a bare less-than sign": GOOD.replace(ORDER, "2 < 3"),
    "with an unquoted attribute": GOOD.replace("<Message>", "<Message id=1>", 1),
    "with an attribute twice": GOOD.replace("<Message>", '<Message a="1" a="2">', 1),
    "with a NUL": GOOD.replace(ORDER, "206\x00"),
    "with a control character": GOOD.replace(ORDER, "206\x01"),
    "with a control character as a reference": GOOD.replace(ORDER, "206&#1;"),
    "with an unclosed comment": GOOD.replace("<Message>", "<!-- <Message>", 1),
}
XML: dict[str, tuple[str | bytes, int]] = {
    **{name: (content, 5000) for name, content in NOT_WELL_FORMED.items()},
    "a document type": (declared("<!DOCTYPE AmazonEnvelope>"), 90019),
    "a document type in lower case": (declared("<!doctype x>"), 90019),
    "an entity": (declared('<!DOCTYPE a [<!ENTITY x "206">]>', "&x;"), 90019),
    "an entity of a file": (declared('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"), 90019),
    "an entity of an address": (
        declared('<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1/x">]>', "&x;"),
        90019,
    ),
    "a parameter entity": (declared('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x"> %x;]>'), 90019),
    "an entity bomb": (
        declared(
            '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>',
            "&c;",
        ),
        90019,
    ),
    "a document type of another document": (declared('<!DOCTYPE a SYSTEM "a.dtd">'), 90019),
    "a document type in UTF-16": (
        declared("<!DOCTYPE a>").replace("UTF-8", "UTF-16").encode("utf-16"),
        90019,
    ),
    "an instruction": (GOOD.replace("<Message>", "<?php x?><Message>", 1), 90019),
    "a style sheet": (declared('<?xml-stylesheet href="a.xsl"?>'), 90019),
    "an instruction inside an id": (GOOD.replace(ORDER, f"{ORDER}<?x y?>"), 90019),
    "too deep": (GOOD.replace(ORDER, "<a>" * 13 + "</a>" * 13), 90020),
    "too deep for the parser": (GOOD.replace(ORDER, "<a>" * 300 + "</a>" * 300), 90020),
    "a message that never ends": (GOOD.replace(ORDER, "9" * 5_000_000), 90021),
    "a comment that never ends": (GOOD.replace("<Message>", f"<!--{'9' * 5_000_000}--><Message>", 1), 90021),
    "bytes that are no UTF-8": (GOOD.replace("M1", "Käse").encode("cp1252"), 90018),
    "bytes that are no Shift-JIS": (
        GOOD.replace("UTF-8", "Shift_JIS").encode().replace(b"M1", b"M\x81 "),
        90018,
    ),
    "half a character at the end": (GOOD.encode() + b"\xc3", 90018),
    "UTF-7": (GOOD.replace("UTF-8", "UTF-7"), 90018),
    "EBCDIC": (GOOD.replace("UTF-8", "cp037"), 90018),
    "an encoding that nobody knows": (GOOD.replace("UTF-8", "klingon"), 90018),
    "UTF-16 by its word only": (GOOD.replace("UTF-8", "UTF-16"), 90018),
    "another root": (GOOD.replace("AmazonEnvelope", "Envelope"), 90011),
    "a root in small letters": (GOOD.replace("AmazonEnvelope", "amazonenvelope"), 90011),
    "a root in a namespace": (GOOD.replace("<AmazonEnvelope>", '<AmazonEnvelope xmlns="urn:x">'), 90011),
    "a web page": ("<html><body>Sign in</body></html>", 90011),
    "a message inside a message": (GOOD.replace("<Item>", "<Message/><Item>", 1), 90011),
    "another MessageType": (
        GOOD.replace(">OrderAcknowledgement</MessageType", ">Inventory</MessageType"),
        90023,
    ),
    "no MessageType": (GOOD.replace("<MessageType>OrderAcknowledgement</MessageType>", ""), 90023),
    "an empty MessageType": (GOOD.replace(">OrderAcknowledgement</MessageType", "></MessageType"), 90023),
    "a misspelled MessageType": (
        GOOD.replace(">OrderAcknowledgement</MessageType", ">OrderAcknowledgment</MessageType"),
        90022,
    ),
    "a MessageType in small letters": (
        GOOD.replace(">OrderAcknowledgement</MessageType", ">orderacknowledgement</MessageType"),
        90022,
    ),
    "a misspelled MessageType of an adjustment": (
        envelope("OrderAdjustments", adjusted()),
        90022,
    ),
    "MessageType behind the messages": (
        GOOD.replace("<MessageType>OrderAcknowledgement</MessageType>", "").replace(
            "</AmazonEnvelope>", "<MessageType>OrderAcknowledgement</MessageType></AmazonEnvelope>"
        ),
        90023,
    ),
    "two MessageTypes": (GOOD.replace("<MessageType>", "<MessageType>x</MessageType><MessageType>"), 5002),
    "a stray element in the head": (GOOD.replace("<MessageType>", "<Note>x</Note><MessageType>"), 5002),
    "a stray element between messages": (GOOD.replace("</Message>", "</Message><Note/>", 1), 5002),
    "a stray element behind the messages": (
        GOOD.replace("</AmazonEnvelope>", "<Note/></AmazonEnvelope>"),
        5002,
    ),
    "a stray element in the header": (GOOD.replace("</Header>", "<Note/></Header>"), 5002),
    "a prefix that nobody declared": (
        GOOD.replace("<Message>", "<a:Message>").replace("</Message>", "</a:Message>"),
        5002,
    ),
    "no messages": (envelope("OrderAcknowledgement"), 90016),
    "another payload": (envelope("Price", "<Message><MessageID>1</MessageID><Price/></Message>"), 90011),
}
TABLES: dict[str, tuple[str | bytes, int]] = {
    "an empty file": ("", 90012),
    "blank lines": ("\n\n \n", 90012),
    "JSON": ('{"orders": []}', 90012),
    "a PDF document": ("%PDF-1.7", 90012),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 90012),
    "a gzip archive": (b"\x1f\x8b\x08\x00\x00", 90012),
    "a picture": (b"\x89PNG\r\n\x1a\n", 90012),
    "binary data": (bytes(range(256)) * 4, 90012),
    "UTF-16 without its mark": (FLAT.encode("utf-16-le"), 90012),
    "UTF-32": (FLAT.encode("utf-32"), 90012),
    "half a character in UTF-16": (FLAT.encode("utf-16")[:-1], 90012),
    "damaged UTF-8": (FLAT.replace(ORDER, "ääääää").encode() + b"\xff\n", 90012),
    "a ZIP archive": (archive(a="x"), 90012),
    "a damaged ZIP archive": (b"PK\x03\x04" + b"x" * 100, 90012),
    "a workbook without sheets": (
        archive(**{"xl/workbook.xml": "<a/>", "xl/_rels/workbook.xml.rels": "<a/>"}),
        90011,
    ),
    "a workbook with a document type": (
        archive(**{"xl/workbook.xml": "<!DOCTYPE a><a/>", "xl/_rels/workbook.xml.rels": "<a/>"}),
        90012,
    ),
    "a table of something else": ("sku\tprice\nA\t5\n", 90011),
    "a new orders report": ("order-id\torder-item-id\tpurchase-date\tsku\n1\t2\t3\t4\n", 90013),
    "one word": ("hello", 90011),
    "no header": (TEMPLATE_ROW + f"{ORDER}\tNoInventory\t{ITEM}\n", 90013),
    "another template": (FLAT.replace("OrderCancellation", "PriceInventory"), 90011),
    "no item column": (
        cancel(header=TEMPLATE_ROW + "order-id\tcancellation-reason-code\n") + f"{ORDER}\t\n",
        90013,
    ),
    "no reason column": (
        cancel(header=TEMPLATE_ROW + "order-id\tamazon-order-item-code\n") + f"{ORDER}\t\n",
        90013,
    ),
    "a misspelled item column": (FLAT.replace("amazon-order-item-code", "amazon-order-item-cod"), 90013),
    "a misspelled order column": (FLAT.replace("order-id", "odrer-id"), 90013),
    "a column twice": (FLAT.replace("order-id\t", "order-id\torder-id\t"), 90014),
    "too many columns": (
        FLAT.replace("order-id\t", "order-id\t" + "".join(f"x{i}\t" for i in range(70))),
        90015,
    ),
    "far too many columns": (
        FLAT.replace("order-id\t", "order-id\t" + "".join(f"x{i}\t" for i in range(210))),
        90012,
    ),
    "a header only": (TEMPLATE_ROW + CANCEL_HEADER, 90016),
    "a header and blank lines": (TEMPLATE_ROW + CANCEL_HEADER + "\t\t\n\n", 90016),
    "the template row only": (TEMPLATE_ROW, 90012),
    "an adjustment header only": (adjust(), 90016),
    "an adjustment without reasons": (adjust(adjust_row()).replace("adjustment-reason-code", "why"), 90013),
}
