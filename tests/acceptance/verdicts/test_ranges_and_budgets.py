"""Inside or outside the range, the expected cost, and whose chance a sentence gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.verdicts.reports import (
    US,
    A,
    Report,
    above,
    budget,
    days,
    inventory,
    mean_factor,
    plain,
    report,
    sigma,
    whole,
)

SEPTEMBER, OCTOBER = "2026-09", "2026-10"
# median 100,000; September: 5 % 50,000 x 30 x 0.000003 + 1 = 5.50, 95 % 200,000: 19.00
WIDE = "{low: 50000, high: 200000}"


def refuted(out: Report) -> bool:
    return "outside" in out.head.lower() and "calibrat" in out.head.lower()


@pytest.mark.parametrize(
    ("files", "is_outside"),
    [
        (33_333, True),  # 3,999.96 x ... = 4.00, below 5.50
        (48_000, True),  # 5.32: just below
        (53_000, False),  # 5.77
        (100_000, False),
        (190_000, False),  # 18.10
        (215_000, True),  # 20.35: just above
        (1_000_000, True),  # 91.00
    ],
)
def test_a_bill_outside_the_range(tmp_path: Path, files: int, is_outside: bool) -> None:
    """Below 5.50 and above 19.00 refute the forecast: so it says, with the way to calibrate."""
    out = report(tmp_path, inventory(WIDE, budget(100)), SEPTEMBER, whole(SEPTEMBER, files))
    assert refuted(out) is is_outside, out.head
    if is_outside:
        assert "kmscost calibrate" in out.text
        assert not re.search(r"no month to \S+ (breaks|is over)", out.head)
    else:
        assert re.search(r"inside|within", out.head.lower())


def test_a_refuted_forecast_gives_no_chance(tmp_path: Path) -> None:
    """91.00 of 100.00 is 9 times the forecast: no chance of it is worth anything, none is given."""
    out = report(tmp_path, inventory(WIDE, budget(100)), SEPTEMBER, whole(SEPTEMBER, 1_000_000))
    assert out.answer["verdict"]["probability"] is None
    assert not re.search(r"\b0 %", out.head)


def test_at_the_pace_of_the_bill(tmp_path: Path) -> None:
    """98.20 is within 100.00, and October at this pace is 1,080,000 x 31 x 0.000003 + 1 = 101.44.

    The refuted forecast (10.00) sees nothing coming; the bill does: at the least "at risk".
    """
    out = report(tmp_path, inventory(WIDE, budget(100)), SEPTEMBER, whole(SEPTEMBER, 1_080_000))
    assert out.status == "at risk"


def test_one_centre(tmp_path: Path) -> None:
    """Where there are ranges sums are expected ones: 9.84 of 10.84, not the typical 9.00 of 10.00.

    Mean over median e^(0.42140^2 / 2) = 1.09284; 9.00 x 1.09284 = 9.8356.
    """
    assert round(9 * mean_factor(50_000, 200_000), 2) == 9.84
    out = report(tmp_path, inventory(WIDE, budget(100)), SEPTEMBER)
    assert money(out.head, 10.84)
    typical = [line for line in out.head.splitlines() if money(line, 9.0, 0.004)]
    assert all("typical" in line.lower() for line in typical), typical


# expected: 10,000 to 1,000,000 / 20,000 to 200,000 as in the shared case
TEN = "{low: 20000, high: 200000}"


def test_expected_of_a_wide_range_in_february(tmp_path: Path) -> None:
    """February: typical 63,246 x 28 x 0.000003 + 1 = 6.31, expected 7.79: over 7.00.

    sigma = ln 10 / 3.28971 = 0.69994; e^(0.24496) = 1.27759; 5.3126 x 1.27759 + 1 = 7.787.
    """
    typical = (20_000 * 200_000) ** 0.5 * 28 * 0.000003
    expected = typical * mean_factor(20_000, 200_000) + 1
    assert (round(typical + 1, 2), round(expected, 2)) == (6.31, 7.79)
    out = report(tmp_path, inventory(TEN, budget(7)), "2027-02")
    assert out.status == "over budget"
    found = money(out.sentence, 7.79)
    assert found, out.sentence
    assert "expected" in out.head.lower()
    assert money(out.text, 6.31)  # the typical value beside it, once


def test_expected_breaks_a_month_ahead(tmp_path: Path) -> None:
    """February's 7.79 is within 8.00; March, of 31 days, expects 8.51: at risk."""
    out = report(tmp_path, inventory(TEN, budget(8)), "2027-02")
    assert out.status == "at risk"
    assert "kms" in out.sentence


def test_expected_within(tmp_path: Path) -> None:
    """Against 1,000.00 nothing is over, and nothing at risk: P of 16 times the expected is nil."""
    out = report(tmp_path, inventory(TEN, budget(1_000)), "2027-02")
    assert out.status == "on budget"


def test_without_ranges_expected_is_typical(tmp_path: Path) -> None:
    """No range: one number, 10.00, and no second centre."""
    out = report(tmp_path, inventory(budgets=budget(11)), SEPTEMBER)
    assert out.status == "on budget"
    assert "10.00" in out.sentence
    assert "typical" not in out.head.lower()


def money(text: str, usd: float, slack: float = 0.03) -> list[float]:
    """Amounts in a text that are this one but for the noise of draws."""
    amounts = [float(x.replace(",", "")) for x in re.findall(r"\d[\d,]*\.\d+", text)]
    return [amount for amount in amounts if abs(amount - usd) <= slack]


SIEM = f'readers: [{{name: siem, kind: every-file, account: "{A}", gets_per_file: 1}}]'
GROWTH = "growth: {accounts_per_year: 20%, as_of: 2026-10-01}"


def test_a_budget_of_a_part_has_its_own_chance(tmp_path: Path) -> None:
    """Budget siem 2.30 breaks from 2027-07, by its own chance of 47 % in 2027-10.

    Files 10,000 to 40,000, median 20,000, sigma ln 4 / 3.28971 = 0.42140, mean 1.09284 times it.
    Gets in October 2026: 20,000 x 31 x 0.000003 = 1.86, expected 2.03. With 20 % a year July 2027
    (9 months) expects 1.86 x 1.2^(9/12) x 1.09284 = 2.33, June 2.22. October 2027: median 2.232,
    P(2.232 e^(0.4214 z) > 2.30) = 47.2 %. Budget kms, 100.00, is never broken: 0 %.
    """
    spread = sigma(10_000, 40_000)
    assert round(1.86 * 1.2 ** (9 / 12) * mean_factor(10_000, 40_000), 2) == 2.33
    chance = above(2.30, 1.86 * 1.2, spread)
    assert round(100 * chance, 1) == 47.2
    budgets = f"{budget(100)}, {budget(2.30, 'siem', 'reader: siem')}"
    text = inventory("{low: 10000, high: 40000}", budgets, more=f"{SIEM}\n{GROWTH}")
    out = report(tmp_path, text, OCTOBER)
    assert out.status == "at risk"
    assert "siem" in out.sentence
    assert "2027-07" in plain(out.head) or "July 2027" in plain(out.head)
    shares = [float(x) for x in re.findall(r"(\d+(?:\.\d+)?) ?%", out.sentence)]
    assert any(abs(share - 47.2) < 1.7 for share in shares), out.sentence


def test_a_budget_of_a_part_that_is_over_now(tmp_path: Path) -> None:
    """Budget siem 2.00 is below the 2.03 expected in October: over budget, siem named."""
    budgets = f"{budget(100)}, {budget(2.0, 'siem', 'reader: siem')}"
    text = inventory("{low: 10000, high: 40000}", budgets, more=f"{SIEM}\n{GROWTH}")
    out = report(tmp_path, text, OCTOBER)
    assert out.status == "over budget"
    assert "siem" in out.sentence


def test_no_budget(tmp_path: Path) -> None:
    """Without a budget there is no verdict on one; a bill of ten days is still one of ten days."""
    out = report(tmp_path, inventory(), SEPTEMBER, days(SEPTEMBER, 1, 10))
    assert out.status == "no budget"
    assert "10 September" in out.head


def test_names_do_not_move_ranges(tmp_path: Path) -> None:
    """Renaming the trail changes no shown end of the range."""
    shown = []
    for name in ("t", "zebra", "a-trail-with-a-long-name"):
        text = inventory(WIDE, budget(100)).replace("name: t,", f"name: {name},")
        out = report(tmp_path, text, SEPTEMBER)
        shown.append(re.search(r"([\d.,]+) to ([\d.,]+) in 90", out.text))
    assert all(shown)
    assert len({match.groups() for match in shown if match}) == 1
    first = shown[0]
    assert first
    low, high = (float(text.replace(",", "")) for text in first.groups())
    assert abs(low - 5.5) <= 0.2  # by hand 5.50 and 19.00; two or three digits
    assert abs(high - 19.0) <= 0.5
    assert all(len(re.sub(r"[^\d]", "", text)) <= 3 for text in first.groups())


@pytest.mark.parametrize(("usd", "share"), [(0.05, "20,600 %"), (0.001, "1,030,000 %")])
def test_tiny_budgets(tmp_path: Path, usd: float, share: str) -> None:
    """October's 10.30 of a budget of cents: three digits, no exponent, the budget as it is."""
    out = report(tmp_path, inventory(budgets=budget(usd)), OCTOBER)
    assert share in plain(out.sentence).replace("\u202f", " ").replace("\u00a0", " ")
    assert f"USD {usd} " in plain(out.sentence)


KEYS = ", ".join(f'{{id: k{at}, account: "{A}", region: {US}}}' for at in range(9))


def copies(files: int, usd: float = 100) -> str:
    """Ten keys, and a second trail that pays 2.00 per 100,000 for each KMS event."""
    text = inventory(str(files), budget(usd), other=0)
    text = text.replace("keys: [", f"keys: [{KEYS}, ")
    second = f'{{name: b, account: "{A}", scope: account, key: null}}'
    return text.replace(
        "files_per_day: " + str(files) + "}]", f"files_per_day: {files}}}, {second}]"
    )


@pytest.mark.parametrize(
    ("files", "usd", "is_said"),
    [
        (1_600, "0.99", False),
        (1_680, "1.04", True),
        (20_000, "12.40", True),
    ],
)
def test_copies_of_events_around_a_tenth(
    tmp_path: Path, files: int, usd: str, is_said: bool
) -> None:
    """The charge for copies is in the verdict from a tenth of the KMS sum on, never inside it.

    October, 10 key-months: 1,600 x 31 = 49,600 requests, KMS 29,600 x 0.000003 + 10 = 10.0888,
    copies 49,600 x 0.00002 = 0.992: 9.8 %. 1,680: 52,080, 10.0962 and 1.0416: 10.3 %. 20,000:
    620,000 requests, 11.80 and 12.40.
    """
    out = report(tmp_path, copies(files), OCTOBER)
    assert (usd in out.head) or not is_said, out.head
    assert is_said or usd not in out.sentence
    total = out.answer["totals"]
    requests = files * 31
    assert abs(total["cost_usd"] - ((requests - 20_000) * 0.000003 + 10)) < 1e-9
    assert abs(total["cost_usd_cloudtrail_events"] - requests * 0.00002) < 1e-9


def test_copies_are_not_in_the_budget(tmp_path: Path) -> None:
    """KMS 11.80 is within 12.00 though copies of events cost 12.40 more."""
    out = report(tmp_path, copies(20_000, 12), OCTOBER)
    assert out.status == "on budget"


def test_budgets_whose_names_are_alike(tmp_path: Path) -> None:
    """Two budgets with one beginning and one end: each has its own row and its own number."""
    security, network = "platform-security-emea-fy2027", "platform-network-emea-fy2027"
    out = report(
        tmp_path, inventory(budgets=f"{budget(5, security)}, {budget(70, network)}"), OCTOBER
    )
    assert out.status == "over budget"
    assert security in out.sentence
    assert network not in out.sentence
    text = plain(out.text)
    assert security in text
    assert network in text


def test_three_accounts_of_one_name(tmp_path: Path) -> None:
    """Three accounts called prod are three rows, told apart by their ids."""
    ids = [A, "222222222222", "333333333333"]
    accounts = ", ".join(
        f'{{id: "{number}", name: prod, regions: [{US}], files_per_day: {files}}}'
        for number, files in zip(ids, (100_000, 200_000, 300_000), strict=True)
    )
    text = (
        inventory(budgets=budget(100))
        .replace(f'{{id: "{A}", regions: [{US}]}}', accounts)
        .replace("scope: account", "scope: organization")
        .replace(", files_per_day: 100000}]", "}]")
    )
    out = report(tmp_path, text, OCTOBER)
    # 18,600,000 requests: 9.30, 18.60 and 27.90, and the key
    for number, usd in zip(ids, ("9.30", "18.60", "27.90"), strict=True):
        rows = [line for line in out.text.splitlines() if number in line]
        assert any(usd in line or usd.replace("9.30", "10.30") in line for line in rows), number
