"""Which reading of F5 a bill follows, and when it cannot be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from estimator import forecast, load_inventory, reconcile
from estimator.reconciliation.interpretation import Evidence, interpret
from tests.reconciliation.bills import THREE, bill_of, lines_of, measured_of, other

PAYER, LOGS, PROD = "111122223333", "222222222222", "333333333333"
ARN = f"arn:aws:kms:us-east-1:{LOGS}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_ARN = f"arn:aws:kms:us-east-1:{PAYER}:key/ffffffff-12ab-34cd-56ef-1234567890ab"
KEYS = {"logs": ARN}

# 2 accounts x 2 Regions x 300 files x 31 days = 37,200 files in October: as many writes and gets
INVENTORY = f"""\
version: 1
payer: "{PAYER}"
other_kms_requests_per_month: OTHERS
cloudtrail_writes: charged
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{PAYER}"}}, {{id: "{LOGS}", regions: []}}, {{id: "{PROD}"}}]
keys: [{{id: logs, account: "{LOGS}", region: us-east-1}}]
trails: [{{name: org, key: logs, files_per_day: 300}}]
readers: [{{name: siem, kind: every-file, account: "{LOGS}"}}]
"""
WRITES = 37_200


@pytest.fixture
def inventory(tmp_path):
    """An inventory by its other requests a month."""

    def read_it(others=0, text=INVENTORY, **more):
        for old, new in more.items():
            text = text.replace(old.replace("_", " "), new)
        path = tmp_path / "inventory.yaml"
        path.write_text(text.replace("OTHERS", str(others)), encoding="utf-8")
        return load_inventory(path)

    return read_it


@pytest.mark.parametrize("form", THREE)
@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize(("noise", "resources"), [(0.8, True), (1.0, False), (1.2, True)])
def test_both_readings_are_named_right(tmp_path, inventory, form, writes, noise, resources):
    """A bill that charges writes and one that does not, in each format, on volumes a fifth off."""
    estate = inventory()
    lines = lines_of(
        forecast(estate, "2026-10", 1), writes=writes, scale=noise, keys=KEYS if resources else None
    )
    reconciliation = reconcile(estate, bill_of(tmp_path, lines, form), "2026-10")
    assert reconciliation.interpretation.answer == ("charged" if writes else "exempt")
    assert reconciliation.interpretation.billed == pytest.approx(WRITES * noise * writes)
    assert reconciliation.interpretation.predicted_charged == WRITES
    assert reconciliation.interpretation.predicted_exempt == 0
    assert reconciliation.interpretation.strength == "fair"


@pytest.mark.parametrize("form", THREE)
@pytest.mark.parametrize("writes", [True, False])
def test_resource_ids_tell_when_others_dominate(tmp_path, inventory, form, writes):
    """Twenty times as many GenerateDataKey requests of others, under another key."""
    estate = inventory(
        text=INVENTORY.replace("region: us-east-1}", f'region: us-east-1, arn: "{ARN}"}}')
    )
    expected = forecast(estate, "2026-10", 1)
    noise = other(
        20 * WRITES,
        expected,
        "GenerateDataKey",
        account=PAYER,
        region="us-east-1",
        usage_type="us-east-1-KMS-Requests",
        resource=OTHER_ARN,
    )
    lines = [*lines_of(expected, writes=writes, keys=KEYS), noise]
    reconciliation = reconcile(estate, bill_of(tmp_path, lines, form), "2026-10")
    assert reconciliation.levels == {}
    assert reconciliation.interpretation.answer == ("charged" if writes else "exempt")
    assert reconciliation.interpretation.strength == "strong"
    # the others' 744,000 x 0.000003
    assert reconciliation.parts["others"] == pytest.approx(744_000 * 0.000003)
    assert reconciliation.request_parts["others"] == pytest.approx(744_000)
    assert reconciliation.request_parts["volume"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("writes", [True, False])
def test_measured_others_tell_when_others_dominate(tmp_path, inventory, writes):
    """The same without resource ids: what the logs counted of others is subtracted."""
    estate = inventory()
    expected = forecast(estate, "2026-10", 1)
    place = {"account": PAYER, "region": "us-east-1", "usage_type": "us-east-1-KMS-Requests"}
    lines = [
        *lines_of(expected, writes=writes),
        other(20 * WRITES, expected, "GenerateDataKey", **place),
    ]
    actuals = measured_of(
        expected, KEYS, others=[(PAYER, "us-east-1", "GenerateDataKey", 20.0 * WRITES)]
    )
    reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10", actuals)
    assert reconciliation.interpretation.answer == ("charged" if writes else "exempt")
    assert reconciliation.interpretation.based_on == "measured"
    assert reconciliation.interpretation.strength == "strong"
    assert reconciliation.request_parts["others"] == pytest.approx(20 * WRITES)
    assert reconciliation.request_parts["unknown"] == pytest.approx(0, abs=1e-6)
    # without measurements and resource ids nobody can tell
    alone = reconcile(estate, bill_of(tmp_path, lines), "2026-10")
    assert alone.interpretation is None
    assert "others' requests may be among them" in alone.interpretations[0].why


def test_measured_writes_tell_where_the_forecast_is_far_off(tmp_path, inventory):
    """The bill shows a sixth of the writes and reads forecast: as many as were measured."""
    estate = inventory()
    expected = forecast(estate, "2026-10", 1)
    lines = lines_of(expected, writes=True, scale=1 / 6)
    # nobody exempts reads: few of both are few files, and no sign of writes that are exempt
    assert reconcile(estate, bill_of(tmp_path, lines), "2026-10").interpretation is None
    actuals = measured_of(expected, KEYS, scale=1 / 6)
    reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10", actuals)
    assert reconciliation.interpretation.answer == "charged"
    assert reconciliation.interpretation.predicted_charged == pytest.approx(WRITES / 6)


def test_the_rule_of_thumb_proves_little(tmp_path, inventory):
    """288 files a day overstate quiet Regions: a sixth of them billed may be all there were."""
    estate = inventory(text=INVENTORY.replace(", files_per_day: 300", ""))
    expected = forecast(estate, "2026-10", 1)
    lines = lines_of(expected, writes=True, scale=1 / 6)
    reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.interpretation is None
    assert "measure the writes (--actuals) to tell" in reconciliation.interpretations[0].why
    none = lines_of(expected, writes=False, scale=1 / 6)
    assert reconcile(estate, bill_of(tmp_path, none), "2026-10").interpretation.answer == "exempt"


@pytest.mark.parametrize(
    ("kind", "reading"),
    [
        ("kind: every-file", "exempt"),
        ("kind: replication, destination_key: dr", "exempt"),
        ("kind: fixed, gets_per_day: 1152", None),
    ],
)
def test_who_gets_every_file_confirms_the_rule_of_thumb(tmp_path, inventory, kind, reading):
    """A tenth of the writes of 288 files a day billed, and all reads: exempt, if they tell files.

    1,152 gets a day, as many as 4 x 288 files, tell nothing of files where they are a plain number:
    the tenth may be all that was written.
    """
    text = INVENTORY.replace(", files_per_day: 300", "").replace("kind: every-file", kind)
    text = text.replace("region: us-east-1}]", "region: us-east-1}, {id: dr, region: eu-west-1}]")
    estate = inventory(text=text)
    expected = forecast(estate, "2026-10", 1)
    place = {"region": "us-east-1", "usage_type": "us-east-1-KMS-Requests"}
    tenth = other(3571, expected, "GenerateDataKey", account=PAYER, **place)
    lines = [*lines_of(expected, writes=False), tenth]
    found = reconcile(estate, bill_of(tmp_path, lines), "2026-10").interpretation
    assert (found and found.answer) == reading


def test_inside_the_free_tier_nothing_can_be_told(tmp_path, inventory):
    """10 files a day: 1,240 writes and gets, all free; nothing was charged for any."""
    estate = inventory(text=INVENTORY.replace("files_per_day: 300", "files_per_day: 10"))
    lines = lines_of(forecast(estate, "2026-10", 1))
    reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.interpretation is None
    assert "inside the free tier" in reconciliation.interpretations[0].why
    assert "1,240 GenerateDataKey requests billed" in reconciliation.interpretations[0].why


def test_exempt_is_told_where_writes_would_not_fit_into_the_free_tier(tmp_path, inventory):
    """37,200 writes would break 20,000 free requests: a bill of 9,000 free reads has none."""
    estate = inventory()
    expected = forecast(estate, "2026-10", 1)
    read_only = other(9000, expected, price=0.0, account=LOGS, region="us-east-1")
    lines = [replace(read_only, cost="0", usage_type="us-east-1-KMS-Requests")]
    reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10")
    assert reconciliation.interpretation.answer == "exempt"


def test_a_bill_without_requests_or_without_the_account_tells_nothing(tmp_path, inventory):
    """Keys alone, or another account's requests: no absence is proof."""
    estate = inventory()
    expected = forecast(estate, "2026-10", 1)
    keys = [line for line in lines_of(expected) if line.unit == "Keys"]
    reconciliation = reconcile(estate, bill_of(tmp_path, keys), "2026-10")
    assert reconciliation.interpretations[0].why == "the bill has no line of KMS requests"
    elsewhere = [other(50_000, expected, account=PROD)]
    reconciliation = reconcile(estate, bill_of(tmp_path, elsewhere), "2026-10")
    assert reconciliation.interpretation is None
    missing = "no key and none of CloudTrail's operations in account 111122223333 in us-east-1"
    assert missing in reconciliation.interpretations[0].why


def test_an_inventory_without_writes_has_none_to_look_for(tmp_path, inventory):
    """A trail of SSE-S3."""
    estate = inventory(text=INVENTORY.replace("key: logs", "key: null").replace("readers", "#"))
    expected = forecast(estate, "2026-10", 1)
    reconciliation = reconcile(estate, bill_of(tmp_path, [other(50_000, expected)]), "2026-10")
    assert (
        reconciliation.interpretations[0].why
        == "no writes of CloudTrail's are forecast in this month"
    )


def test_a_bill_in_progress_is_held_against_its_part_of_the_month(tmp_path, inventory):
    """A fifth of the month with a fifth of the writes charges; it is not taken for exempt."""
    estate = inventory()
    expected = forecast(estate, "2026-10", 1)
    lines = [
        replace(line, start="2026-10-01T00:00:00Z", end="2026-10-02T00:00:00Z")
        for line in lines_of(expected, scale=6.2 / 31)
    ]
    last = replace(lines[0], amount="0", start="2026-10-06T00:00:00Z", end="2026-10-07T00:00:00Z")
    reconciliation = reconcile(estate, bill_of(tmp_path, [*lines, last]), "2026-10")
    assert reconciliation.interpretation.answer == "charged"
    assert any("cover 19.4 % of 2026-10" in line for line in reconciliation.notices)


def test_without_operations_all_requests_are_held_against_both_readings(tmp_path, inventory):
    """FOCUS without AWS's own columns: 74,400 of both, 37,200 where writes are exempt."""
    estate = inventory(text=INVENTORY.replace(f'account: "{LOGS}"}}]', f'account: "{PAYER}"}}]'))
    expected = forecast(estate, "2026-10", 1)
    for writes in (True, False):
        lines = [replace(line, operation="") for line in lines_of(expected, writes=writes)]
        reconciliation = reconcile(estate, bill_of(tmp_path, lines), "2026-10")
        assert "operation" in reconciliation.levels
        assert reconciliation.interpretation.answer == ("charged" if writes else "exempt")
        assert reconciliation.interpretation.predicted_charged == 2 * WRITES
        assert reconciliation.interpretation.predicted_exempt == WRITES


@pytest.mark.parametrize("form", THREE)
@pytest.mark.parametrize("noise", [0.8, 1.2])
@pytest.mark.parametrize("reads_as", ["charged", "exempt"])
def test_writes_shown_at_no_cost_are_exempt(tmp_path, inventory, form, noise, reads_as):
    """37,200 writes on free lines are more than the free tier: metered, and not charged for."""
    estate = inventory(text=INVENTORY.replace("writes: charged", f"writes: {reads_as}"))
    exempt = inventory(text=INVENTORY.replace("writes: charged", "writes: exempt"))
    lines = lines_of(forecast(exempt, "2026-10", 1), writes=True, scale=noise)
    reconciliation = reconcile(estate, bill_of(tmp_path, lines, form), "2026-10")
    assert reconciliation.interpretation.answer == "exempt"
    assert reconciliation.interpretation.shown_free
    assert "beyond the free tier" in reconciliation.interpretation.why
    # they are in the bill: only the volume is another, and it costs the gets' price
    assert reconciliation.request_parts["writes"] == 0
    assert reconciliation.request_parts["volume"] == pytest.approx((noise - 1) * 2 * WRITES)
    assert reconciliation.parts["volume"] == pytest.approx((noise - 1) * WRITES * 0.000003)
    charged = WRITES * 0.000003 if reads_as == "charged" else 0.0
    assert reconciliation.parts["writes"] == pytest.approx(-charged)
    assert reconciliation.request_parts["others"] == pytest.approx(0, abs=1e-6)


GOOD = Evidence(
    PAYER,
    1000.0,
    1000.0,
    0.0,
    1.0,
    True,
    True,
    False,
    0.0,
    9,
    9,
    None,
    1e6,
    2e4,
    0.0,
    0.0,
    "account x in y",
)


@pytest.mark.parametrize(
    ("billed", "change", "expected"),
    [
        # the share of the writes that the bill shows, both sides of each threshold
        (1250, {}, "charged"),
        (1251, {}, None),
        (750, {}, "charged"),
        (749, {}, None),
        (250, {}, "exempt"),
        (251, {}, None),
        # of a forecast, on keys that nobody else uses, more is CloudTrail's too
        (1251, {"measured": False}, "charged"),
        (1251, {"measured": False, "alone": False}, None),
        # the rule of thumb: a tenth may be all, two in a hundred may be others'
        (100, {"measured": False, "rough": True}, "charged"),
        (99, {"measured": False, "rough": True}, None),
        (20, {"measured": False, "rough": True}, "exempt"),
        (21, {"measured": False, "rough": True}, None),
        # half a month
        (500, {"covered": 0.5}, "charged"),
        (374, {"covered": 0.5}, None),
        (125, {"covered": 0.5}, "exempt"),
        (126, {"covered": 0.5}, None),
        # what measurements may have missed
        (1000, {"missed": 250.0}, "charged"),
        (1000, {"missed": 251.0}, None),
        # checks and others' are subtracted first; what was paid may be theirs alone
        (6000, {"rest": 5000.0}, "charged"),
        (6000, {"rest": 5000.0, "free": 999.0}, "charged"),
        (6000, {"rest": 5000.0, "free": 1000.0}, None),
        (5000, {"rest": 5000.0}, "exempt"),
        # nothing charged for anything
        (1000, {"paid": 0.0}, None),
        (0, {"paid": 0.0}, None),
        (0, {"paid": 0.0, "free_tier": 999.0}, "exempt"),
        # no absence of writes is proof where the reads are missing too, unless they were measured
        (0, {"measured": False, "reads": 0.019}, None),
        (0, {"measured": False, "reads": 0.02}, "exempt"),
        (0, {"reads": 0.0}, "exempt"),
        # 200 more free than the free tier, a hundredth of it, are noise, 201 are not
        (300, {"writes": 300.0, "free": 300.0, "free_elsewhere": 19_900.0}, None),
        (300, {"writes": 300.0, "free": 300.0, "free_elsewhere": 19_901.0}, "exempt"),
        # half of the writes free beyond it
        (50000, {"writes": 5e4, "free": 45_000.0}, "charged"),
        (50000, {"writes": 5e4, "free": 45_001.0}, "exempt"),
        # all of them free, within the free tier, while others pay
        (1000, {"free": 1000.0}, None),
        (1000, {"free": 999.0}, "charged"),
        (1000, {"lines": 0}, None),
        (1000, {"here": 0}, None),
        (0, {"writes": 0.0}, None),
    ],
)
def test_the_thresholds(billed, change, expected):
    """Both sides of each bound, as docs/method.md gives them."""
    interpretation = interpret(replace(GOOD, billed=float(billed), **change))
    assert interpretation.answer == expected
    assert (interpretation.strength == "none") == (expected is None)
    assert interpretation.why


def test_a_forecast_is_that_of_the_days_billed():
    """15 of 31 days: of 310,000 + 31,000 forecast 150,000 + 15,000 are predicted of them."""
    half = replace(
        GOOD, billed=160_000.0, writes=310_000.0, rest=31_000.0, covered=15 / 31, measured=False
    )
    found = interpret(half)
    assert found.predicted_charged == pytest.approx(165_000)
    assert found.predicted_exempt == pytest.approx(15_000)
    assert "charged predicts 165,000, exempt 15,000 (forecast of the days billed)" in found.why
