"""Names that want to be formulas, links, markup or numbers stay text in every file."""

import csv
import io

import pandas as pd
import pytest

from estimator import export_focus, export_frame
from estimator.report.exports.table_writers import write_table
from tests.exports.inventories import ODD, load
from tests.exports.reading_back import from_parquet, from_xlsx

NAMES = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "http://example.com",
    "{=1}",
    "00123",
    "1e5",
    "NULL",
    "nan",
    "true",
    "<script>alert(1)</script>",
    "a;b,c",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_text(tmp_path, name):
    """CSV: no cell starts a formula; workbook: text cells, no links; Parquet: the name as it is."""
    inventory = load(tmp_path, ODD.replace("<script>", name))
    for table in (
        export_frame(inventory, "charges", "2026-12", 1),
        export_focus(inventory, "2026-12", 1),
    ):
        column = "driver" if table.name == "charges" else "x_Driver"
        rows = list(csv.reader(io.StringIO(write_table(table, "csv"))))
        assert all(not cell.startswith(tuple("=+-@\t\r")) for row in rows for cell in row)
        at = rows[0].index(column)
        assert name in {row[at].removeprefix("'") for row in rows[1:]}
        sheet = from_xlsx(table)[table.name]
        cells = [row[at] for row in sheet.iter_rows(min_row=2)]
        assert name in {cell.value for cell in cells}
        assert {cell.data_type for cell in cells} == {"s"}
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
        assert name in from_parquet(table).column(column).to_pylist()


def test_negative_numbers_stay_numbers():
    """A refund of -1.5 in a bill is no formula: it stays -1.5 in CSV and in a workbook."""
    rows = pd.DataFrame({"cost": [-1.5, 2e-06], "lines": [-1, 2]})
    table = export_frame(rows, "actuals")
    assert write_table(table, "csv") == "cost,lines\n-1.5,-1\n0.000002,2\n"
    cells = [cell for row in from_xlsx(table)["actuals"].iter_rows(min_row=2) for cell in row]
    assert [cell.value for cell in cells] == [-1.5, -1, 2e-06, 2]


def test_account_ids_with_a_leading_zero_keep_it(tmp_path):
    """012345678901 is text of twelve characters in CSV, workbook and Parquet."""
    table = export_frame(load(tmp_path, ODD), "charges", "2026-12", 1)
    assert ",012345678901," in write_table(table, "csv")
    at = list(table.rows.columns).index("billed_account")
    cells = [row[at] for row in from_xlsx(table)["charges"].iter_rows(min_row=2)]
    assert "012345678901" in {cell.value for cell in cells}
    assert "012345678901" in from_parquet(table).column("billed_account").to_pylist()


def test_control_characters_make_no_broken_workbook():
    """A reader's name out of a log, with a bell and a line break, opens again."""
    rows = pd.DataFrame({"reader": ["a\x07b\nc", "_x0041_", "x" * 40_000]})
    cells = from_xlsx(export_frame(rows, "actuals"))["actuals"]["A"]
    assert len(cells) == 4
    assert len(cells[3].value) == 32_767
