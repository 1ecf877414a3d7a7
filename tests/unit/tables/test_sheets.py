import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter

from shared.tables.sheets import SheetTable, sheets
from shared.tables.troubles import UnreadableFile

PREAMBLE = re.compile("TemplateType=")


def opened(folder: Path, fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> list[SheetTable]:
    path = folder / "book.xlsx"
    with xlsxwriter.Workbook(
        path, {"default_date_format": "yyyy-mm-dd", "remove_timezone": True, **options}
    ) as book:
        fill(book)
    return sheets(path, PREAMBLE)


def cells(folder: Path, *values: object) -> list[str]:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [f"c{place}" for place in range(len(values))])
        sheet.write_row(1, 0, values)

    (sheet,) = opened(folder, fill)
    (row,) = sheet.rows()
    return list(row.cells)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (53636600015471, "53636600015471"),
        (2, "2"),
        (0.5, "0.5"),
        (5363660001547112, "5.36366000154711e+15"),
        (datetime(2010, 12, 1, tzinfo=UTC), "#DATE!"),
        (True, "TRUE"),
        (" text ", "text"),
        ("=1+1", "0"),
        ("买家取消", "买家取消"),
    ],
)
def test_a_cell_is_read_as_what_it_is(tmp_path: Path, value: object, text: str) -> None:
    assert cells(tmp_path, value) == [text]


def test_an_error_is_not_read_as_an_empty_cell(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")

    (sheet,) = opened(tmp_path, fill)

    assert [list(row.cells) for row in sheet.rows()] == [["#DIV/0!"]]


def test_rows_keep_their_numbers_and_hidden_sheets_are_left_out(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("hidden").write(0, 0, "x")
        book.add_worksheet("empty")
        sheet = book.add_worksheet("shown")
        sheet.write(1, 0, "TemplateType=X")
        sheet.write_row(3, 0, ["Order ID", "", "Item"])
        sheet.write(9, 2, "7")
        book.worksheets()[0].hide()
        sheet.activate()

    (sheet,) = opened(tmp_path, fill)

    assert (sheet.name, sheet.preamble, sheet.header_line, dict(sheet.columns)) == (
        "shown", "TemplateType=X", 4, {"order-id": 0, "item": 2},
    )  # fmt: skip
    assert [(row.line, row.value("item"), row.fault) for row in sheet.rows()] == [(10, "7", None)]


def test_a_sheet_tells_now_and_then_how_much_of_it_is_read(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for line in range(3_000):
            sheet.write(line, 0, f"value {line}")

    (sheet,) = opened(tmp_path, fill)
    told: list[int] = []
    rows = sum(1 for _ in sheet.rows(told.append))

    assert rows == 2_999
    assert len(told) > 10
    assert told == sorted(told)
    assert told[0] < sheet.size // 2 < sheet.size == told[-1]


def test_values_beside_the_header_are_a_fault(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write_row(1, 0, ["1", "2"])

    (sheet,) = opened(tmp_path, fill)

    assert [row.fault is not None for row in sheet.rows()] == [True]


def test_strings_written_into_the_cells_are_read_as_well(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1, 0, "b")

    (sheet,) = opened(tmp_path, fill, constant_memory=True)

    assert [list(row.cells) for row in sheet.rows()] == [["b"]]


def test_a_workbook_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.tables.sheets.MAX_UNPACKED", 100)

    with pytest.raises(UnreadableFile, match="unpacks"):
        cells(tmp_path, "a")


@pytest.mark.parametrize("damage", [b"<!DOCTYPE x>", b"<row", b"<a><b></a>"])
def test_a_damaged_sheet_is_refused(tmp_path: Path, damage: bytes) -> None:
    cells(tmp_path, "a")
    before = (tmp_path / "book.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(before)) as read, zipfile.ZipFile(tmp_path / "book.xlsx", "w") as write:
        for name in read.namelist():
            write.writestr(name, damage if name.endswith("sheet1.xml") else read.read(name))

    with pytest.raises(UnreadableFile, match="no Excel workbook"):
        sheets(tmp_path / "book.xlsx", PREAMBLE)
