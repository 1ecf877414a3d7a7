"""Every error and warning of a feed: its number, its words, and how to mend what it is about."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from shared.feeds import explanations
from shared.rendering import gettext
from shared.tables.troubles import RowFault, shown


class Severity(StrEnum):
    """Whether a record was refused, or only something about it is worth knowing."""

    ERROR = "error"
    WARNING = "warning"


class Code(IntEnum):
    """The numbers of reports. Those below 90001 are known from other systems, the others are ours."""

    NOT_WELL_FORMED = 5000
    UNEXPECTED_CONTENT = 5002
    TOO_MANY_UNITS = 18021
    ORDER_NOT_FOUND = 18028
    INVALID_ORDER_ID = 25441
    ALREADY_SHIPPED = 90001
    ALREADY_CANCELED = 90002
    UNKNOWN_REASON = 90003
    DUPLICATE_ROW = 90004
    CONFLICTING_ROWS = 90005
    DAMAGED_BY_SPREADSHEET = 90006
    ITEM_NOT_FOUND = 90008
    NOT_CANCELABLE = 90009
    DUPLICATE_MESSAGE_ID = 90010
    UNKNOWN_TYPE = 90011
    UNREADABLE_FILE = 90012
    MISSING_COLUMNS = 90013
    REPEATED_COLUMNS = 90014
    TOO_MANY_COLUMNS = 90015
    NO_RECORDS = 90016
    OTHER_TYPE = 90017
    BAD_ENCODING = 90018
    FORBIDDEN_MARKUP = 90019
    TOO_DEEP = 90020
    TOO_LARGE = 90021
    MISSPELLED_MESSAGE_TYPE = 90022
    WRONG_MESSAGE_TYPE = 90023
    PAYLOAD_DIFFERS = 90024
    BAD_MESSAGE_ID = 90025
    CONTROL_CHARACTER = 90026
    TOO_LONG = 90027
    TOO_MANY_VALUES = 90028
    BROKEN_QUOTATION = 90029
    CUT_OFF = 90030
    MISSING_VALUE = 90031
    PLACEHOLDER = 90032
    ITEM_WITHOUT_REASON = 90033
    BAD_QUANTITY = 90034
    QUANTITY_NOT_TAKEN = 90035
    REASON_OUTSIDE_ITEM = 90036
    REASON_WITH_SUCCESS = 90037
    UNKNOWN_STATUS = 90038
    REPEATED_ELEMENT = 90039
    COMMENT_INSIDE_VALUE = 90040
    BAD_AMOUNT = 90041
    UNKNOWN_CURRENCY = 90042
    MIXED_CURRENCIES = 90043
    NOT_IN_FAVOR_OF_BUYER = 90044
    NOTHING_ASKED = 90045
    NOT_A_CANCEL_REASON = 90046
    CONTRADICTING_ACTION = 90047
    DIRECT_PAYMENT = 90048
    DELETE_NOT_POSSIBLE = 90049
    TWO_NAMES = 90050
    UNKNOWN_COMPONENT = 90051
    FILE_TOO_LARGE = 90052
    AMOUNT_NOT_POSSIBLE = 90053
    OTHER_CURRENCY = 90054
    STOPPED = 90055
    REASON_SWITCHED_OFF = 90056
    TEMPLATE_ROW_MISSING = 90101
    TEMPLATE_ROW_SPACES = 90102
    HEADER_VARIANT = 90103
    UNKNOWN_COLUMN = 90104
    OTHER_DELIMITER = 90105
    REASON_FOR_WHOLE_ORDER = 90106
    FAILED_FOR_FAILURE = 90107
    FAILURE_WITHOUT_ITEMS = 90108
    SPELLING = 90109
    OUT_OF_ORDER = 90110
    SHORT_LINE = 90111
    HEADER_MISSING = 90112
    BEFORE_SHIPMENT = 90113
    AMOUNTS_IGNORED = 90114


_WARNINGS = frozenset({Code.DUPLICATE_ROW, *(code for code in Code if code >= Code.TEMPLATE_ROW_MISSING)})
_OF_A_TABLE = {
    RowFault.BROKEN_QUOTATION: Code.BROKEN_QUOTATION,
    RowFault.CONTROL_CHARACTER: Code.CONTROL_CHARACTER,
    RowFault.DAMAGED_BY_SPREADSHEET: Code.DAMAGED_BY_SPREADSHEET,
    RowFault.TOO_LONG: Code.TOO_LONG,
    RowFault.TOO_MANY_VALUES: Code.TOO_MANY_VALUES,
}
_WORDS = (explanations.WHAT, explanations.HOW_TO_MEND)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong or worth knowing: where (`field` is a column or element), and what stood there.

    `other` is what it is measured against: a limit, another line, what was expected.
    """

    code: Code
    field: str = ""
    value: str = ""
    other: str = ""

    @property
    def severity(self) -> Severity:
        """Whether it refuses the record."""
        return severity_of(self.code)

    def words(self) -> str:
        """Say what it is, in the language being spoken."""
        return self._said(explanations.WHAT)

    def how_to_mend(self) -> str:
        """Say what to do about it."""
        return self._said(explanations.HOW_TO_MEND)

    def _said(self, words: dict[int, str]) -> str:
        # Why a file cannot be read at all is a sentence of ours, and said whole.
        value = self.value if self.code is Code.UNREADABLE_FILE else shown(self.value)
        values = {"field": self.field, "value": value, "other": self.other}
        return gettext(words[self.code]) % values


@dataclass(frozen=True, slots=True)
class Explained:
    """A code as the page about codes shows it."""

    code: Code
    name: str
    severity: Severity
    words: str
    how_to_mend: str


class RefusedDocument(Exception):
    """The document is refused as a whole: none of its rows may be carried out, also those already given."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.words()} {problem.how_to_mend()}")
        self.problem = problem


def severity_of(code: Code) -> Severity:
    """Tell whether a code is an error or a warning."""
    return Severity.WARNING if code in _WARNINGS else Severity.ERROR


def table_fault(fault: RowFault) -> Code:
    """Give the code of what is wrong with a row before its values are looked at."""
    return _OF_A_TABLE[fault]


def every_code() -> tuple[Explained, ...]:
    """List all codes with their words, in the language being spoken, for the page that explains them."""
    return tuple(
        Explained(code, code.name, severity_of(code), *(_unfilled(words[code]) for words in _WORDS))
        for code in Code
    )


def _unfilled(words: str) -> str:
    return gettext(words) % dict.fromkeys(("field", "value", "other"), "…")
