"""`export frame`: every frame comes back equal from every format, with its units."""

import datetime
import math
from decimal import Decimal

import pandas as pd
import pytest

from estimator import (
    Simulation,
    advise,
    attribute,
    backtest,
    calibrate,
    compare,
    export_frame,
    forecast,
    load_actuals,
    load_inventory,
    measure_cloudtrail,
    reconcile,
    simulate,
)
from estimator.frames import FRAMES, Column
from estimator.report.exports.table import Table
from estimator.report.exports.table_writers import write_table
from estimator.report.exports.xlsx import sum_months
from pricing.reading.problems import UsageError
from tests.calibration.measurements import HOME, INVENTORY, count_actuals, role
from tests.exports.inventories import ODD, load
from tests.exports.reading_back import from_csv, from_json, from_parquet, from_xlsx, plain
from tests.extras import needed
from tests.real_data import ROOT

EXAMPLE = ROOT / "examples" / "organization.yaml"
LOGS = ROOT / "examples" / "logs"
SHOP = ROOT / "examples" / "attribution"


def compare_example(_folder):
    """Two scenarios of the example."""
    return compare(EXAMPLE, start="2026-11", months=2, set="trails[org].files_per_day=100")


def reconcile_example(_folder):
    """The example and its bill."""
    return reconcile(EXAMPLE, ROOT / "examples" / "bill.csv", "2026-10")


def measured_days(folder):
    """An inventory and 56 days of counts."""
    path = folder / "inventory.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    counts = [200.0 + 10 * (day % 7) for day in range(56)]
    return path, count_actuals(
        {(HOME, "us-east-1"): counts}, {role("=siem"): {(HOME, "us-east-1"): counts}}
    )


RESULTS = {
    "actuals": lambda _: measure_cloudtrail([LOGS]),
    "comparison": compare_example,
    "reconciliation": reconcile_example,
    "changes": lambda folder: calibrate(*measured_days(folder)),
    "backtest": lambda folder: backtest(*measured_days(folder), "14d"),
    "advice": lambda _: advise(EXAMPLE, "2026-11", 2),
    "attribution": lambda _: attribute(SHOP / "measured.json", SHOP / "bill.csv"),
}


@pytest.fixture(scope="module", params=sorted(FRAMES))
def table(request, tmp_path_factory):
    """Every frame of a program, of inventories with odd names where it has one."""
    folder = tmp_path_factory.mktemp("odd")
    if request.param in RESULTS:
        return export_frame(RESULTS[request.param](folder), request.param)
    # a second copy of KMS events, and a budget that simulate draws
    text = ODD.replace("trails:\n", "trails:\n  - {name: second, key: '=1+1', files_per_day: 90}\n")
    text += "  - {name: all of it, usd_per_month: 4}\n"
    return export_frame(load(folder, text), request.param, "2026-11", 2, draws=200)


def test_every_column_says_its_unit_and_meaning(table):
    """The columns are those that estimator/frames.py declares, in the order of the frame."""
    known = {column.name: column for column in FRAMES[table.name]}
    assert [column.name for column in table.columns] == list(table.rows.columns)
    assert len(table.rows)
    for declared in table.columns:
        assert declared == known[declared.name]


def test_parquet_comes_back_equal(table):
    """Values, with dates as dates and ids as text; units and notices in the metadata."""
    found = from_parquet(table)
    expected = plain(table.rows)
    for field, column in zip(found.schema, table.columns, strict=True):
        back = found.column(field.name).to_pylist()
        assert [None if value == "" else value for value in back] == expected[field.name]
        assert field.metadata == {
            b"unit": column.unit.encode(),
            b"meaning": column.meaning.encode(),
        }
        kind = {"float64": "double", "bool": "bool", "int64": "int64"}.get(column.dtype, "string")
        assert str(field.type) == ("date32[day]" if column.dtype.startswith("period") else kind)
    assert found.schema.metadata[b"frame"] == table.name.encode()


def test_a_workbook_comes_back_equal(table):
    """Values, with dates as dates and ids of 12 digits as text; a sheet that says what they are."""
    book = from_xlsx(table)
    has_summary = sum_months(table) is not None
    assert book.sheetnames == [table.name, *["summary"] * has_summary, "columns", "notices"]
    header, *rows = book[table.name].iter_rows()
    assert [cell.value for cell in header] == list(table.rows.columns)
    expected = plain(table.rows)
    for position, declared in enumerate(table.columns):
        cells = [row[position] for row in rows]
        if declared.dtype.startswith("period"):
            back = [cell.value and cell.value.date() for cell in cells]
            assert all(cell.is_date for cell in cells if cell.value is not None)
        else:
            back = [cell.value for cell in cells]
            kinds = {cell.data_type for cell in cells if cell.value is not None}
            assert kinds <= {{"float64": "n", "int64": "n", "bool": "b"}.get(declared.dtype, "s")}
        if declared.dtype == "float64":  # a workbook keeps 15 digits, this one has 16
            assert back == [x and pytest.approx(x, rel=1e-15) for x in expected[declared.name]]
        else:
            assert back == expected[declared.name]
    about = [[cell.value for cell in row] for row in book["columns"].iter_rows(min_row=2)]
    assert about == [
        [column.name, column.dtype, column.unit, column.meaning] for column in table.columns
    ]
    assert [cell.value for (cell,) in book["notices"].iter_rows(min_row=2)] == list(table.notices)


def test_a_workbook_is_ready_to_work_with():
    """A table with a filter, formats by the unit, a month's cost summed up and drawn by Excel."""
    table = export_frame(EXAMPLE, "charges", "2026-11", 3)
    book = from_xlsx(table)
    sheet = book["charges"]
    (name,) = sheet.tables
    assert sheet.tables[name].ref == sheet.dimensions
    assert sheet.tables[name].autoFilter is not None
    formats = {
        head.value: cell.number_format for head, cell in zip(*sheet.iter_rows(1, 2), strict=True)
    }
    assert formats["cost"] == "#,##0.00"
    assert formats["quantity"] == "#,##0"
    assert formats["usd_per_unit"] == "0.00000000"
    assert formats["month"] == "yyyy-mm"
    summary = book["summary"]
    # the README's first answer: 5.50, 5.92, 6.42, together 17.84; 17.03 by the other interpretation
    rows = [[cell.value for cell in row] for row in summary.iter_rows(1, 5, 1, 3)]
    assert rows[0] == ["month", "cost, USD", "cost under the other interpretation, USD"]
    assert [round(row[1], 2) for row in rows[1:]] == [5.50, 5.92, 6.42, 17.84]
    assert round(rows[4][2], 2) == 17.03
    assert "the total is USD 17.03" in summary["A7"].value
    (chart,) = summary._charts
    assert len(chart.series) == 2
    assert chart.y_axis.scaling.min == 0
    # on paper all columns fit the page
    assert sheet.sheet_properties.pageSetUpPr.fitToPage


def test_a_cent_that_is_none_is_seen():
    """Where an amount is less than a cent, its column shows more decimals than two."""
    rows = pd.DataFrame({"cost": [1.0, 0.0021]})
    table = Table("charges", rows, (Column("cost", "float64", "USD", ""),), ())
    assert from_xlsx(table)["charges"]["A3"].number_format == "#,##0.00####"


def test_json_comes_back_equal(table):
    """Values, units and notices; months as 2026-11, nothing as null."""
    found = from_json(table)
    assert (found["frame"], found["notices"]) == (table.name, list(table.notices))
    assert [column["unit"] for column in found["columns"]] == [
        column.unit for column in table.columns
    ]
    expected = plain(table.rows)
    for declared in table.columns:
        back = [row[declared.name] for row in found["rows"]]
        if declared.dtype.startswith("period"):
            shape = "%Y-%m" if declared.dtype == "period[M]" else "%Y-%m-%d"
            assert back == [day and day.strftime(shape) for day in expected[declared.name]]
        else:
            assert [None if value == "" else value for value in back] == expected[declared.name]


def test_csv_comes_back_equal(table):
    """Every digit of every number and no exponent; text unless it would start a formula."""
    found = from_csv(table)
    expected = plain(table.rows)
    for column in table.columns:
        back = list(found[column.name])
        if column.dtype == "float64":
            assert not any("e" in text.lower() for text in back)
            assert [float(text) if text else None for text in back] == expected[column.name]
        elif column.dtype in ("category", "object"):
            undone = [text[1:] if text[:1] == "'" else text for text in back]
            assert [text or None for text in undone] == expected[column.name]
            assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in back)


def test_the_same_table_is_the_same_bytes():
    """No clock and no order of chance gets into a file."""
    needed("pyarrow")
    needed("xlsxwriter")
    first, other = (export_frame(EXAMPLE, "charges", "2026-11", 2) for _ in range(2))
    for form in ("csv", "json", "parquet", "xlsx"):
        assert write_table(first, form) == write_table(other, form)


def test_results_export_as_their_inventory_does():
    """A Forecast, a Simulation and a path say the same."""
    inventory = load_inventory(EXAMPLE)
    result, sure = forecast(inventory, "2026-11", 3), simulate(inventory, "2026-11", 3, 200)
    assert isinstance(sure, Simulation)
    for frame in ("charges", "usage", "events", "budget_use", "quotas"):
        direct = export_frame(EXAMPLE, frame, "2026-11", 3)
        pd.testing.assert_frame_equal(export_frame(result, frame).rows, direct.rows)
    for frame in ("quantiles", "drivers", "budgets"):
        direct = export_frame(EXAMPLE, frame, "2026-11", 3, draws=200)
        pd.testing.assert_frame_equal(export_frame(sure, frame).rows, direct.rows)
    frame = export_frame(result.rows, "charges")
    assert frame.columns == export_frame(result, "charges").columns


def test_actuals_go_out_and_come_in_again(tmp_path):
    """The CSV of a measurement is one that load_actuals takes, with the same counts."""
    actuals = measure_cloudtrail([LOGS])
    path = tmp_path / "actuals.csv"

    path.write_text(write_table(export_frame(actuals, "actuals"), "csv"), encoding="utf-8")
    again = load_actuals(path)
    assert again.rows["quantity"].sum() == actuals.rows["quantity"].sum() == 57
    by_cause = export_frame(path, "actuals", by="cause").rows
    assert dict(zip(by_cause["cause"], by_cause["quantity"], strict=True))["put"] == 25


def test_money_in_every_format_sums_to_the_forecast(tmp_path):
    """Decimal sums of cost and requests: the totals of the forecast, to 15 digits."""
    result = forecast(load(tmp_path, ODD), "2026-11", 12)
    table = export_frame(result)
    columns = {
        "csv": from_csv(table)["cost"],
        "json": [row["cost"] for row in from_json(table)["rows"]],
        "parquet": from_parquet(table).column("cost").to_pylist(),
        "xlsx": [row[14].value for row in from_xlsx(table)["charges"].iter_rows(min_row=2)],
    }
    total = Decimal(result.totals["cost_usd"])
    assert total > 1
    for values in columns.values():
        assert abs(sum(map(Decimal, values)) - total) < total * Decimal("1e-14")


def test_another_currency_has_its_own_columns_and_units(tmp_path):
    """EUR: eur_per_unit in EUR/unit, cost in EUR."""
    from pricing.regions import TABLES

    text = (TABLES / "awskms.yaml").read_text(encoding="utf-8")
    rates = tmp_path / "rates.yaml"
    rates.write_text(text.replace("currency: USD", "currency: EUR"), encoding="utf-8")
    table = export_frame(EXAMPLE, "charges", "2026-11", 1, rates=rates)
    units = {column.name: column.unit for column in table.columns}
    assert units["eur_per_unit"] == "EUR/unit"
    assert units["cost"] == "EUR"


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (EXAMPLE, {"frame": "nothing"}, "one of usage, charges"),
        (EXAMPLE, {"frame": "quantiles", "by": "trail"}, "by"),
        (EXAMPLE, {"frame": "quotas", "by": "trail"}, "by"),
        (EXAMPLE, {"by": "colour"}, "by: found 'colour'"),
        (12, {}, "something that has charges"),
        (
            EXAMPLE,
            {"frame": "backtest"},
            "expected a Backtest; in Python, export_frame takes the Backtest",
        ),
    ],
)
def test_options_without_sense_are_usage_errors(source, options, words):
    """The refusal says what was found and what is expected."""
    with pytest.raises(UsageError, match=words):
        export_frame(source, **options)


def test_dates_are_dates():
    """A month is its first day, in a file whose types know dates."""
    table = export_frame(EXAMPLE, "charges", "2026-11", 1)
    assert from_parquet(table).column("month").to_pylist()[0] == datetime.date(2026, 11, 1)
    (cell,) = next(from_xlsx(table)["charges"].iter_rows(2, 2, 1, 1))
    assert (cell.value.date(), cell.number_format) == (datetime.date(2026, 11, 1), "yyyy-mm")
    assert math.isclose(sum(table.rows["cost"]), 5.498366)
