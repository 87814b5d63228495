"""The known bill in every form: its amounts to the cent, or refused by name; never others."""

import gzip
import json
import random
import zipfile
from pathlib import Path

import pytest

from tests.acceptance.forms import coarse_bills, law
from tests.acceptance.forms import known_bill as bill
from tests.acceptance.forms.bill_forms import FORMS, WHOLE, BillForm, azure, forecast, rows, text
from tests.acceptance.forms.packings import noise, zipped
from tests.extras import skip_without_extra
from tests.sampling import seeds

TEXT = text().encode()


def _measured(*paths: Path) -> law.Outcome:
    return law.measured("bill", *paths)


def _assert_totals(outcome: law.Outcome, form: BillForm | None = None) -> None:
    totals = outcome.answer["totals"]
    expected = dict(form.totals) if form else WHOLE
    found = {key: totals.get(key) for key in expected}
    assert found == pytest.approx(expected, abs=1e-9)
    if form is None or form.operations:
        assert totals["by_operation"] == bill.BY_OPERATION


def _assert_lawful(outcome: law.Outcome, path: Path, form: BillForm | None = None) -> None:
    if outcome.code:
        skip_without_extra(outcome.message)
        law.assert_refused(outcome, path, *(form.words if form else ()))
    else:
        _assert_totals(outcome, form)


ALL = FORMS | coarse_bills.FORMS


@pytest.mark.parametrize("name", ALL)
def test_bill_form(name: str, tmp_path: Path) -> None:
    """Each form gives the known amounts; one that has lost what it needs is refused."""
    form = ALL[name]()
    path = tmp_path / form.file
    path.write_bytes(form.content)
    outcome = _measured(path)
    if form.lost:
        law.assert_refused(outcome, path, *form.words)
    elif form.exact:
        assert outcome.code == 0, f"refused: {outcome.message}"
        _assert_totals(outcome, form)
        assert outcome.skipped == []
    else:
        _assert_lawful(outcome, path, form)


def test_others_stretch_no_coverage(tmp_path: Path) -> None:
    """AWS's lines end on the 10th, Azure's on the 31st: 10 of 31 days are covered."""
    others = bill.sheet(azure(range(1, 32))).splitlines()[1:]
    path = tmp_path / "focus.csv"
    path.write_text(bill.sheet(bill.focus(bill.lines(10))) + "\n".join(others) + "\n")
    outcome = _measured(path)
    assert outcome.code == 0, outcome.message
    assert outcome.answer["totals"]["requests"] == 10 * 3_500
    (month,) = outcome.answer["coverage"]["months"]
    assert month["share"] == pytest.approx(10 / 31)


def test_others_alone(tmp_path: Path) -> None:
    """A bill without a line of AWS is refused, or nothing that covers nothing: no month is told."""
    path = tmp_path / "focus.csv"
    path.write_text(bill.sheet(azure(range(1, 32))))
    outcome = _measured(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    else:
        assert outcome.answer["totals"]["requests"] == 0
        assert outcome.answer["coverage"]["months"] == []


def test_forecast_beside_a_bill(tmp_path: Path) -> None:
    """Lines of a forecast in one file with a bill's: left out with a word, or all is refused."""
    path = tmp_path / "focus.csv"
    real = [row | {"x_IsForecast": ""} for row in bill.focus(bill.lines())]
    path.write_text(bill.sheet([*real, *forecast()]))
    outcome = _measured(path)
    if outcome.code:
        law.assert_refused(outcome, path, "forecast")
    else:
        _assert_totals(outcome)
        sentences = [*outcome.answer["notices"], *(entry["reason"] for entry in outcome.skipped)]
        assert any("forecast" in sentence for sentence in sentences)


DELIVERIES = {
    "csv and csv.gz": {"cur-00001.csv": TEXT, "cur-00001.csv.gz": gzip.compress(TEXT)},
    "a copy in another folder": {"a/cur-00001.csv": TEXT, "b/cur-00001.csv": TEXT},
    "csv and zip": {"cur-00001.csv": TEXT, "cur-00001.zip": zipped({"cur-00001.csv": TEXT})},
}


@pytest.mark.parametrize("name", DELIVERIES)
def test_delivered_twice(name: str, tmp_path: Path) -> None:
    """The same bytes under two names are one bill, and a word says so."""
    for file, content in DELIVERIES[name].items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_bytes(content)
    outcome = _measured(tmp_path)
    if outcome.code:
        assert "cur-00001" in outcome.message
        return
    _assert_totals(outcome)
    sentences = [*outcome.answer["notices"], *(entry["reason"] for entry in outcome.skipped)]
    assert outcome.answer["duplicates"] or any("same" in sentence for sentence in sentences)


@pytest.mark.parametrize(
    "column",
    ["lineItem/UsageAmount", "lineItem/UnblendedCost", "lineItem/ProductCode",
     "lineItem/UsageType", "lineItem/LineItemType", "lineItem/UsageStartDate",
     "lineItem/UsageAccountId", "lineItem/Operation", "lineItem/LineItemDescription"],
)  # fmt: skip
def test_without_a_column(column: str, tmp_path: Path) -> None:
    """Without a column a bill is refused, or what the others tell is still right."""
    path = tmp_path / "cur.csv"
    path.write_text(bill.sheet([{k: v for k, v in r.items() if k != column} for r in rows()]))
    outcome = _measured(path)
    if outcome.code:
        law.assert_refused(outcome, path)
        return
    totals = outcome.answer["totals"]
    assert totals["requests"] == bill.REQUESTS
    assert totals["cost_usd"] == pytest.approx(bill.COST)


@pytest.mark.parametrize(
    "column",
    ["ConsumedQuantity PricingQuantity", "BilledCost", "ServiceName", "ChargeCategory",
     "ChargePeriodStart", "SubAccountId"],
)  # fmt: skip
def test_focus_without_a_column(column: str, tmp_path: Path) -> None:
    """Without a column a bill of FOCUS is refused, or what the others tell is still right."""
    path = tmp_path / "focus.csv"
    some = bill.focus(bill.lines())
    path.write_text(
        bill.sheet([{k: v for k, v in r.items() if k not in column.split()} for r in some])
    )
    outcome = _measured(path)
    if outcome.code:
        law.assert_refused(outcome, path)
        return
    totals = outcome.answer["totals"]
    assert totals["requests"] == bill.REQUESTS
    assert totals["cost_usd"] == pytest.approx(bill.COST)


def test_two_exports_of_one_month(tmp_path: Path) -> None:
    """The same month as CUR and as FOCUS is one bill: never twice its amounts without a word."""
    (tmp_path / "cur.csv").write_bytes(TEXT)
    (tmp_path / "focus.csv").write_text(bill.sheet(bill.focus(bill.lines())))
    outcome = _measured(tmp_path)
    if outcome.code:
        assert "FOCUS" in outcome.message
    elif outcome.answer["totals"]["requests"] == bill.REQUESTS:
        assert outcome.skipped or outcome.answer["duplicates"] or outcome.answer["notices"]
    else:
        assert any("same" in notice or "both" in notice for notice in outcome.answer["notices"])


def test_two_parts(tmp_path: Path) -> None:
    """A report in two parts is one bill: nothing of it is a copy."""
    head, *rest = text().splitlines(keepends=True)
    (tmp_path / "cur-00001.csv.gz").write_bytes(gzip.compress("".join([head, *rest[:50]]).encode()))
    (tmp_path / "cur-00002.csv.gz").write_bytes(gzip.compress("".join([head, *rest[50:]]).encode()))
    outcome = _measured(tmp_path)
    assert outcome.code == 0, outcome.message
    _assert_totals(outcome)


PACKED = {
    "csv.gz": gzip.compress(TEXT),
    "zip": zipped({"cur.csv": TEXT}),
    "stored.zip": zipped({"cur.csv": TEXT}, zipfile.ZIP_STORED),
    "bzip2.zip": zipped({"cur.csv": TEXT}, zipfile.ZIP_BZIP2),
    "lzma.zip": zipped({"cur.csv": TEXT}, zipfile.ZIP_LZMA),
}


@pytest.mark.parametrize("ending", PACKED)
@pytest.mark.parametrize("seed", seeds(2))
def test_flipped_bits(ending: str, seed: int, tmp_path: Path) -> None:
    """A flipped bit anywhere in a packed bill: whole, or refused by name."""
    rng = random.Random(f"{ending} {seed}")  # noqa: S311 (not for secrets)
    content = bytearray(PACKED[ending])
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(content)
    _assert_lawful(_measured(path), path)


@pytest.mark.parametrize("ending", PACKED)
def test_cut_off(ending: str, tmp_path: Path) -> None:
    """A packed bill that breaks off is refused by name: half a bill is no bill."""
    path = tmp_path / f"damaged.{ending}"
    path.write_bytes(PACKED[ending][: len(PACKED[ending]) * 2 // 3])
    law.assert_refused(_measured(path), path)


def test_bytes_behind(tmp_path: Path) -> None:
    """Bytes behind a gzip member that are no member are refused."""
    path = tmp_path / "damaged.csv.gz"
    path.write_bytes(PACKED["csv.gz"] + b"some text that a proxy added")
    law.assert_refused(_measured(path), path)


_WIDE = text().encode("utf-16")
_COMMA = _WIDE.index(",\n".encode("utf-16-le"), len(_WIDE) // 2)  # the last one of a line

BROKEN = {
    # what follows is no line any more, but one cell of another script
    "UTF-16 with a byte too few": _WIDE[:_COMMA] + _WIDE[_COMMA + 1 :],
    "UTF-16 that breaks off": _WIDE[: len(_WIDE) // 2 | 1],
    "cut in a line": TEXT[: len(TEXT) * 2 // 3],
    "a line with too many cells": TEXT + b"x," * 40 + b"x\n",
    "a line with too few cells": TEXT + b"id98,111122223333\n",
    "an amount that is no number": TEXT.replace(b",3000,USD", b",n/a,USD", 1),
    "an amount of 5,000 digits": TEXT.replace(b",3000,USD", b"," + b"9" * 5000 + b",USD", 1),
    "a cost that is missing": TEXT.replace(b",0.009,", b",,", 1),
    "a day that is none": TEXT.replace(b"2026-10-02T00:00:00Z", b"2026-13-02T00:00:00Z", 1),
    "an account that is none": TEXT.replace(b",012345678901,", b",prod,", 1),
    "two currencies": TEXT.replace(b",USD,0.000003,0.009", b",EUR,0.000003,0.009", 1),
    "a byte that is no text": TEXT.replace(b"GenerateDataKey", b"Generate\x00ataKey", 1),
    "a quote that never ends": TEXT.replace(b"$0.03 per", b'"$0.03 per', 1),
    "empty": b"",
    "a log file": json.dumps({"Records": []}).encode(),
}
# A line is as good with a free text of another shape: what these hold besides is not known here.
_OTHER = {"an amount of 5,000 digits", "two currencies", "a byte that is no text"}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_bill(name: str, tmp_path: Path) -> None:
    """A bill with a broken line is refused by name, or the line is left out with a word."""
    path = tmp_path / "cur.csv"
    path.write_bytes(BROKEN[name])
    outcome = _measured(path)
    if outcome.code:
        law.assert_refused(outcome, path)
    elif outcome.skipped:
        assert all("cur.csv" in entry["path"] for entry in outcome.skipped)
    elif name in _OTHER:
        assert outcome.answer["totals"]["requests"] == bill.REQUESTS
    else:
        _assert_totals(outcome)


def test_half_of_the_bills_damaged(tmp_path: Path) -> None:
    """Beside a good bill damaged files are left out by name; the good one counts once."""
    (tmp_path / "cur.csv.gz").write_bytes(gzip.compress(TEXT))
    for number, ending in enumerate(("csv.gz", "zip", "csv")):
        path = tmp_path / f"bad{number}.{ending}"
        path.write_bytes(noise(number, 900))
    outcome = _measured(tmp_path)
    if outcome.code:
        assert "bad" in outcome.message
    else:
        _assert_totals(outcome)
        assert len(outcome.skipped) == 3
