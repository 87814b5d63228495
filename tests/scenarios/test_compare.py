"""Comparisons against hand arithmetic, and against the same change made by hand."""

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest

from estimator import KmscostError, compare, forecast, load_inventory
from estimator.report.answers.comparison import summary_lines
from estimator.report.formats.json_and_csv import to_json
from tests.scenarios.inventories import PLAIN, READ, file

PRICE = Decimal("0.03") / 10_000
FILES = 100 * 2 * 288  # a day
DAYS = {"2026-11": 30, "2026-12": 31, "2027-01": 31, "2027-02": 28, "2027-03": 31, "2027-04": 30}
BUCKET_KEY = {"path": "trails[org].bucket.bucket_key", "value": True}
ONCE = """\
readers:
  - {name: q, kind: query, queries_per_month: 10, days_scanned: 7}
  - {name: move, kind: once, day: 2026-11-20, days: 3}
"""


def scenario(*changes, name="what-if"):
    """A scenario as Python writes it."""
    return {"name": name, "changes": list(changes)}


def numbers(comparison):
    """The JSON's numbers of the only scenario, without names of files and changes."""
    answer = json.loads(to_json(comparison.to_dict()))
    other = answer["scenarios"][0]
    rest = [
        {**part, "scenario": ""} for key in ("months", "drivers", "rows") for part in answer[key]
    ]
    return json.dumps(
        [answer["base"]["totals"], other["totals"], other["difference"], other["relative"], rest]
    )


def test_a_bucket_key_from_january_by_hand(tmp_path):
    """Month by month: nothing until December, then 99 % of the puts, less the free tier."""
    base = file(tmp_path, PLAIN)
    comparison = compare(base, scenario({**BUCKET_KEY, "from": "2027-01"}), "2026-11", 6)
    months = comparison.to_dict()["months"]
    assert [month["month"] for month in months] == list(DAYS)
    for entry, (month, days) in zip(months, DAYS.items(), strict=True):
        puts = FILES * days
        left = Decimal(puts) / 100 if month >= "2027-01" else Decimal(puts)
        before = (puts - 20_000) * PRICE
        after = max(left - 20_000, Decimal(0)) * PRICE
        assert entry["difference"]["requests"] == pytest.approx(float(left - puts), abs=1e-6)
        assert entry["difference"]["cost_usd"] == pytest.approx(float(after - before), abs=1e-9)
        assert entry["base"]["cost_usd"] == pytest.approx(float(before + 1), abs=1e-9)
    # January: 1,785,600 puts, 17,856 left, all of them free: 1,765,600 x 0.03 / 10,000 less
    assert months[2]["difference"]["cost_usd"] == pytest.approx(-5.2968, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "by_hand"),
    [
        (BUCKET_KEY, ("bucket_key_saving: 0.99", "bucket_key: true, bucket_key_saving: 0.99")),
        (
            {"path": "readers[siem].gets_per_file", "scale": 1.1},
            ("{low: 1, high: 2}", "{low: 1.1, high: 2.2}"),
        ),
        (
            {
                "path": "accounts[100000000007].files_per_day",
                "value": {"us-east-1": 700, "other": 9},
            },
            (
                '"100000000007", regions',
                '"100000000007", files_per_day: {us-east-1: 700, other: 9}, regions',
            ),
        ),
        (
            {"path": "trails[org].files_per_day", "scale": 1.25},  # of 288, which is not written
            ("key: logs\n", "key: logs\n    files_per_day: 360\n"),
        ),
        (
            {"path": "readers[athena]", "remove": True},
            ("  - {name: athena, kind: query, queries_per_month: 10, days_scanned: 7}\n", ""),
        ),
        (
            {"path": "readers[athena]", "remove": True, "from": "2027-01-15"},
            ("days_scanned: 7", "days_scanned: 7, until: 2027-01-15"),
        ),
        (
            {"path": "readers", "add": {"name": "m", "kind": "fixed", "gets_per_day": 5}},
            (READ[-20:], READ[-20:] + "  - {name: m, kind: fixed, gets_per_day: 5}\n"),
        ),
        (
            {"path": "keys[dr]", "add": {"region": "eu-west-1"}, "from": "2026-12-10"},
            (
                "us-east-1}\ntrails",
                "us-east-1}\n  - {id: dr, region: eu-west-1, from: 2026-12-10}\ntrails",
            ),
        ),
        (
            {"path": "accounts[100000000042]", "remove": True},
            ('  - {id: "100000000042", regions: [us-east-1, eu-west-1]}\n', ""),
        ),
        (
            {"path": "growth.accounts_per_year", "value": "20%"},
            ("keys:", "growth: {accounts_per_year: 20%}\nkeys:"),
        ),
        (
            {"path": "cloudtrail_writes", "value": "exempt"},
            ("keys:", "cloudtrail_writes: exempt\nkeys:"),
        ),
        (
            {"path": "readers[athena]", "value": {"kind": "fixed", "gets_per_day": 9}},
            (
                "kind: query, queries_per_month: 10, days_scanned: 7",
                "kind: fixed, gets_per_day: 9",
            ),
        ),
    ],
    ids=lambda value: value["path"] if isinstance(value, dict) else "",
)
def test_a_scenario_is_the_change_made_by_hand(tmp_path, change, by_hand):
    """Byte for byte the same numbers in the JSON as the YAML with the change written into it."""
    base = file(tmp_path, READ)
    assert READ.count(by_hand[0]) == 1
    other = file(tmp_path, READ.replace(*by_hand), "other.yaml")
    by_scenario = compare(base, scenario(change), "2026-11", 4)
    assert numbers(by_scenario) == numbers(compare(base, other, "2026-11", 4))
    expected = forecast(load_inventory(other), "2026-11", 4)
    assert by_scenario.others[0].totals == expected.totals
    assert by_scenario.others[0].totals != forecast(load_inventory(base), "2026-11", 4).totals


def test_accounts_of_other_files_have_paths_too(tmp_path):
    """An account out of a CSV file changes as if its cell had been edited."""
    text = PLAIN.replace("keys:", "  - {file: more.csv, regions: [eu-west-1]}\nkeys:")
    base = file(tmp_path, text)
    file(tmp_path, "id,files_per_day\n777777777777,100\n888888888888,\n", "more.csv")
    comparison = compare(
        base, scenario({"path": "accounts[777777777777].files_per_day", "scale": 3}), "2026-11", 2
    )
    gone = compare(base, scenario({"path": "accounts[888888888888]", "remove": True}), "2026-11", 2)
    file(tmp_path, "id,files_per_day\n777777777777,300\n888888888888,\n", "more.csv")
    assert comparison.others[0].totals == forecast(base, "2026-11", 2).totals
    # one account with one Region less: 288 puts on each of 61 days
    assert gone.difference(gone.others[0], "requests") == pytest.approx(-288 * 61)
    assert gone.entities(gone.others[0])["removed"]["accounts"] == ["888888888888"]


def test_a_dated_change_is_the_base_before_and_the_changed_inventory_after(tmp_path):
    """Each month equals the base's up to the date and the changed inventory's from it, exactly."""
    text = READ + "growth: {accounts_per_year: 40%, files_per_year: 10%}\n"
    base = file(tmp_path, text)
    other = file(
        tmp_path, text.replace("bucket_key_saving", "bucket_key: true, bucket_key_saving"), "o.yaml"
    )
    comparison = compare(base, scenario({**BUCKET_KEY, "from": "2027-01"}), "2026-11", 5)
    before, after = (forecast(path, "2026-11", 5).monthly for path in (base, other))
    monthly = comparison.others[0].monthly
    assert monthly.iloc[:2].to_dict("records") == before.iloc[:2].to_dict("records")
    assert monthly.iloc[2:].to_dict("records") == after.iloc[2:].to_dict("records")


def test_changes_of_one_path_follow_each_other(tmp_path):
    """1.5 times from December, then 2 times that from February: 1, 1.5, 1.5, 3 of 57,600 a day."""
    path = "trails[org].files_per_day"
    steps = [
        {"path": path, "scale": 2, "from": "2027-02"},
        {"path": path, "scale": 1.5, "from": "2026-12"},
    ]
    comparison = compare(file(tmp_path, PLAIN), scenario(*steps), "2026-11", 4)
    requests = comparison.others[0].monthly["requests"].tolist()
    expected = [FILES * 30, FILES * 31 * 1.5, FILES * 31 * 1.5, FILES * 28 * 3]
    assert requests == pytest.approx(expected)


def test_what_is_removed_on_a_day_counts_until_that_day(tmp_path):
    """A reader that ends on January 11 makes ten days' gets in January, none after."""
    change = {"path": "readers[siem]", "remove": True, "from": "2027-01-11"}
    comparison = compare(file(tmp_path, READ), scenario(change), "2026-12", 3)
    siem = comparison.rows[
        (comparison.rows["driver"] == "siem") & (comparison.rows["measure"] == "requests")
    ]
    each = FILES * 2**0.5  # the median of 1 to 2 gets a file
    assert siem["base"].tolist() == pytest.approx([each * 31, each * 31, each * 28])
    assert siem["other"].tolist() == pytest.approx([each * 31, each * 10, 0])


def test_a_key_that_is_removed_on_a_day_rotates_no_more_from_then_on(tmp_path):
    """Two key-months in November, 15/31 of two in December, none later; 288 files on 45 days.

    A rotation of 2027 stays refused in a key that ends before, where it is written so by hand.
    """
    text = """\
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: k, region: us-east-1, created: 2025-01-15, rotations: [2026-01-15, 2027-01-15]}]
trails: [{name: t, key: k}]
"""
    base = file(tmp_path, text)
    change = {"path": "keys[k]", "remove": True, "from": "2026-12-16"}
    (other,) = compare(base, scenario(change), "2026-11", 3).others
    assert other.totals["cost_usd_keys"] == pytest.approx(2 + 2 * 15 / 31)
    assert other.totals["requests"] == pytest.approx(288 * 45)
    with pytest.raises(KmscostError, match="before until"):
        compare(base, (), "2026-11", 3, set="keys[k].until=2026-12-16")


def test_an_inventory_compared_with_itself_is_all_zeros(tmp_path):
    """Every difference of totals, months, drivers and rows is exactly 0."""
    path = file(tmp_path, READ)
    comparison = compare(
        path, [path, load_inventory(file(tmp_path, READ, "same.yaml"))], "2026-11", 3, by="all"
    )
    answer = comparison.to_dict()
    for part in (*answer["scenarios"], *answer["months"]):
        assert set(part["difference"].values()) == {0.0}
    assert not comparison.rows["difference"].any()
    assert set(comparison.rows["relative"].dropna()) == {0.0}
    assert {driver["cost_difference"] for driver in answer["drivers"]} == {0.0}


def test_a_new_name_is_one_removed_and_one_added(tmp_path):
    """A trail that was renamed shows as removed and as added, with all its requests."""
    base = file(tmp_path, PLAIN)
    comparison = compare(
        base, file(tmp_path, PLAIN.replace("name: org", "name: all"), "new.yaml"), "2026-11", 1
    )
    other = comparison.others[0]
    names = comparison.entities(other)
    assert (names["removed"]["trails"], names["added"]["trails"]) == (["org"], ["all"])
    effects = comparison.effects(other).set_index("driver")["requests_difference"]
    assert (effects["org"], effects["all"]) == (-FILES * 30, FILES * 30)
    assert comparison.difference(other) == 0


def test_both_readings_stand_beside_each_other(tmp_path):
    """Under `exempt` puts cost nothing, so a Bucket Key saves on the gets alone."""
    comparison = compare(file(tmp_path, READ), scenario(BUCKET_KEY), "2026-11", 1)
    gets = Decimal(FILES * 30) * Decimal(2).sqrt() + 10 * FILES * 7
    puts = FILES * 30
    exempt = (gets - 20_000) * PRICE - max(gets / 100 - 20_000, Decimal(0)) * PRICE
    charged = (gets + puts - 20_000) * PRICE - max((gets + puts) / 100 - 20_000, Decimal(0)) * PRICE
    other = comparison.others[0]
    assert comparison.difference(other, "cost_usd_writes_exempt") == pytest.approx(-float(exempt))
    assert comparison.difference(other, "cost_usd_writes_charged") == pytest.approx(-float(charged))


OTHERS = "other_kms_requests_per_month"


def test_copies_of_events_stand_apart(tmp_path):
    """A second trail's copies are in cost_usd_cloudtrail_events and in no other number.

    57,600 x 30 puts of `org` are as many events; the new trail records each once more, and its own
    as well, which `org` records too: 2 trails x 1,728,000 requests x 1 paid copy x 2 USD / 100,000.
    """
    new = {"path": "trails[second]", "add": {"key": "logs"}}
    comparison = compare(file(tmp_path, PLAIN), scenario(new), "2026-11", 1)
    other = comparison.others[0]
    assert comparison.difference(other, "cost_usd_cloudtrail_events") == pytest.approx(
        2 * 1_728_000 * 2e-5
    )
    assert comparison.difference(other) == pytest.approx(1_728_000 * 3e-6)
    assert comparison.rows.loc[
        comparison.rows["measure"] == "cost_usd", "difference"
    ].sum() == pytest.approx(5.184)


RANGED = """\
version: 1
regions: [us-east-1]
other_kms_requests_per_month: 30000000
accounts: [{id: "111122223333"}, {id: "222222222222"}]
keys: [{id: logs, region: us-east-1}]
trails:
  - {name: org, key: logs, from: 2024-01-01}
  - {name: own, account: "222222222222", scope: account, key: null, from: 2025-01-01}
"""


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        # 30,000,000 x 2.00 / 100,000: all of it where B makes them, nothing where A does
        ("trails[own].exclude_kms_events=true", "base USD 0.00 to 600.00 (0.00 of this"),
        (f'{OTHERS}={{"111122223333": 1, "222222222222": 15000000}}', "--set USD 300.00"),
        (f"{OTHERS}=15000000", "--set USD 0.00 to 300.00"),
    ],
)
def test_both_ends_of_copies_are_compared(tmp_path, setting, line):
    """Copies of others' events that are a range: each side shows both ends, no difference."""
    comparison = compare(file(tmp_path, RANGED), (), "2026-11", 1, set=setting)
    assert any(line in text for text in summary_lines(comparison)), list(summary_lines(comparison))


def test_a_number_by_account_makes_a_difference_of_it(tmp_path):
    """With nothing said of others before, B's 30,000,000 are USD 600.00 more for its own trail."""
    base = file(tmp_path, RANGED.replace(f"{OTHERS}: 30000000\n", ""))
    comparison = compare(base, (), "2026-11", 1, set=f"{OTHERS}.222222222222=30000000")
    assert any("--set USD +600.00" in line for line in summary_lines(comparison))


def test_what_others_request_by_id(tmp_path):
    """One id of the mapping is set, and the mapping scaled; what is not named stays 0.

    20,000 free requests are used by others first: 10,000, then 20,000 of account 100000000001.
    """
    base = file(tmp_path, PLAIN)
    free = 20_000
    for changes, used in (
        ([{"path": f"{OTHERS}.100000000001", "value": 10_000}], 10_000),
        ([{"path": OTHERS, "value": {"100000000001": 10_000, "100000000002": 0}}], 10_000),
    ):
        comparison = compare(base, scenario(*changes), "2026-11", 1)
        assert comparison.others[0].totals["free_requests"] == free - used
    mapped = file(tmp_path, PLAIN + f'{OTHERS}: {{"100000000001": 5000}}\n')
    comparison = compare(mapped, scenario({"path": OTHERS, "scale": 2}), "2026-11", 1)
    assert comparison.others[0].totals["free_requests"] == free - 10_000
    comparison = compare(
        mapped, scenario({"path": f"{OTHERS}.100000000001", "scale": 3}), "2026-11", 1
    )
    assert comparison.others[0].totals["free_requests"] == free - 15_000


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        # no id, an id that is nobody's, an id below a number
        (PLAIN, f"{OTHERS}.10000000001", "the id of a payer or of an account"),
        (PLAIN, f"{OTHERS}.999999999999", "expected one of accounts"),
        (PLAIN + f"{OTHERS}: 5000\n", f"{OTHERS}.100000000001", '{"100000000001": ...}'),
        (PLAIN + ONCE, "readers[q].day", "the key 'day', which is not there"),
        (PLAIN + ONCE, "readers[move].days_scanned", "the key 'days_scanned', which is not there"),
    ],
)
def test_what_is_not_there_is_refused_with_its_place(tmp_path, text, path, words):
    """A path that leads nowhere is refused, with what may stand there."""
    with pytest.raises(KmscostError, match=re.escape(words)):
        compare(file(tmp_path, text), scenario({"path": path, "value": 5}), "2026-11", 1)


def test_a_reader_of_once_can_be_moved(tmp_path):
    """Its day and days are keys of its own: 57,600 files a day, three or five days of them."""
    base = file(tmp_path, PLAIN + ONCE)
    day = {"path": "readers[move].day", "value": "2026-12-10"}
    comparison = compare(base, scenario(day), "2026-11", 2)
    requests = [comparison.base.monthly["requests"], comparison.others[0].monthly["requests"]]
    assert (requests[1] - requests[0]).tolist() == [-3 * 57_600, 3 * 57_600]
    days = {"path": "readers[move].days", "value": 5}
    comparison = compare(base, scenario(days), "2026-11", 1)
    assert comparison.difference(comparison.others[0], "requests") == 2 * 57_600
    late = {"path": "trails[org].bucket.bucket_key", "value": True, "from": "2026-12"}
    comparison = compare(base, scenario(late), "2026-11", 2)
    assert any("what q, move reads of older files" in notice for notice in comparison.notices)


def test_settings_come_on_top_of_every_other(tmp_path):
    """--set changes scenarios and other inventories alike, and alone it is a scenario."""
    base = file(tmp_path, READ)
    setting = "trails[org].bucket.bucket_key=true"
    remove = {"path": "readers[athena]", "remove": True}
    comparison = compare(base, [scenario(remove), base], "2026-11", 1, set=setting)
    both = compare(base, scenario(remove, BUCKET_KEY), "2026-11", 1).others[0].totals
    alone = compare(base, set={"trails[org].bucket.bucket_key": True}, start="2026-11", months=1)
    assert comparison.others[0].totals == both
    assert comparison.others[1].totals == alone.others[0].totals


def test_changes_that_change_nothing_are_noticed(tmp_path):
    """A value that is there already, a default, and a change after the last month."""
    comparison = compare(
        file(tmp_path, READ),
        scenario(
            {"path": "readers[athena].days_scanned", "value": 7.0},
            {"path": "trails[org].scope", "value": "organization"},
            {"path": "trails[org].regions", "remove": True},
            {"path": "trails[org].files_per_day", "scale": 2, "from": "2030-01"},
        ),
        "2026-11",
        2,
    )
    notices = [notice for notice in comparison.notices if notice.startswith("what-if: ")]
    assert len([notice for notice in notices if "this changes nothing" in notice]) == 2
    assert any("trails[org].regions is not said" in notice for notice in notices)
    assert any("2030-01 changes nothing: the last month is 2026-12" in notice for notice in notices)
    assert any("no difference to any number" in notice for notice in notices)
    assert not comparison.rows["difference"].any()


def test_differences_sum_to_the_difference_of_totals_at_any_grain(tmp_path):
    """By month, by driver and by row: 1e-9, whatever --by tells apart."""
    for by in (None, "account,region", "cause", "all", []):
        comparison = compare(file(tmp_path, READ), scenario(BUCKET_KEY), "2026-11", 3, by=by)
        other, rows = comparison.others[0], comparison.rows
        for name in ("requests", "cost_usd", "cost_usd_writes_charged", "cost_usd_writes_exempt"):
            summed = rows.loc[rows["measure"] == name, "difference"].sum()
            assert summed == pytest.approx(comparison.difference(other, name), rel=1e-12, abs=1e-9)
        assert comparison.effects(other)["cost_difference"].sum() == pytest.approx(
            comparison.difference(other), abs=1e-9
        )


def test_nothing_to_compare_with_and_what_cannot_be_changed(tmp_path):
    """No OTHER, a copy that lost its document, a scenario in the place of the base."""
    path = file(tmp_path, PLAIN)
    scenarios = file(tmp_path, "- {path: 'trails[org].key', value: null}\n", "s.yaml")
    with pytest.raises(KmscostError, match="nothing to compare with"):
        compare(path)
    with pytest.raises(KmscostError, match="give the path of its YAML file"):
        compare(replace(load_inventory(path), payer="100000000001"), scenarios)
    with pytest.raises(KmscostError, match="name the inventory first"):
        compare(scenarios, path)
    with pytest.raises(KmscostError, match="each of them once"):
        compare(path, [scenarios, scenarios])


def test_how_much_more_is_too_much(tmp_path):
    """Exactly the limit is within it; a saving is never over; no base makes any cost too much."""
    path = "trails[org].files_per_day"
    more = compare(file(tmp_path, PLAIN), scenario({"path": path, "scale": 2}), "2026-11", 1)
    grows = more.difference(more.others[0])  # 1,728,000 puts x 0.03 / 10,000
    assert grows == pytest.approx(5.184)
    assert more.over("5.184") is None
    line = more.over("5.18")
    assert "what-if costs USD 5.18 more than" in line
    assert "over 1 month (+84.7 %, allowed 5.18)" in line
    assert "mostly because of trail org (USD +5.18)" in line
    assert more.over("85%") is None
    assert more.over("84%") is not None
    less = compare(file(tmp_path, PLAIN), scenario({"path": path, "scale": 0.5}), "2026-11", 1)
    assert less.over(0) is None
    free = (
        PLAIN.replace("key: logs", "key: null")
        .replace("  - {id: logs, region: us-east-1}", "")
        .replace("keys:", "keys: []")
    )
    new = compare(
        file(tmp_path, free, "free.yaml"), file(tmp_path, PLAIN, "new.yaml"), "2026-11", 1
    )
    assert "new costs USD 6.12 more" in new.over("10%")
    for wrong in ("ten", "-1", "nan", "inf%", ""):
        with pytest.raises(KmscostError, match="fail_over"):
            more.over(wrong)
