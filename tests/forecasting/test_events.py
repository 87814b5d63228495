"""Copies of KMS events: which are paid, on which days, whose, and what an exclusion saves."""

import pytest
from hypothesis import given, settings

from estimator import forecast, load_inventory
from estimator.frames import EVENTS
from tests.forecasting.inventories import inventories
from tests.sampling import cases

A, B = "111122223333", "222222222222"
HEAD = f"""\
version: 1
regions: [us-east-1]
accounts: [{{id: "{A}"}}, {{id: "{B}"}}]
keys: [{{id: k, region: us-east-1}}, {{id: eu, account: "{B}", region: eu-west-1}}]
"""

laws = settings(max_examples=cases(12))


def read(folder, text):
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def by_trail(result):
    """Paid events of each trail, zeros left out."""
    return result.events.groupby("trail", observed=True)["quantity"].sum().to_dict()


@laws
@given(inventories())
def test_events_are_a_frame_that_sums_to_the_total(tmp_path, text):
    """Columns and dtypes as declared; months and trails add up to the charge; no KMS cost."""
    inventory = read(tmp_path, text)
    result = forecast(inventory, "2026-11", 3, by="all")
    assert list(result.events.columns) == [column.name for column in EVENTS]
    for column in EVENTS:
        if len(result.events):
            assert str(result.events[column.name].dtype) == column.dtype, column.name
    assert (result.events["quantity_high"] > 0).all()
    assert (result.events["quantity_high"] >= result.events["quantity"]).all()
    low, high, others = (
        result.totals[f"cost_usd_cloudtrail_events{end}"] for end in ("", "_high", "_others")
    )
    costs = result.events.groupby("of", observed=False)["cost"].sum()
    assert costs.get("inventory", 0.0) == pytest.approx(low - others, rel=1e-9, abs=1e-12)
    # places with the least copies of one trail need not have the least of all of them
    slack = 1 + 1e-9
    assert costs.get("others", 0.0) <= others * slack
    assert low <= high * slack
    assert result.events["cost_high"].sum() * slack >= high
    assert result.totals["cost_usd"] == pytest.approx(result.rows["cost"].sum(), rel=1e-9, abs=1e-9)


def test_the_copy_of_the_trail_that_began_first_is_free(tmp_path):
    """The order in the file does not matter, the day does; the sum is the same."""
    # each month's events of A: 2 trails x 2 accounts x 288 x 30 = 34,560; one paid copy of each
    trails = "trails: [{name: new, key: k, from: 2026-01-01}, {name: old, key: k}]\n"
    result = forecast(read(tmp_path, HEAD + trails), "2026-11", 1)
    assert by_trail(result) == {"new": 34_560}
    assert result.totals["cost_usd_cloudtrail_events"] == pytest.approx(0.6912)  # x 0.00002
    together = "trails: [{name: one, key: k}, {name: two, key: k}]\n"
    assert by_trail(forecast(read(tmp_path, HEAD + together), "2026-11", 1)) == {"two": 34_560}


def test_when_the_first_trail_ends_the_next_one_is_free(tmp_path):
    """Days 1 to 10 have two copies of each event, the rest of the month one."""
    # 10 days x 2 accounts x 288 x 2 trails = 11,520 events with a second copy: that of `b`
    trails = "trails: [{name: a, key: k, until: 2026-11-11}, {name: b, key: k}]\n"
    result = forecast(read(tmp_path, HEAD + trails), "2026-11", 2)
    assert by_trail(result) == {"b": 11_520}
    assert set(result.events["month"].astype(str)) == {"2026-11"}


def test_an_account_trail_beside_an_organization_trail(tmp_path):
    """The organization's trail covers the member: a trail of its own is a second copy there."""
    # org writes in A: 2 x 8,640 = 17,280 events in A, one copy. B's own trail writes 8,640 in B,
    # under a key of A's: logged in B twice (org and own) and in A once
    trails = (
        f'trails: [{{name: org, key: k}}, {{name: own, account: "{B}", scope: account, key: k}}]\n'
    )
    result = forecast(read(tmp_path, HEAD + trails), "2026-11", 1)
    assert by_trail(result) == {"own": 8640}
    assert set(result.events["billed_account"]) == {B}


def test_a_cross_account_get_is_logged_in_both_accounts(tmp_path):
    """B reads what is under A's key: both logs hold it, so both further copies are paid."""
    trails = "trails: [{name: one, key: k}, {name: two, key: k, files_per_day: 0}]\n"
    reader = f'readers: [{{name: r, kind: every-file, account: "{B}", trails: [one]}}]\n'
    result = forecast(read(tmp_path, HEAD + trails + reader), "2026-11", 1)
    # puts of `one` in A 17,280; gets in B 17,280 and again in A 17,280
    logs = result.events.groupby("billed_account", observed=True)["quantity"].sum().to_dict()
    assert logs == {A: 34_560, B: 17_280}


@pytest.mark.parametrize(("regions", "paid"), [("[eu-west-1]", 69_120), ("[us-east-1]", 0)])
def test_the_keys_region_decides_who_records(tmp_path, regions, paid):
    """Events happen in the key's Region: a trail that does not record that Region pays nothing."""
    text = HEAD.replace("regions: [us-east-1]", "regions: [us-east-1, eu-west-1]")
    # `main` puts 2 accounts x 2 Regions x 8,640 under the key in eu-west-1: 34,560 calls of A on a
    # key of B, logged in both: 69,120; the second trail writes nothing
    more = f"{{name: part, key: k, regions: {regions}, files_per_day: 0}}"
    trails = f"trails: [{{name: main, key: eu}}, {more}]\n"
    result = forecast(read(tmp_path, text + trails), "2026-11", 1)
    assert result.events["quantity"].sum() == paid
    assert set(result.events["billed_region"]) <= {"eu-west-1"}


def test_old_files_read_after_the_last_put_are_events_too(tmp_path):
    """In months in which nothing is written any more, gets of old files are still recorded."""
    trails = (
        "trails: [{name: gone, key: k, until: 2026-12-01}, {name: a, key: null}, "
        "{name: b, key: null}]\n"
    )
    reader = "readers: [{name: r, kind: fixed, trails: [gone], gets_per_day: 1000}]\n"
    result = forecast(read(tmp_path, HEAD + trails + reader), "2026-11", 3)
    events = result.events.groupby(result.events["month"].astype(str))["quantity"].sum().to_dict()
    # November: 47,280 events, copies of gone, a and b: two are paid; then a and b: one is
    expected = {"2026-11": 2 * (17_280 + 30_000), "2026-12": 31_000, "2027-01": 31_000}
    assert events == pytest.approx(expected)


def test_what_excluding_saves_is_one_copy(tmp_path):
    """Whichever of two trails excludes KMS events, nothing is paid; of three, one copy is left."""
    for count in (2, 3):
        for excluded in range(count):
            trails = ", ".join(
                f"{{name: t{n}, key: k, exclude_kms_events: {str(n == excluded).lower()}}}"
                for n in range(count)
            )
            result = forecast(read(tmp_path, HEAD + f"trails: [{trails}]\n"), "2026-11", 1)
            expected = (count - 2) * count * 17_280
            assert result.events["quantity"].sum() == expected


def test_two_trails_over_a_thousand_accounts(tmp_path):
    """1,000 accounts x 17 Regions, 30 days: 2 x 146,880,000 writes; the charge by hand."""
    # writes: 1,000 x 17 x 288 x 30 = 146,880,000 a trail; each is one event in the trails' account
    # (the key's owner too), recorded by both trails: the second copy of 293,760,000 events is paid,
    # 293,760,000 / 100,000 x 2.00 = USD 5,875.20, on CloudTrail's bill.
    # KMS: (293,760,000 - 20,000) x 0.000003 + 1.00 = USD 882.22
    (tmp_path / "accounts.csv").write_text(
        "id\n" + "".join(f"{100_000_000_000 + n}\n" for n in range(1000)), encoding="utf-8"
    )
    text = (
        "version: 1\nregions: default\naccounts: [{file: accounts.csv}]\n"
        "keys: [{id: k, region: us-east-1}]\n"
        "trails:\n  - {name: security, key: k}\n  - name: audit\n    key: k\n"
    )
    result = forecast(read(tmp_path, text), "2026-11", 1)
    assert result.rows.groupby("driver", observed=True)["quantity"].sum().to_dict() == {
        "security": 146_880_000,
        "audit": 146_880_000,
        "k": 1,
    }
    assert result.totals["cost_usd_cloudtrail_events"] == pytest.approx(5875.20, abs=1e-6)
    assert result.totals["cost_usd"] == pytest.approx(882.22, abs=1e-6)
    assert result.events[["trail", "quantity"]].to_numpy().tolist() == [["audit", 293_760_000.0]]
    # excluded with one line of YAML
    without = forecast(read(tmp_path, text + "    exclude_kms_events: true\n"), "2026-11", 1)
    assert without.totals["cost_usd_cloudtrail_events"] == 0
    assert without.totals["cost_usd"] == result.totals["cost_usd"]


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_copies_of_events_stand_apart_in_every_format(tmp_path, form):
    """Its amount and its trail are told, and never added to the KMS figure."""
    import json

    from typer.testing import CliRunner

    from estimator.cli import app

    path = tmp_path / "inventory.yaml"
    path.write_text(HEAD + "trails: [{name: one, key: k}, {name: two, key: k}]\n")
    options = ["forecast", str(path), "--from", "2026-11", "--months", "1", "--format", form]
    answer = CliRunner().invoke(app, options)
    if form == "json":
        data = json.loads(answer.stdout)
        assert data["totals"]["cost_usd_cloudtrail_events"] == pytest.approx(0.6912)
        assert [row["trail"] for row in data["events"]] == ["two"]
        assert sum(row["cost"] for row in data["rows"]) == pytest.approx(data["totals"]["cost_usd"])
    else:
        text = " ".join((answer.stdout + answer.stderr).replace("\\", "").split())
        assert "Apart from KMS, on CloudTrail's bill: USD 0.6912" in text
        assert "by trail two 0.6912" in text
