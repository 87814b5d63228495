from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.commands import (
    NOVEMBER,
    close,
    expect,
    forecast,
    kmscost,
    run_forecast,
    write,
)
from tests.acceptance.inventories import (
    THREE_ACCOUNTS,
    inventory,
    key,
    requests_exactly,
    trail,
)


@pytest.mark.parametrize("region", ["cn-north-1", "cn-northwest-1"])
def test_china_is_refused(tmp_path: Path, region: str) -> None:
    """No rate is known for China: exit 1 and the way out, never a silent zero."""
    write(
        tmp_path,
        inventory(keys=[key(region=region)], trails=[trail(region=region)], regions=[region]),
    )
    run = kmscost(
        "forecast",
        "inventory.yaml",
        *NOVEMBER,
        "--format",
        "json",
        cwd=tmp_path,
    )
    assert run.code == 1, run.text
    assert region in run.err or "aws-cn" in run.err or "China" in run.err, run.err
    assert "rates" in run.err, f"the way out (own rates) is not named: {run.err}"


def test_before_the_first_price_is_an_error(tmp_path: Path) -> None:
    """A month before the first known price is an error, never a silent zero."""
    write(tmp_path, inventory())
    run = run_forecast(tmp_path, "1999-01")
    assert run.code == 1, run.text
    assert "1999-01" in run.err
    assert not run.out


@pytest.mark.parametrize("discount", ["10%", "0.1"])
def test_a_discount_is_taken_off_every_kms_rate(tmp_path: Path, discount: str) -> None:
    """A negotiated discount of 10 % takes a tenth off requests and keys."""
    # 51,840 x 0.000003 x 0.9 = 0.139968 (others use the free tier); 1.00 x 0.9 = 0.90
    text = inventory(**THREE_ACCOUNTS, other_kms_requests_per_month=20_000)
    expect(
        forecast(tmp_path, text, "2026-11", 1, "--discount", discount)["totals"],
        requests=51_840,
        billable_requests=51_840,
        cost_usd_requests="0.139968",
        cost_usd_keys="0.9",
        cost_usd="1.039968",
    )


@pytest.mark.parametrize("discount", ["-1%", "101%", "1.5", "ten", "nan", ""])
def test_an_impossible_discount_is_a_usage_error(tmp_path: Path, discount: str) -> None:
    """A discount is a share from 0 to 1, or 0 % to 100 %."""
    write(tmp_path, inventory())
    run = run_forecast(tmp_path, "2026-11", 1, "--discount", discount)
    assert run.code == 2, run.text
    assert "discount" in run.err


OWN_TABLE = """\
version: 1
service: awskms
currency: CURRENCY
meters:
  - name: kms-requests
    title: Requests on symmetric keys
    unit: request
    per: 10_000
    operations: [GenerateDataKey, Decrypt, Encrypt]
    versions:
      - from: 2026-01-01
        source: {title: our contract, url: "https://example.com/contract", checked: 2026-01-01}
        free: {quantity: 20_000, pool: kms-requests}
        rates: [REQUESTS]
  - name: kms-keys
    title: Customer managed keys
    unit: key-month
    per: 1
    operations: [KeyMonth]
    versions:
      - from: 2026-01-01
        source: {title: our contract, url: "https://example.com/contract", checked: 2026-01-01}
        rates: [KEYS]
"""


def own_table(folder: Path, currency: str, requests: str, keys: str) -> tuple[str, str]:
    """Save a rate table of one's own; the options that name it."""
    text = OWN_TABLE.replace("CURRENCY", currency)
    write(folder, text.replace("REQUESTS", requests).replace("KEYS", keys), "own.yaml")
    return "--rates", "own.yaml"


def test_own_rates_in_yuan_price_china(tmp_path: Path) -> None:
    """With a table of one's own in CNY a China inventory has a price, and the JSON says cny."""
    # 1,000 x 30 = 30,000 - 20,000 = 10,000 requests at 0.20 per 10,000 = 0.20; a key 7.00
    china = "cn-north-1"
    options = own_table(
        tmp_path,
        "CNY",
        "{regions: [cn-north-1, cn-northwest-1], rate: 0.20}",
        "{regions: [cn-north-1, cn-northwest-1], rate: 7.00}",
    )
    line = trail(region=china, files_per_day=1000)
    text = inventory(keys=[key(region=china)], trails=[line], regions=[china])
    answer = forecast(tmp_path, text, "2026-11", 1, *options)
    for totals in (answer["totals"], answer["months"][0]):
        expect(
            totals,
            requests=30_000,
            billable_requests=10_000,
            cost_cny="7.20",
            cost_cny_requests="0.20",
            cost_cny_keys=7,
            cost_cny_writes_charged="7.20",
            cost_cny_writes_exempt=7,
        )
        # nobody has told what CloudTrail's own charge is there: not known, never zero
        assert totals["cost_cny_cloudtrail_events"] is None
        assert not [name for name in totals if "usd" in name]
    assert answer["rates"]["currency"] == "CNY"
    close(sum(row["cost"] for row in answer["rows"]), "7.20")
    assert all("cny_per_unit" in row and "usd_per_unit" not in row for row in answer["rows"])


def test_own_rates_in_another_currency_in_text(tmp_path: Path) -> None:
    """The table names the currency of one's own rates, and nowhere dollars."""
    options = own_table(
        tmp_path, "CNY", "{regions: [cn-north-1], rate: 0.20}", "{regions: [cn-north-1], rate: 7}"
    )
    line = trail(region="cn-north-1")
    text = inventory(keys=[key(region="cn-north-1")], trails=[line], regions=["cn-north-1"])
    write(tmp_path, text)
    run = kmscost("forecast", "inventory.yaml", *NOVEMBER, *options, cwd=tmp_path)
    assert run.code == 0, run.text
    assert "CNY" in run.out
    assert "USD" not in run.out
    assert "7.00" in run.out


def test_own_rates_without_the_region_are_refused(tmp_path: Path) -> None:
    """A table of one's own that has no rate for the Region: exit 1, never the shipped rate."""
    options = own_table(
        tmp_path, "CNY", "{regions: [cn-north-1], rate: 0.20}", "{regions: [cn-north-1], rate: 7}"
    )
    write(tmp_path, inventory())
    run = run_forecast(tmp_path, "2026-11", 1, *options)
    assert run.code == 1, run.text
    assert "us-east-1" in run.err
    assert "own.yaml" in run.err


def test_the_printed_table_is_a_start_for_ones_own(tmp_path: Path) -> None:
    """`rates show --format yaml` prints what --rates takes; twice the rate, twice the cost."""
    shown = kmscost("rates", "show", "--format", "yaml", cwd=tmp_path)
    assert shown.code == 0, shown.text
    assert shown.out.count("rate: 0.03") >= 2
    doubled = shown.out.replace("rate: 0.03", "rate: 0.06")
    for text, cost in ((shown.out, "0.09552"), (doubled, "0.19104")):  # 31,840 x 0.000003, x 2
        write(tmp_path, text, "own.yaml")
        options = ("--rates", "own.yaml")
        answer = forecast(tmp_path, inventory(**THREE_ACCOUNTS), "2026-11", 1, *options)
        expect(answer["totals"], billable_requests=31_840, cost_usd_requests=cost)


TIERS = (
    "{regions: [us-east-1, eu-west-1], tiers: "
    "[{up_to: 10_000, rate: 0.06}, {up_to: 30_000, rate: 0.03}, {rate: 0.01}]}"
)
KEY_RATE = "{regions: [us-east-1, eu-west-1], rate: 1}"


@pytest.mark.parametrize(
    ("count", "cost"),
    [
        # others use the free tier; 0.000006 to 10,000, 0.000003 to 30,000, then 0.000001
        (1, "0.000006"),
        (9_999, "0.059994"),
        (10_000, "0.06"),
        (10_001, "0.060003"),
        (29_999, "0.119997"),  # 0.06 + 19,999 x 0.000003
        (30_000, "0.12"),  # 0.06 + 20,000 x 0.000003
        (30_001, "0.120001"),
        (1_030_000, "1.12"),  # 0.12 + 1,000,000 x 0.000001
    ],
)
def test_graduated_tiers_of_ones_own(tmp_path: Path, count: int, cost: str) -> None:
    """Each tier prices the requests inside it, on both sides of every threshold."""
    options = own_table(tmp_path, "USD", TIERS, KEY_RATE)
    text = requests_exactly(count, other_kms_requests_per_month=20_000)
    answer = forecast(tmp_path, text, "2026-11", 1, *options)
    expect(answer["totals"], billable_requests=count, cost_usd_requests=cost)


def test_graduated_tiers_begin_after_the_free_tier(tmp_path: Path) -> None:
    """The tiers count what is billable, of all accounts of the payer together."""
    # 51,840 - 20,000 = 31,840: 10,000 x 0.000006 + 20,000 x 0.000003 + 1,840 x 0.000001
    # = 0.06 + 0.06 + 0.00184 = 0.12184
    options = own_table(tmp_path, "USD", TIERS, KEY_RATE)
    answer = forecast(tmp_path, inventory(**THREE_ACCOUNTS), "2026-11", 1, *options)
    expect(answer["totals"], billable_requests=31_840, cost_usd_requests="0.12184")


@pytest.mark.parametrize("by", ["all", "account,region", "key"])
def test_graduated_tiers_do_not_depend_on_the_grain(tmp_path: Path, by: str) -> None:
    """Splitting the rows changes no total, with tiers neither."""
    options = (*own_table(tmp_path, "USD", TIERS, KEY_RATE), "--by", by)
    answer = forecast(tmp_path, inventory(**THREE_ACCOUNTS), "2026-11", 1, *options)
    expect(answer["totals"], cost_usd_requests="0.12184", cost_usd="1.12184")
    close(sum(row["cost"] for row in answer["rows"]), "1.12184")


@pytest.mark.parametrize(
    "tiers",
    [
        "[{up_to: 30_000, rate: 0.06}, {up_to: 10_000, rate: 0.03}, {rate: 0.01}]",  # falling
        "[{up_to: 10_000, rate: 0.06}]",  # nothing above
        "[{rate: 0.06}, {up_to: 10_000, rate: 0.03}]",  # the open one first
        "[]",
    ],
)
def test_broken_tiers_are_refused(tmp_path: Path, tiers: str) -> None:
    """Tiers rise and the last one is open: anything else is refused with the file's name."""
    rate = f"{{regions: [us-east-1], tiers: {tiers}}}"
    options = own_table(tmp_path, "USD", rate, KEY_RATE)
    write(tmp_path, inventory())
    run = run_forecast(tmp_path, "2026-11", 1, *options)
    assert run.code == 1, run.text
    assert re.search(r"own\.yaml:\d+", run.err), run.err
