"""Lines that are not understood are refused, or named with their number: never a silent zero."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from estimator.measurement.billing import measure_bill
from pricing.reading.problems import KmscostError
from tests.measurement.billing.bills import (
    A_MONTH,
    OTHER,
    PAID,
    Line,
    as_csv,
    focus,
    legacy,
    write_file,
)
from tests.measurement.billing.forms import (
    answer,
    as_workbook,
    bills_page,
    detailed,
    download,
    rows_as_csv,
)

A_DAY = ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
READ = Line(amount="1000", cost="0.003", rate="0.000003", operation="Decrypt")
KEYS = Line("eu-west-1-KMS-Keys", "24", "0.0333333333", "0.0013888889", "Key-Hours", "CreateKey")


pytestmark = pytest.mark.usefixtures("engine")


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (lambda: [{**row, "ChargeCategory": "Nutzung"} for row in focus([READ] * 3)], "'Nutzung'"),
        (lambda: [{**row, "ChargeCategory": ""} for row in focus([READ] * 3)], "none"),
        (lambda: [{**row, "RecordType": "LineItem"} for row in bills_page([READ] * 3)], "LineItem"),
        (lambda: legacy([replace(READ, kind="Gebrauch")] * 3), "Gebrauch"),
    ],
    ids=["FOCUS in German", "FOCUS without one", "Bills page", "Cost and Usage Report"],
)
def test_a_type_of_line_that_is_not_known_is_named(tmp_path, rows, kind):
    """Three lines of 1,000 requests for 0.003 each: 0.009, and that their requests do not count."""
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows()[:3])))
    assert actuals.totals["requests"] == 0
    assert actuals.totals["cost_usd"] == pytest.approx(0.009, abs=1e-12)
    (notice,) = (line for line in actuals.notices if "of a type that is not known" in line)
    assert notice.startswith("3 lines are")
    assert kind in notice


@pytest.mark.parametrize(
    "kind",
    ["EdpDiscount", "SppDiscount", "RIFee", "SavingsPlanNegation", "Refund", "Tax", "Credit"],
)
def test_amounts_that_are_known_have_no_notice(tmp_path, kind):
    """Types of the Data Exports guide."""
    bill = write_file(tmp_path / "bill.csv", as_csv(legacy([READ, replace(READ, kind=kind)])))
    assert not any("not known" in line for line in measure_bill(bill).notices)


@pytest.mark.parametrize(
    "name", ["AmazonKMS", "AWS Key Management", "Amazon Key Management Service"]
)
def test_lines_of_kms_under_another_service_are_named(tmp_path, name):
    """Two lines of 0.003 of a service that is not known: no requests, their number and 0.006."""
    rows = focus([READ, READ, OTHER], aws_columns=False)
    rows = [{**row, "ServiceName": name} for row in rows[:2]] + rows[2:]
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 0
    (notice,) = (line for line in actuals.notices if "look like AWS KMS's" in line)
    assert notice.startswith("2 lines look")
    assert notice.endswith(f"({name!r}): not counted (USD 0.006)")


@pytest.mark.parametrize(
    ("costs", "currencies", "amounts"),
    [
        # a line without a currency is taken for the bill's: 0.003 + 0.002; a credit is less
        (["0.003", "0.002", "-0.001"], ["USD", "", "NULL"], "USD 0.004"),
        (["0.003", "0.002", "1.5"], ["USD", "", "EUR"], "EUR 1.50, USD 0.005"),
        (["0.003", "", "0"], ["USD", "USD", "USD"], "USD 0.003"),
        (["0.003", "0,002", "1"], ["USD", "USD", "USD"], "USD unknown"),
    ],
    ids=["a blank currency", "two currencies", "a blank cost", "a cost that is no number"],
)
def test_what_lines_of_another_service_cost_is_named(tmp_path, costs, currencies, amounts):
    """Three lines of AmazonKMS beside 1,000 requests of KMS for USD 0.003."""
    rows = legacy([READ] * 4)
    for row, cost, currency in zip(rows[1:], costs, currencies, strict=True):
        row["lineItem/ProductCode"] = "AmazonKMS"
        row |= {"lineItem/UnblendedCost": cost, "lineItem/CurrencyCode": currency}
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert (actuals.totals["requests"], actuals.totals["cost_usd"]) == (1_000, 0.003)
    (notice,) = (line for line in actuals.notices if "look like AWS KMS's" in line)
    assert notice.endswith(f"not counted ({amounts})")


def test_a_usage_type_of_kms_is_known_under_any_code(tmp_path):
    """One line of code awskms, one of another with the same usage type: 1,000, and one named."""
    rows = legacy([READ, READ, OTHER])
    rows[1]["lineItem/ProductCode"] = "Reseller42"
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 1_000
    assert any(line.startswith("1 line looks") and "Reseller42" in line for line in actuals.notices)


@pytest.mark.parametrize("short", ["KMS", "AWS KMS"])
def test_a_name_with_its_abbreviation_is_known(tmp_path, short):
    """AWS's own texts write it so."""
    name = f"AWS Key Management Service ({short})"
    rows = [{**row, "ServiceName": name} for row in focus([READ], aws_columns=False)]
    assert measure_bill(write_file(tmp_path / "b.csv", as_csv(rows))).totals["requests"] == 1_000


@pytest.mark.parametrize("unit", ["10000 Requests", "10,000 Requests", "10K Requests"])
def test_priced_units_of_many_requests_count_as_many(tmp_path, unit):
    """FOCUS prices in such units: 0.1 x 10,000 = 1,000 requests and 2.5 x 10,000 = 25,000."""
    rows = focus([READ, replace(READ, cost="0.075")], aws_columns=False)
    for row, amount in zip(rows, ("0.1", "2.5"), strict=True):
        row |= {"ConsumedQuantity": "NULL", "ConsumedUnit": "NULL"}
        row |= {"PricingQuantity": amount, "PricingUnit": unit}
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert actuals.totals["requests"] == pytest.approx(26_000, abs=1e-9)
    assert f"an amount in {unit!r} counts 10,000 each" in actuals.notices
    # what is consumed is counted in units of its own
    for row in rows:
        row |= {"ConsumedQuantity": "1000", "ConsumedUnit": "Requests"}
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 2_000
    assert not any("an amount in" in line for line in actuals.notices)


def test_a_unit_that_is_not_known_is_named(tmp_path):
    """1,000 "Anfragen" are 1,000 requests, and it is said; 1,000 API requests have no notice."""
    lines = [replace(READ, unit="Anfragen"), replace(READ, unit="API Requests")]
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(legacy(lines))))
    assert actuals.totals["requests"] == 2_000
    (notice,) = (line for line in actuals.notices if "an amount in" in line)
    assert notice == "an amount in 'Anfragen', a unit that is not known, counts as it is"


@pytest.mark.parametrize(
    "unit",
    [
        "Key-Hours",
        "Key-Years",
        "Hrs",
        "10.000 Requests",
        "Requests (10K)",
        "Thousand Requests",
        "K Requests",
        "Requests (millions)",
    ],
)
def test_units_that_are_not_understood_are_refused(tmp_path, unit):
    """24 key-hours are no 24 key-months; 10.000 may be ten or ten thousand.

    The header is a line, each line of the bill two, for its tag: 1 + 2 x 2 = 5.
    """
    line = replace(KEYS, unit=unit) if "Re" not in unit else replace(READ, unit=unit)
    bill = write_file(tmp_path / "bill.csv", as_csv(legacy([READ, line])))
    with pytest.raises(KmscostError, match=r"bill\.csv:5: found amounts in"):
        measure_bill(bill)


def test_a_joined_file_with_another_order_of_columns_is_refused(tmp_path):
    """Its lines would be read under wrong names, and none of them would be KMS's."""
    rows = [{**row, "resourceTags/user:Name": "x"} for row in legacy([READ] * 2)]
    other = [dict(reversed(row.items())) for row in rows]
    bill = write_file(tmp_path / "bill.csv", as_csv(rows) + as_csv(other))
    with pytest.raises(KmscostError, match=r"bill\.csv:4: found a header .* in another order"):
        measure_bill(bill)


@pytest.mark.parametrize("change", ["another column", "capitals"])
def test_a_joined_file_with_other_columns_is_refused(tmp_path, change):
    """Turned round, and with a column of its own or in capitals: it is a header all the same."""
    rows = [{**row, "resourceTags/user:Name": "x"} for row in legacy([READ] * 2)]
    own = {"resourceTags/user:Name": "lineItem/NetUnblendedCost"}
    other = [
        {
            own.get(name, name) if change == "another column" else name.upper(): cell
            for name, cell in reversed(row.items())
        }
        for row in rows
    ]
    bill = write_file(tmp_path / "bill.csv", as_csv(rows) + as_csv(other))
    with pytest.raises(KmscostError, match=r"bill\.csv:4: found a header with other columns"):
        measure_bill(bill)


def test_a_joined_file_with_another_tag_is_read(tmp_path):
    """What is read stands in the same columns: 2 x 1,000 + 2 x 1,000 of four lines."""
    rows = [{**row, "resourceTags/user:Name": "x"} for row in legacy([READ] * 2)]
    other = [
        {name.replace("user:Name", "user:Team"): cell for name, cell in row.items()} for row in rows
    ]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows) + as_csv(other)))
    assert (actuals.totals["requests"], actuals.records) == (4_000, 4)


def test_headers_in_a_sheet_are_no_lines_either(tmp_path):
    """The same again: 2 x 1,000 + 2 x 1,000 of four lines; in another order it is refused."""
    rows = [{**row, "resourceTags/user:Name": "x"} for row in legacy([READ] * 2)]
    header = {name: name for name in rows[0]}
    sheet = as_workbook([*rows, header, *rows])
    actuals = measure_bill(write_file(tmp_path / "bill.xlsx", sheet))
    assert (actuals.totals["requests"], actuals.records) == (4_000, 4)
    turned = dict(zip(header, reversed(header), strict=True))
    other = write_file(tmp_path / "other.xlsx", as_workbook([*rows, turned, *rows]))
    with pytest.raises(KmscostError, match="another order"):
        measure_bill(other)


def test_two_columns_of_one_name_are_said(tmp_path):
    """The first counts, 0.003, and a notice says that there are two."""
    text = as_csv([{**row, "lineItem/BlendedCost": "9"} for row in legacy([READ])])
    text = text.replace(b"lineItem/BlendedCost", b"lineItem/UnblendedCost")
    actuals = measure_bill(write_file(tmp_path / "bill.csv", text))
    assert actuals.totals["cost_usd"] == pytest.approx(0.003, abs=1e-12)
    assert any(
        "several columns are called lineItem/UnblendedCost" in line for line in actuals.notices
    )


def test_usage_types_that_are_not_known_are_named(tmp_path):
    """1,000 requests of a usage type of later days are not called those of asymmetric keys."""
    lines = [READ, replace(READ, usage_type="eu-west-1-KMS-XksProxy", description=PAID)]
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(legacy(lines))))
    assert actuals.totals["requests"] == 2_000
    assert any(
        line.startswith("1,000 requests are of usage types that are not known (KMS-XksProxy)")
        for line in actuals.notices
    )
    assert not any("asymmetric" in line for line in actuals.notices)


def test_one_invoice_does_not_close_a_month_of_estimates(tmp_path):
    """A purchase has its invoice at once; November's usage is estimated, October's is billed."""
    november = bills_page(A_MONTH)[:-1]
    rows = [
        {**row, "InvoiceID": "2000000001" if number == 0 else "Estimated"}
        for number, row in enumerate(november)
    ]
    october = [
        {
            name: value.replace("2026/11/30", "2026/10/31").replace("2026/11/01", "2026/10/01")
            for name, value in row.items()
        }
        for row in november
    ]
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv([*october, *rows])))
    # 60,000 requests of each month
    assert actuals.totals["requests"] == 120_000
    assert actuals.coverage.months() == {"2026-10": 1.0}
    assert any("it covers no hour" in line for line in actuals.notices)
    covered = actuals.rows.groupby(actuals.rows["month"].astype(str))["coverage"].max().to_dict()
    assert covered == {"2026-10": 1.0, "2026-11": 0.0}


def test_events_that_guardduty_analyzes_are_none_of_cloudtrails(tmp_path):
    """By usage type alone: PaidEventsRecorded for 2.00 is CloudTrail's, Analyzed for 4.00 not."""
    events = Line("EU-PaidEventsRecorded", "100000", "2.00", "0.00002", "Events", "None")
    analyzed = Line("EU-PaidEventsAnalyzed", "1000000", "4.00", "0.000004", "Events", "None")
    export = json.dumps(answer([READ, events, analyzed])).encode()
    totals = measure_bill(write_file(tmp_path / "ce.json", export)).totals
    assert totals["requests"] == 1_000
    assert totals["cost_usd_cloudtrail"] == pytest.approx(2.00, abs=1e-12)


def test_costs_that_are_no_amount_at_a_rate_are_named(tmp_path):
    """2.000 meant for two thousand: 2 x 0.000003 is not 0.006; 1,000 x 0.000003 is 0.003."""
    lines = [READ, replace(READ, amount="2.000", cost="0.006")]
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(legacy(lines))))
    assert any(line.startswith("1 line costs other than") for line in actuals.notices)
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(legacy([READ, *A_MONTH]))))
    assert not any("other than" in line for line in actuals.notices)


@pytest.mark.parametrize("sign", ["\u20ac", "\u00a5", "US$"])
def test_the_sign_of_a_currency_is_no_unit_of_usage(tmp_path, sign):
    """A yen or a yuan; and never 0.003 requests."""
    text = download([READ], "$").decode().replace("($)", f"({sign})")
    bill = write_file(tmp_path / "ce.csv", text.encode())
    with pytest.raises(KmscostError, match=r"amounts in .* which several currencies may be"):
        measure_bill(bill)


def test_a_cost_without_an_amount_is_named(tmp_path):
    """FOCUS with a ConsumedQuantity of 0 and a cost of 0.003: no requests, and a notice."""
    rows = focus([READ, READ], aws_columns=False)
    rows[0]["ConsumedQuantity"] = "0"
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 1_000
    assert any(line.startswith("1 line costs other than") for line in actuals.notices)


@pytest.mark.parametrize("form", ["detailed billing report", "Bills page"])
def test_a_type_that_is_not_known_is_named_where_it_has_no_usage(tmp_path, form):
    """Two lines of 0.003, and one of 0.50 that may be their sum: 0.506, and it is named."""
    rows = detailed([READ] * 2) if form != "Bills page" else bills_page([READ] * 2)
    cost = "UnBlendedCost" if form != "Bills page" else "CostBeforeTax"
    unknown = {**rows[0], "RecordType": "AccountSum", "UsageType": "", "UsageQuantity": ""}
    rows.append({**unknown, cost: "0.5"})
    actuals = measure_bill(write_file(tmp_path / "bill.csv", rows_as_csv(rows).encode()))
    assert actuals.totals["cost_usd"] == pytest.approx(0.506, abs=1e-12)
    (notice,) = (line for line in actuals.notices if "of a type that is not known" in line)
    assert notice.startswith("1 line is of a type that is not known ('AccountSum')")


def test_sums_of_the_payer_are_refused_in_any_letter_case(tmp_path):
    """Lines of the payer beside those of an account may be in both: 0.003 or 0.006."""
    rows = bills_page([READ] * 2)[:2]
    rows[0]["RecordType"] = "linkedlineitem"
    rows[1] |= {"RecordType": "payerlineitem", "LinkedAccountId": ""}
    with pytest.raises(KmscostError, match="lines of the payer without an account"):
        measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))


@pytest.mark.parametrize("blank", ["", " ", "NULL"])
def test_a_line_without_an_end_is_read_and_covers_nothing(tmp_path, blank):
    """2 x 1,000 requests; the usage of the 1st tells of one of 30 days, the other line of none."""
    rows = legacy([replace(READ, start=A_DAY[0], end=A_DAY[1]), READ])
    rows[1]["lineItem/UsageEndDate"] = blank
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 2_000
    assert actuals.coverage.months() == {"2026-11": pytest.approx(1 / 30)}


@pytest.mark.parametrize(
    ("currencies", "taken"),
    [(("", "", ""), "3 lines name no currency: the amounts are taken for USD"),
     (("EUR", "NULL", "EUR"), "1 line names no currency: the amounts are taken for EUR"),
     (("EUR", "EUR", "EUR"), None)],
)  # fmt: skip
def test_a_line_without_a_currency_is_named(tmp_path, currencies, taken):
    """Three lines of 0.003 in what the others say, else in USD: 0.009, and that it is taken so."""
    rows = legacy([replace(READ, currency=currency) for currency in currencies])
    actuals = measure_bill(write_file(tmp_path / "bill.csv", as_csv(rows)))
    code = "usd" if taken and taken.endswith("USD") else "eur"
    assert actuals.totals[f"cost_{code}"] == pytest.approx(0.009, abs=1e-12)
    assert [line for line in actuals.notices if "no currency" in line] == ([taken] if taken else [])
    assert set(actuals.measured["currency"]) == {code.upper()}


@pytest.mark.parametrize(
    "name", ["aws-key-management-service", "AWS_KMS", "key_management_service"]
)
def test_a_service_is_told_however_its_words_are_joined(tmp_path, name):
    """1,000 requests of KMS, whatever stands between the words of its name."""
    rows = [row | {"ServiceName": name} for row in focus([READ], aws_columns=False)]
    assert measure_bill(write_file(tmp_path / "f.csv", as_csv(rows))).totals["requests"] == 1_000
