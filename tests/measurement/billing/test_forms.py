"""The same bill in every form that people have: its numbers, or a refusal that names the form."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.measurement.billing import measure_bill
from pricing.reading.problems import KmscostError
from tests.measurement.billing.bills import (
    A_MONTH,
    FORMATS,
    KEY,
    PROD,
    Line,
    as_csv,
    as_parquet,
    as_zip,
    cur2,
    focus,
    legacy,
    legacy_bill,
    write_file,
)
from tests.measurement.billing.forms import (
    COARSE,
    EXACT,
    answer,
    as_workbook,
    bills_page,
    detailed,
    download,
)
from tests.sampling import cases


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("form", EXACT)
def test_a_month_is_the_same_in_every_form(tmp_path, form):
    """60,000 requests, 20,000 free; 0.12 + 1.00 + tax 0.21 - credit 0.05 = USD 1.28."""
    actuals = measure_bill(write_file(tmp_path / "bill.data", EXACT[form](A_MONTH)))
    totals = actuals.totals
    assert (totals["requests"], totals["free_requests"]) == (60_000, 20_000)
    assert totals["key_months"] == 1
    assert totals["cost_usd"] == pytest.approx(1.28, abs=1e-12)
    assert totals["cost_usd_cloudtrail"] == pytest.approx(2.00, abs=1e-12)
    assert actuals.coverage.months() == {"2026-11": 1.0}
    rows = actuals.measured
    requests = rows[rows["unit"] == "request"]
    assert set(requests["billed_account"]) == {"111122223333", PROD}
    assert set(requests["billed_region"]) == {"eu-west-1", "us-east-1"}
    assert set(requests["meter"]) <= {"KMS-Requests", ""}


USAGE = tuple(line for line in A_MONTH if line.kind == "Usage")


@pytest.mark.parametrize("form", COARSE)
def test_cost_explorer_tells_requests_and_costs(tmp_path, form):
    """60,000 requests, USD 0.12 + 1.00; which were free, and the tax, it does not tell."""
    actuals = measure_bill(write_file(tmp_path / "ce.json", COARSE[form](USAGE)))
    totals = actuals.totals
    assert (totals["requests"], totals["key_months"]) == (60_000, 1)
    assert totals["cost_usd"] == pytest.approx(1.12, abs=1e-9)
    assert totals["cost_usd_cloudtrail"] == pytest.approx(2.00, abs=1e-9)
    assert totals["free_requests"] is None
    assert any("does not tell keys, which requests were free" in line for line in actuals.notices)
    json.dumps(actuals.to_dict(), allow_nan=False)


def test_estimates_cover_the_days_before_the_last_in_use(tmp_path):
    """An open month whose last usage is of the 3rd covers the 1st and the 2nd: 2 of 30 days."""
    days = [Line(amount="7", cost="0.000021", start=f"2026-11-{day:02}T") for day in (1, 2, 3)]
    data = json.dumps(answer(days, estimated=True)).encode()
    actuals = measure_bill(write_file(tmp_path / "ce.json", data))
    assert actuals.totals["requests"] == 21
    assert actuals.coverage.months() == pytest.approx({"2026-11": 2 / 30})
    assert any("2026-11 may not be over" in line for line in actuals.notices)


def test_an_estimate_of_a_month_covers_no_hour(tmp_path):
    """Nobody knows how far it goes: it is counted, covers nothing, and says so."""
    whole = answer(USAGE, estimated=True)
    groups = [group for result in whole["ResultsByTime"] for group in result["Groups"]]
    whole["ResultsByTime"] = [
        {
            "TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"},
            "Groups": groups,
            "Estimated": True,
        }
    ]
    path = write_file(tmp_path / "ce.json", json.dumps(whole).encode())
    actuals = measure_bill(path)
    assert actuals.totals["requests"] == 60_000
    assert actuals.coverage.months() == {}
    whole["ResultsByTime"][0]["Estimated"] = False
    write_file(path, json.dumps(whole).encode())
    assert measure_bill(path).coverage.months() == {"2026-11": 1.0}


@pytest.mark.parametrize("turned", [False, True])
def test_two_downloads_of_cost_explorer_are_costs_and_usage(tmp_path, turned):
    """Costs in one file, requests in another: 60,000 requests for USD 0.12; no last day."""
    lines = [line for line in USAGE if line.usage_type.endswith("KMS-Requests")]
    write_file(tmp_path / "costs.csv", download(lines, "$", turned))
    write_file(tmp_path / "usage.csv", download(lines, "Requests", turned))
    actuals = measure_bill(tmp_path)
    assert (actuals.files, actuals.totals["requests"]) == (2, 60_000)
    assert actuals.totals["cost_usd"] == pytest.approx(0.12, abs=1e-9)
    # the last day of a download may not be over
    assert actuals.coverage.months() == pytest.approx({"2026-11": 29 / 30})


REFUSED = {
    "costs of Cost Explorer alone": (download(USAGE, "$"), "Cost Explorer with costs and no usage"),
    "usage of Cost Explorer alone": (download(USAGE, "Requests"), "with usage and no costs"),
    "Cost Explorer by service": (
        b'"Service","AWS Key Management Service($)","Total costs($)"\n"2026-11-01","1","1"\n',
        "Cost Explorer by service",
    ),
    "Cost Explorer by account": (
        b'"Linked account","prod (012345678901)($)","Total costs($)"\n"2026-11-01","1","1"\n',
        "Cost Explorer by linked account",
    ),
    "an ungrouped answer": (
        json.dumps(
            {
                "ResultsByTime": [
                    {
                        "TimePeriod": {"Start": "2026-11-01", "End": "2026-12-01"},
                        "Total": {"UnblendedCost": {"Amount": "1.09", "Unit": "USD"}},
                        "Groups": [],
                        "Estimated": False,
                    }
                ]
            }
        ).encode(),
        "Cost Explorer that is not grouped",
    ),
    "an answer by service": (
        json.dumps(answer(USAGE)).replace("USAGE_TYPE", "SERVICE").encode(),
        "grouped by SERVICE and OPERATION, which tells no requests",
    ),
    "a page without the next": (
        json.dumps({**answer(USAGE), "NextPageToken": "abc"}).encode(),
        "next page is missing",
    ),
    "an answer with another metric": (
        json.dumps(answer(USAGE)).replace("UnblendedCost", "BlendedCost").encode(),
        "Cost Explorer with BlendedCost",
    ),
    "shortened accounts": (
        as_csv(legacy(A_MONTH)).replace(b",012345678901,", b",1.23457E+10,"),
        "'1.23457E\\+10' in lineItem/UsageAccountId, which a spreadsheet has shortened",
    ),
    "shortened accounts with a comma": (
        as_csv(legacy(A_MONTH)).replace(b",012345678901,", b',"1,23457E+10",'),
        "which a spreadsheet has shortened",
    ),
    "dates of a spreadsheet": (
        as_csv(legacy(A_MONTH)).replace(b"2026-11-05T07:00:00Z", b"11/5/2026 7:00"),
        "'11/5/2026 7:00'",
    ),
    "numbers of days": (
        as_csv(legacy(A_MONTH)).replace(b"2026-11-05T07:00:00Z", b"46331.29"),
        "'46331.29'",
    ),
    "decimal commas": (as_csv(legacy(A_MONTH)).replace(b",0.09,", b',"0,09",'), "'0,09'"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old workbook"),
    "an invoice": (b"%PDF-1.7\n" + bytes(99), "a PDF"),
    "a web page": (b"<!DOCTYPE html><html></html>", "a web page"),
    "a forecast": (
        as_csv([{**row, "x_IsForecast": "true"} for row in focus(A_MONTH)]),
        "a forecast \\(10 lines are marked as one\\)",
    ),
    "a forecast without its flag": (
        as_csv([{**row, "ChargeDescription": "Forecast: USD 0"} for row in focus(A_MONTH)]),
        "a forecast",
    ),
    "payer's lines that may be sums": (
        as_csv(
            [
                *bills_page(A_MONTH),
                {**bills_page(A_MONTH)[2], "RecordType": "PayerLineItem", "LinkedAccountId": ""},
            ]
        ),
        "lines of the payer without an account",
    ),
}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("form", REFUSED)
def test_a_form_that_cannot_be_read_is_refused_by_its_name(tmp_path, form):
    """Never other numbers: what it is, and what was expected."""
    data, reason = REFUSED[form]
    with pytest.raises(KmscostError, match=reason):
        measure_bill(write_file(tmp_path / "bill.data", data))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_a_spreadsheet_changed_is_named_by_line(tmp_path, encoding):
    """The header is a line, each line of the bill two, for its tag: Decrypt ends 1 + 2 x 4 = 9."""
    text = as_csv(legacy(A_MONTH)).decode().replace(",012345678901,", ",1.23457E+10,")
    with pytest.raises(KmscostError) as error:
        measure_bill(write_file(tmp_path / "b.csv", text.encode(encoding)))
    assert [problem.line for problem in error.value.problems] == [9]


@pytest.mark.parametrize("data", [as_parquet, as_workbook])
def test_a_forecast_is_no_bill_in_any_file(tmp_path, data):
    """Parquet and workbooks have flags of their own kind."""
    rows = [{**row, "x_IsForecast": "true"} for row in focus(A_MONTH)]
    with pytest.raises(KmscostError, match="a forecast"):
        measure_bill(write_file(tmp_path / "forecast", data(rows)))


@pytest.mark.usefixtures("engine")
def test_a_forecast_among_the_lines_of_a_bill_is_left_out(tmp_path):
    """Ten billed lines and ten forecast ones: the bill alone, and the others are counted."""
    rows = [{**row, "x_IsForecast": "false"} for row in focus(A_MONTH)]
    rows += [{**row, "x_IsForecast": "TRUE"} for row in focus(A_MONTH)]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert (actuals.records, actuals.totals["requests"]) == (10, 60_000)
    assert "10 lines of a forecast are left out: they are no bill" in actuals.notices


@pytest.mark.usefixtures("engine")
def test_other_providers_tell_nothing_of_the_bill(tmp_path):
    """Odd dates, odd amounts, another currency and a service of nearly the same name."""
    early = [
        replace(line, start="2026-11-01T00:00:00Z", end="2026-11-02T00:00:00Z") for line in USAGE
    ]
    rows = focus(early)
    other = {
        **rows[0],
        "ProviderName": "Alibaba Cloud",
        "ServiceName": "Key Management Service",
        "x_ServiceCode": "NULL",
        "BillingCurrency": "CNY",
        "ConsumedQuantity": "many",
        "ChargePeriodStart": "yesterday",
        "ChargePeriodEnd": "31.12.2026",
    }
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv([*rows, other])))
    assert actuals.totals["requests"] == 60_000
    assert actuals.coverage.months() == pytest.approx({"2026-11": 1 / 30})
    assert "cost_usd" in actuals.totals


@pytest.mark.usefixtures("engine")
def test_a_bill_of_other_providers_alone_is_refused(tmp_path):
    """No line of AWS says nothing of KMS: that is no zero."""
    rows = [
        {**row, "ProviderName": "Microsoft", "ServiceName": "Key Vault"} for row in focus(USAGE)
    ]
    rows = [{**row, "x_ServiceCode": ""} for row in rows]
    with pytest.raises(KmscostError, match="8 lines of other providers, and none of AWS"):
        measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))


def test_a_month_in_a_report_and_in_cost_explorer_is_refused(tmp_path):
    """Cost Explorer names no payer: it may be the same bill, and would count twice."""
    legacy_bill(tmp_path / "b.csv", A_MONTH)
    write_file(tmp_path / "ce.json", json.dumps(answer(USAGE)).encode())
    with pytest.raises(KmscostError, match="2026-11 of payer unknown twice"):
        measure_bill(tmp_path)


@pytest.mark.usefixtures("engine")
def test_an_estimate_of_the_bills_page_covers_no_hour(tmp_path):
    """Its invoice is an estimate: the month is not over, and nobody knows how far it goes."""
    rows = [{**row, "InvoiceID": "Estimated"} for row in bills_page(A_MONTH)]
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 60_000
    assert actuals.coverage.months() == {}
    assert any("it covers no hour" in line for line in actuals.notices)


@pytest.mark.usefixtures("engine")
def test_lost_zeros_are_read_and_said(tmp_path):
    """An id of 11 digits can only have lost a zero: 12345678901 is 012345678901."""
    data = as_csv(legacy(A_MONTH)).replace(b",012345678901,", b",12345678901,")
    actuals = measure_bill(write_file(tmp_path / "b.csv", data))
    assert PROD in set(actuals.measured["billed_account"])
    assert any("lost leading zeros" in line for line in actuals.notices)


COPIES = {
    "gzip beside it": lambda folder, data: write_file(folder / "b.csv.gz", gzip.compress(data)),
    "a copy": lambda folder, data: write_file(folder / "copy of b.csv", data),
    "a zip beside it": lambda folder, data: write_file(folder / "b.zip", as_zip(b=data)),
    "UTF-16": lambda folder, data: write_file(folder / "w.csv", data.decode().encode("utf-16")),
}


@pytest.mark.parametrize("copy", COPIES)
@pytest.mark.parametrize("lines", [A_MONTH, A_MONTH[2:4]], ids=["month", "two lines"])
def test_the_same_delivery_twice_counts_once(tmp_path, copy, lines):
    """Whatever it is packed in; a file of few lines only where its bytes are the same."""
    path = legacy_bill(tmp_path / "b.csv", lines)
    alone = measure_bill(path)
    COPIES[copy](tmp_path, path.read_bytes())
    if copy == "UTF-16" and len(lines) < 5:
        return
    actuals = measure_bill(tmp_path)
    assert actuals.totals == alone.totals
    assert actuals.records == alone.records
    assert any("holds the same lines as" in line for line in actuals.notices)


def test_a_delivery_in_csv_and_parquet_counts_once(tmp_path):
    """The same charges, written in another way."""
    write_file(tmp_path / "b.csv", as_csv(cur2(A_MONTH)))
    write_file(tmp_path / "b.parquet", as_parquet(cur2(A_MONTH)))
    assert measure_bill(tmp_path).totals["requests"] == 60_000


def test_cost_explorer_twice_counts_once_and_by_two_groups_never(tmp_path):
    """The same answer again tells nothing new; the same days in other groups would count twice."""
    write_file(tmp_path / "a.json", json.dumps(answer(USAGE)).encode())
    shutil.copy(tmp_path / "a.json", tmp_path / "b.json")
    actuals = measure_bill(tmp_path)
    assert (actuals.files, actuals.totals["requests"]) == (1, 60_000)
    assert any("tells nothing new" in line for line in actuals.notices)
    write_file(tmp_path / "b.json", json.dumps(answer(USAGE, by="REGION")).encode())
    actuals = measure_bill(tmp_path)
    assert actuals.totals["requests"] == 60_000
    assert "2026-11-01 twice" in next(iter(actuals.skipped)).reason


def test_what_aws_writes_beside_a_bill_is_known(tmp_path):
    """A bucket copied whole passes --strict: template, SQL, status table and test object."""
    legacy_bill(tmp_path / "b.csv", A_MONTH)
    beside = {
        "aws-programmatic-access-test-object": b"",
        "crawler-cfn.yml": b"AWSTemplateFormatVersion: 2010-09-09\n",
        "report-create-table.sql": b"CREATE EXTERNAL TABLE x\n",
        "cost_and_usage_data_status.parquet": b"PAR1 of one cell",
        "report-RedshiftManifest.json": b'{"entries": [{"url": "s3://b/k", "mandatory": true}]}',
    }
    for name, data in beside.items():
        write_file(tmp_path / name, data)
    assert measure_bill(tmp_path, strict=True).totals["requests"] == 60_000
    with pytest.raises(KmscostError, match="a file that AWS writes beside a bill"):
        measure_bill(tmp_path / "crawler-cfn.yml")


def test_a_file_that_unpacks_to_too_much_is_skipped(tmp_path):
    """A header and 80 MB of blank lines in 80 kB are no bill."""
    data = as_csv(legacy(A_MONTH)) + b"\n" * (80 << 20)
    legacy_bill(tmp_path / "good.csv", A_MONTH)
    write_file(tmp_path / "bomb.csv.gz", gzip.compress(data, 1))
    write_file(tmp_path / "bomb.zip", as_zip(b=data))
    skipped = measure_bill(tmp_path).skipped
    assert len(skipped) == 2
    assert all("unpacks to more than" in file.reason for file in skipped)


def test_requests_of_other_rates_are_told_by_their_description(tmp_path):
    """FOCUS without usage types: 40,000 asymmetric requests are no symmetric ones."""
    line = Line(
        amount="40000",
        cost="0.60",
        rate="0.000015",
        description="$0.15 per 10000 KMS Asymmetric Requests in EU (Ireland)",
    )
    rows = focus([*A_MONTH, line], aws_columns=False)
    actuals = measure_bill(write_file(tmp_path / "b.csv", as_csv(rows)))
    assert actuals.totals["requests"] == 100_000
    assert any("40,000 requests are of usage types with rates" in line for line in actuals.notices)


@st.composite
def months(draw):
    """Lines of a month with amounts of their own."""
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        amount = draw(st.integers(1, 10**9))
        day = draw(st.integers(1, 29))
        lines.append(
            Line(
                amount=str(amount),
                cost=str(amount * Decimal("0.000003")),
                rate="0.000003",
                operation=draw(st.sampled_from(["Decrypt", "GenerateDataKey"])),
                account=draw(st.sampled_from(["111122223333", PROD])),
                resource=draw(st.sampled_from([KEY, ""])),
                start=f"2026-11-{day:02}T00:00:00Z",
                end=f"2026-11-{day + 1:02}T00:00:00Z",
            )
        )
    return lines


@settings(max_examples=cases(10))
@given(lines=months(), data=st.data())
def test_any_form_gives_the_known_numbers(tmp_path_factory, lines, data):
    """Law: of known lines every form, AWS's or people's, gives their requests and their cost."""
    forms = {**FORMATS, **EXACT, **COARSE}
    form = data.draw(st.sampled_from(sorted(forms)))
    path = tmp_path_factory.mktemp("forms") / "bill.data"
    totals = measure_bill(write_file(path, forms[form](lines))).totals
    assert totals["requests"] == pytest.approx(sum(int(line.amount) for line in lines))
    cost = float(sum(Decimal(line.cost) for line in lines))
    assert totals["cost_usd"] == pytest.approx(cost, rel=1e-9, abs=1e-9)


@pytest.mark.usefixtures("engine")
def test_a_last_line_without_its_end_is_said(tmp_path):
    """A download that broke off within its last cell would look like it."""
    data = as_csv(cur2(A_MONTH))
    assert not any("no end" in line for line in _notices(tmp_path / "whole.csv", data))
    assert any("no end" in line for line in _notices(tmp_path / "cut.csv", data[:-2]))
    assert not any("no end" in line for line in _notices(tmp_path / "b.gz", gzip.compress(data)))


def _notices(path, data):
    return measure_bill(write_file(path, data)).notices


def test_half_a_character_less_is_no_bill(tmp_path):
    """UTF-16 without one byte: what follows is other characters, and no line ends."""
    data = as_csv(legacy(A_MONTH)).decode().encode("utf-16-le")
    middle = len(data) // 2 | 1
    with pytest.raises(KmscostError, match=r"no utf-16|values|no CSV"):
        measure_bill(write_file(tmp_path / "b.csv", data[:middle] + data[middle + 1 :]))


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("size", [1, 400], ids=["small", "large"])
def test_a_quote_that_is_not_closed_swallows_nothing(tmp_path, size):
    """In the last cell of a line it would take all lines behind it for its own text."""
    lines = [*A_MONTH * size]
    data = as_csv(focus(lines)).replace(b"awskms,us-east-1-KMS", b'awskms,"us-east-1-KMS', 1)
    with pytest.raises(KmscostError, match="a quote that is not closed"):
        measure_bill(write_file(tmp_path / "b.csv", data))


def test_pages_of_cost_explorer_in_files_of_their_own_are_refused(tmp_path):
    """Pages split days anywhere: what one file holds may be a part of what another one does."""
    whole = answer(USAGE)
    first = {**whole, "ResultsByTime": whole["ResultsByTime"][:4], "NextPageToken": "abc"}
    write_file(tmp_path / "1.json", json.dumps(first).encode())
    second = {**whole, "ResultsByTime": whole["ResultsByTime"][4:]}
    write_file(tmp_path / "2.json", json.dumps(second).encode())
    with pytest.raises(KmscostError, match="next page is missing"):
        measure_bill(tmp_path)


def test_detailed_reports_side_by_side_are_refused(tmp_path):
    """AWS puts the month with and without resources into one bucket: the same charges twice."""
    write_file(tmp_path / "items.csv", as_csv(detailed(A_MONTH, resources=False)))
    write_file(tmp_path / "resources.csv", as_csv(detailed(A_MONTH)))
    with pytest.raises(KmscostError, match="2026-11 of payer 111122223333 twice"):
        measure_bill(tmp_path)
