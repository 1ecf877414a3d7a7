"""Every encoding a shop's file may come in, and files that are no tables of text."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from shared.stores.recognize import open_orders
from shared.tables import sniffing
from shared.tables.table import open_table
from shared.tables.troubles import UnreadableFile
from tests.unit.stores.making import (
    amazon_row,
    amazon_text,
    bad_rows_in,
    orders_in,
    readings,
    shopify_row,
    shopify_text,
    written,
)

WESTERN = "Größe 4 – “Café” für Zoë"
JAPANESE = "東京都のお茶セット「小」"


@pytest.mark.parametrize(
    ("encoding", "title", "name", "assumed"),
    [
        ("utf-8", "茶 Größe 🫖", "UTF-8", False),
        ("utf-8-sig", "茶 Größe 🫖", "UTF-8", False),
        ("utf-16", "茶 Größe 🫖", "UTF-16", False),
        ("cp1252", WESTERN, "Windows-1252", True),
        ("cp1252", "It’s here", "Windows-1252", True),
        ("cp1252", "Müller", "Windows-1252", True),
        ("cp932", JAPANESE, "Shift-JIS", True),
        ("cp932", "ﾃｨｰｶｯﾌﾟ", "Shift-JIS", True),
        ("ascii", "Tea kettle", "UTF-8", False),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_encoding_is_found_and_the_text_arrives_whole(
    tmp_path: Path, encoding: str, title: str, name: str, *, assumed: bool, end: str
) -> None:
    text = amazon_text(amazon_row(product_name=title), end=end)

    (order,) = orders_in(readings(tmp_path, text, encoding))
    table = open_table(tmp_path / "orders.txt", "Accepted are tables.")

    assert order.lines[0].title == title
    assert order.delivery[-1] == "GB"
    assert (table.encoding.name, table.encoding.assumed) == (name, assumed)


def test_utf_16_with_the_high_byte_first_is_read(tmp_path: Path) -> None:
    content = b"\xfe\xff" + amazon_text(amazon_row(product_name=JAPANESE)).encode("utf-16-be")

    (order,) = orders_in(readings(tmp_path, content))

    assert order.lines[0].title == JAPANESE


def test_a_file_with_bare_carriage_returns_is_read(tmp_path: Path) -> None:
    (order,) = orders_in(readings(tmp_path, amazon_text(amazon_row(), end="\r")))

    assert order.number == "206-0000001-0000001"


def test_damaged_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    text = amazon_text(amazon_row(product_name="茶碗蒸し"), amazon_row("206-2", product_name="XX"))
    content = text.encode().replace(b"XX", b"\xff")

    with pytest.raises(UnreadableFile, match="line 3"):
        readings(tmp_path, content)


def test_damaged_utf_16_is_refused_with_its_line(tmp_path: Path) -> None:
    content = amazon_text(amazon_row()).encode("utf-16") + b"\x00\xd8"

    with pytest.raises(UnreadableFile, match=r"UTF-16 text, but damaged: line 3"):
        readings(tmp_path, content)


def test_marked_utf_8_that_is_damaged_is_refused(tmp_path: Path) -> None:
    content = amazon_text(amazon_row(product_name="XX")).encode("utf-8-sig").replace(b"XX", b"\xe9")

    with pytest.raises(UnreadableFile, match="line 2"):
        readings(tmp_path, content)


def test_bytes_of_no_known_encoding_are_refused(tmp_path: Path) -> None:
    content = amazon_text(amazon_row(product_name="XX")).encode().replace(b"XX", b"\x81 \x8d ")

    with pytest.raises(UnreadableFile, match="neither UTF-8"):
        readings(tmp_path, content)


def test_text_that_only_shift_jis_can_be_is_read_as_such(tmp_path: Path) -> None:
    content = amazon_text(amazon_row(product_name="XX")).encode().replace(b"XX", b"A\x81\x40B")

    (order,) = orders_in(readings(tmp_path, content))

    assert order.lines[0].title == "A B"


def _workbook() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("content", "likeness"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n \r\n", "is empty"),
        ("\ufeff \n".encode("utf-16-le"), "no header"),
        (_workbook(), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old Excel workbook"),
        (gzip.compress(b"order-id\torder-item-id\n", mtime=0), "compressed"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"{\\rtf1\\ansi order-id}", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
        (b"<?xml version='1.0'?><AmazonEnvelope/>", "XML"),
        (b'{"orders": []}', "JSON"),
        (bytes(range(256)) * 10, "binary data"),
        ("order-id\torder-item-id\n".encode("utf-16-le"), "byte order mark"),
        ("order-id\n".encode("utf-32"), "UTF-32"),
        (b"order-id\torder-item-id\n1\t2\n", "not the header"),
        (b"a,b,c\n1,2,3\n", "not the header"),
        (b"sep=;\n", "no header"),
        (amazon_text().encode(), "no rows below it"),
        (b"TemplateType=OrderCancellation\tVersion=1.0/1.0.3\n", "order cancellation file"),
        (b"order-id\tcancellation-reason-code\tamazon-order-item-code\n", "order cancellation file"),
        (
            b"order-id\torder-item-id\tpurchase-date\tsku\tquantity-to-ship\n1\t2\t3\t4\t5\n",
            "unshipped orders report, but lacks these columns: quantity-purchased, quantity-shipped",
        ),
        (b"amazon-order-id\torder-status\tsku\n1\tShipped\tX\n", "all orders report"),
        (
            amazon_text(amazon_row()).replace("item-price", "price").encode(),
            "lacks these columns: item-price",
        ),
        (amazon_text(amazon_row()).replace("buyer-name", "SKU").encode(), "columns twice: sku"),
        (("x\t" * 250).encode() + b"\n1\n", "at most 200"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named(tmp_path: Path, content: bytes, likeness: str) -> None:
    with pytest.raises(UnreadableFile, match=likeness) as refused:
        open_orders(written(tmp_path, content))

    assert refused.value.how_to_mend


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.txt"):
        with pytest.raises(UnreadableFile, match="is no file"):
            open_orders(path)


def test_a_file_whose_name_no_system_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"cannot be opened|is no file"):
        open_orders(tmp_path / ("x" * 5000))


def test_a_file_above_the_size_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(sniffing.MAX_BYTES + 1)

    with pytest.raises(UnreadableFile, match="101 MB; at most 100 MB"):
        open_orders(path)


def test_a_file_above_the_row_limit_stops_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.tables.table.MAX_ROWS", 2)
    text = amazon_text(*(amazon_row(f"206-{place}", str(place)) for place in range(3)))

    with pytest.raises(UnreadableFile, match="more than 2 rows; reading stopped at line 4"):
        readings(tmp_path, text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = shopify_text(shopify_row(notes="no marks"), delimiter=delimiter)

    (order,) = orders_in(readings(tmp_path, text))

    assert order.number == "#1001"


def test_the_separator_line_of_a_spreadsheet_is_followed(tmp_path: Path) -> None:
    found = readings(tmp_path, "sep=;\r\n" + shopify_text(shopify_row(), delimiter=";", end="\r\n"))

    assert len(orders_in(found)) == 1


@pytest.mark.parametrize(
    "spell", [str.upper, lambda name: name.replace("-", " ").title(), lambda name: name.replace("-", "_")]
)
def test_headers_are_matched_however_they_are_spelled(tmp_path: Path, spell) -> None:
    header, rest = amazon_text(amazon_row()).split("\n", 1)
    spelled = "\t".join(f" {spell(name)} " for name in header.split("\t"))

    (order,) = orders_in(readings(tmp_path, f"{spelled}\n{rest}"))

    assert order.lines[0].sku == "KETTLE-1"


def test_columns_may_stand_in_any_order_and_unknown_ones_are_passed_over(tmp_path: Path) -> None:
    row = amazon_row() | {"": "", "loyalty-points": "12"}
    names = sorted(row, reverse=True)
    text = "\t".join(names) + "\n" + "\t".join(row[name] for name in names) + "\n"

    (order,) = orders_in(readings(tmp_path, text))

    assert order.lines[0].price_minor == 3998


def test_blank_lines_and_trailing_spaces_change_nothing_but_the_line_numbers(tmp_path: Path) -> None:
    header, row, _ = amazon_text(amazon_row(item="")).split("\n")
    good = amazon_text(amazon_row("206-2", "7")).split("\n")[1]
    spaced = "\t".join(f"{cell}  " for cell in good.split("\t"))

    found = readings(tmp_path, f"\n{header}\n\n\t\t\t\n{row}\n   \n{spaced}\n\n")

    assert [row.line for row in bad_rows_in(found)] == [5]
    assert [order.number for order in orders_in(found)] == ["206-2"]
