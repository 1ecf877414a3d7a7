"""The words of each code of a report: what it says, and how to mend it."""

from shared.rendering import N_

_NOT_BY_SPREADSHEET = N_(
    "Download or write the file again and send it as it is, without opening and saving it in a spreadsheet."
)
_LOOK_UP = N_("Look it up on the order's page and correct it.")
_BY_THE_BOOK = N_("Nothing needs to be done; the next file can be written by the book.")
_PLAIN_TEXT = N_("Save the file as tab-delimited text in UTF-8 and send it again.")

# Each is written by what was found: %(field)s names a column or element, %(value)s is what stands there, and
# %(other)s what it is measured against.
_ALL: dict[int, tuple[str, str]] = {
    5000: (
        N_("The document is not well-formed XML: %(value)s (%(other)s). Nothing of it was carried out."),
        N_("Correct the place and send the whole document again."),
    ),
    5002: (
        N_("“%(value)s” is not expected in %(field)s."),
        N_("Remove or correct it; %(other)s"),
    ),
    18021: (
        N_("%(value)s units are more than can be canceled: %(other)s."),
        N_("Lower the quantity to what is still open."),
    ),
    18028: (N_("Order “%(value)s” was not found."), _LOOK_UP),
    25441: (
        N_("“%(value)s” in “%(field)s” is no valid order id: %(other)s."),
        N_("Write the order's number exactly as the Orders page shows it."),
    ),
    90001: (
        N_("What the row names has already been shipped."),
        N_(
            "It can only be returned. What is left of the order is canceled by an adjustment or item by item."
        ),
    ),
    90002: (N_("What the row names has already been canceled."), N_("Nothing needs to be done.")),
    90003: (
        N_("“%(value)s” in “%(field)s” is no reason that is known here."),
        N_("Write one of these: %(other)s."),
    ),
    90004: (
        N_("The row says the same as %(other)s and was left out."),
        N_("Nothing needs to be done; a row counts once."),
    ),
    90005: (
        N_("The row contradicts %(other)s, so none of them was carried out."),
        N_("Keep the row that is right and send it in a file of its own."),
    ),
    90006: (
        N_("“%(field)s” says “%(value)s”: a spreadsheet has changed the value (%(other)s)."),
        _NOT_BY_SPREADSHEET,
    ),
    90008: (N_("Order “%(other)s” has no item “%(value)s”."), _LOOK_UP),
    90009: (
        N_("The order's policy or state does not allow it: %(other)s."),
        N_("Look the order up. What its customer asked is decided under Requests."),
    ),
    90010: (
        N_("MessageID %(value)s stands in the document more than once."),
        N_("Number the messages from 1 on, each with a number of its own."),
    ),
    90011: (N_("The file is of no type that is known here: %(value)s."), "%(other)s"),
    90012: (N_("The file cannot be read: %(value)s"), "%(other)s"),
    90013: (
        N_("The header in line %(other)s lacks these columns: %(value)s."),
        N_("Take the header from the template; columns are known by their names."),
    ),
    90014: (
        N_("The header in line %(other)s names these columns twice: %(value)s."),
        N_("Remove the columns that do not belong."),
    ),
    90015: (
        N_("The header names %(value)s columns; at most %(other)s are accepted."),
        N_("Take the header from the template."),
    ),
    90016: (N_("The file holds nothing to carry out."), N_("Add rows or messages below the header.")),
    90017: (
        N_("The file is of another type than the one it was sent as: %(value)s."),
        N_("Send it as that type, or let the type be detected."),
    ),
    90018: (
        N_("The text cannot be read as %(value)s (%(other)s)."),
        N_("Save the document in UTF-8 and send it again."),
    ),
    90019: (
        N_("The document holds %(value)s (%(other)s), which is never read."),
        N_("Remove document types, entities and processing instructions."),
    ),
    90020: (
        N_("Elements are nested deeper than %(value)s levels (%(other)s)."),
        N_("Take the document's form from the template."),
    ),
    90021: (
        N_("A single message is longer than %(value)s characters, or none ends."),
        N_("Split it into several messages."),
    ),
    90022: (
        N_("MessageType says “%(value)s”, which is a misspelling of “%(other)s”."),
        N_("Write “%(other)s”, and name the element in each message the same."),
    ),
    90023: (
        N_("MessageType says “%(value)s”."),
        N_("Write “%(other)s”, before the first message."),
    ),
    90024: (
        N_("The message holds “%(value)s”, but MessageType says “%(other)s”."),
        N_("Send each type in a document of its own."),
    ),
    90025: (
        N_("“%(value)s” is no MessageID (message %(other)s of the document)."),
        N_("Give each message a number of 1 to 20 digits of its own."),
    ),
    90026: (
        N_("“%(field)s” holds invisible control characters."),
        N_("Type the value anew."),
    ),
    90027: (
        N_("“%(field)s” is longer than %(other)s characters."),
        N_("Shorten it; if it holds the values of others, a separator or line end is missing."),
    ),
    90028: (
        N_("The row has more values than the header names columns."),
        N_("Quote or remove a value that holds the character between the columns."),
    ),
    90029: (
        N_("A quotation mark is opened and not closed, or stands inside a value."),
        N_("Write each quotation mark inside a value twice, and one around the whole value."),
    ),
    90030: (
        N_("The file ends in the middle of this line, so it may have been cut off here."),
        N_("Complete the line, end it with a line break, and send the rest again."),
    ),
    90031: (N_("“%(field)s” is missing."), N_("Fill it in.")),
    90032: (
        N_("“%(value)s” in “%(field)s” stands for an id, but is none."),
        N_("Replace it by the id that the order's page shows."),
    ),
    90033: (
        N_("The row names an item, but no reason."),
        N_("Fill in both, or leave both empty to cancel the whole order."),
    ),
    90034: (
        N_("“%(field)s” says “%(value)s”."),
        N_("Write a whole number from 1 to 999999 in plain digits."),
    ),
    90035: (
        N_("“%(field)s” says “%(value)s”, but this file cancels whole items only."),
        N_("Empty the column, or send an Order Adjustment file, which takes quantities."),
    ),
    90036: (
        N_("CancelReason stands outside of Item."),
        N_("Move it into each Item; to cancel the whole order list all its items."),
    ),
    90037: (
        N_("StatusCode is Success, but the message gives a reason for canceling."),
        N_("Write Failure to cancel, or remove the reason."),
    ),
    90038: (N_("StatusCode says “%(value)s”."), N_("Write Success or Failure.")),
    90039: (N_("“%(value)s” stands in %(field)s more than once."), N_("Keep the one that is right.")),
    90040: (
        N_("“%(field)s” has a comment inside its value."),
        N_("Remove the comment; it could hide a part of the value."),
    ),
    90041: (
        N_("“%(field)s” says “%(value)s”, which is no plain amount (%(other)s)."),
        N_("Write digits alone, with a point: no currency sign, thousands mark or decimal comma."),
    ),
    90042: (
        N_("“%(field)s” says “%(value)s”, which is no currency."),
        N_("Write the three capital letters of the order's currency, such as USD."),
    ),
    90043: (
        N_("The amounts are in several currencies: %(value)s."),
        N_("Write all of them in the order's currency."),
    ),
    90044: (
        N_("The amounts add up to %(value)s, which the customer would have to pay."),
        N_("An adjustment gives money to the customer: the sum must be more than zero."),
    ),
    90045: (
        N_("The row asks for nothing: it has neither amounts nor a quantity to cancel."),
        N_("Fill in amounts above zero, or the quantity to cancel; or remove the row."),
    ),
    90046: (
        N_("“%(value)s” is no reason to cancel a quantity."),
        N_("Write NoInventory or CustomerCancel."),
    ),
    90047: (
        N_("ActionType says “%(value)s”, which does not fit the rest of the message."),
        N_("Cancel goes with QuantityCancelled, Refund with amounts."),
    ),
    90048: (
        N_("DirectPaymentAdjustments are not carried out here."),
        N_("Write the amounts as ItemPriceAdjustments."),
    ),
    90049: (
        N_("OperationType says “%(value)s”; what a feed did cannot be taken back by another."),
        N_("Leave it out, or write Update."),
    ),
    90050: (
        N_("%(field)s is named both ways: “%(value)s” and “%(other)s”."),
        N_("Keep one of the two ids."),
    ),
    90051: (
        N_("“%(value)s” is no type of amount that is known here."),
        N_("Write one of these: %(other)s."),
    ),
    90052: (
        N_("The file holds more than %(value)s %(other)s."),
        N_("Split it into several files."),
    ),
    90053: (
        N_("The amounts are more than may go back of what has shipped: %(other)s at most."),
        N_("Lower them; units that have not shipped are canceled by a quantity instead."),
    ),
    90054: (
        N_("The amounts (%(value)s) do not fit the order's currency, %(other)s."),
        N_("Write all of them in the order's currency, with no more decimals than it has."),
    ),
    90055: (
        N_("The feed was stopped before its end: %(other)s"),
        N_("What was carried out until then stays. Send the same file again to carry out the rest."),
    ),
    90056: (
        N_("The code comes in as “%(value)s”, which files may not give: see Settings, Reasons."),
        N_("Give another code, change what it comes in as, or let files give the reason again."),
    ),
    90101: (N_("The first row of the template is missing."), _BY_THE_BOOK),
    90102: (N_("The first row of the template has spaces in place of tabs."), _BY_THE_BOOK),
    90103: (N_("Columns were known by similar names: %(value)s."), _BY_THE_BOOK),
    90104: (N_("Columns that are not known here were left out: %(value)s."), _BY_THE_BOOK),
    90105: (N_("The columns are separated by “%(value)s” in place of tabs."), _BY_THE_BOOK),
    90106: (
        N_("The row has a reason, but no item: it stands for the whole order."),
        N_("Name the item where only that one is meant."),
    ),
    90107: (N_("StatusCode “%(value)s” was taken for “%(other)s”."), _BY_THE_BOOK),
    90108: (
        N_("The message names no items: it stands for the whole order."),
        N_("List the items where only some are meant."),
    ),
    90109: (N_("“%(value)s” in “%(field)s” was taken for “%(other)s”."), _BY_THE_BOOK),
    90110: (N_("The elements of %(field)s stand in another order than the schema's."), _BY_THE_BOOK),
    90111: (N_("The line has fewer values than the header; the missing ones count as empty."), _BY_THE_BOOK),
    90112: (N_("The envelope has no %(value)s."), _BY_THE_BOOK),
    90113: (
        N_("The units were canceled although others of the order have not been shipped yet."),
        N_("Nothing needs to be done."),
    ),
    90114: (
        N_("The amounts were left out: what goes back for canceled units is worked out from the order."),
        N_("Send amounts that go beyond it as an adjustment of their own."),
    ),
}

WHAT = {code: what for code, (what, _) in _ALL.items()}
HOW_TO_MEND = {code: mend for code, (_, mend) in _ALL.items()}
