"""Each kind of advice against hand arithmetic."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from estimator import KmscostError, advise, compare, load_inventory
from estimator.advice.proposal import Plan, Proposal, place
from tests.scenarios.inventories import PLAIN, file

PRICE = Decimal("0.03") / 10_000
EVENT = Decimal(2) / 100_000
PUTS = 100 * 2 * 288 * 30  # of November: 100 accounts x 2 Regions, 1,728,000
FREE = 20_000

# a reader, on top of PLAIN
SIEM = "readers:\n  - {name: siem, kind: every-file, gets_per_file: 1}\n"


def advise_on(folder, text, months=1, **more):
    """The advice, and its recommendations by kind."""
    advice = advise(file(folder, text), "2026-11", months, **more)
    found = {}
    for recommendation in advice.recommendations:
        found.setdefault(recommendation.proposal.kind, []).append(recommendation)
    return advice, found


def only(found, kind):
    """The only recommendation of a kind."""
    assert len(found[kind]) == 1
    return found[kind][0]


def equals(saving, **expected):
    """Totals as by hand, whatever else there is."""
    for name, value in expected.items():
        assert saving.totals[name] == pytest.approx(float(value), abs=1e-6), name


def test_bucket_key(tmp_path):
    """99 % of the puts; nothing where writes are exempt; what is left is inside the free tier."""
    advice, found = advise_on(tmp_path, PLAIN)
    recommendation = only(found, "bucket-key")
    equals(
        recommendation.saving,
        requests=Decimal(PUTS) * 99 / 100,
        cost_usd=(PUTS - FREE) * PRICE,  # 5.124
        cost_usd_writes_charged=(PUTS - FREE) * PRICE,
        cost_usd_writes_exempt=0,
    )
    assert recommendation.proposal.set == ("trails[org].bucket.bucket_key=true",)
    assert recommendation.saving.quantiles == (recommendation.saving.totals["cost_usd"],) * 3
    assert "KMS events" in advice.rows["loses"][0]
    # nothing is left to pay under the key: SSE-S3 saves the same money, and stands last
    assert [recommendation.proposal.kind for recommendation in advice.recommendations] == [
        "bucket-key",
        "sse-s3",
    ]
    assert advice.together is None


def test_bucket_key_where_writes_are_exempt(tmp_path):
    """Under `exempt` it saves reads alone, and is no advice where there are none."""
    exempt = f"{PLAIN}cloudtrail_writes: exempt\n"
    advice, found = advise_on(tmp_path, exempt)
    assert not found
    small = next(
        recommendation
        for recommendation in advice.small
        if recommendation.proposal.kind == "bucket-key"
    )
    equals(small.saving, cost_usd=0, cost_usd_writes_charged=(PUTS - FREE) * PRICE)
    _, found = advise_on(tmp_path, exempt + SIEM)
    equals(only(found, "bucket-key").saving, cost_usd=(PUTS - FREE) * PRICE)


def test_trails_into_one_bucket_go_together(tmp_path):
    """A Bucket Key is a setting of the bucket: one piece of advice for all that write there."""
    text = PLAIN.replace("bucket: {", "bucket: {name: logs-of-all, ") + (
        "  - {name: own, scope: account, key: logs, regions: [us-east-1],"
        " bucket: {name: logs-of-all}, from: 2026-11-16}\n"
    )
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "bucket-key")
    assert recommendation.proposal.about == ("org", "own")
    puts = PUTS + 288 * 15
    left = Decimal(puts) / 100
    equals(recommendation.saving, requests=puts - left, cost_usd=(puts - FREE) * PRICE)


TWO = PLAIN + "  - {name: copy, key: logs, log_file_validation: true, from: 2025-01-01}\n"


def test_a_duplicate_trail(tmp_path):
    """The dearer of two equal trails goes; what it had and the other had not is turned on."""
    advice, found = advise_on(tmp_path, TWO + SIEM.replace("gets", "trails: [copy], gets"))
    recommendation = only(found, "duplicate-trail")
    # copy: puts, 24 digests an hour and its reader's gets; org gains the digests and the reader
    digests = 100 * 2 * 24 * 30
    before = 2 * PUTS + digests + PUTS
    after = PUTS + digests + PUTS
    events_before, events_after = before, 0  # one further copy of every request, then none
    equals(
        recommendation.saving,
        requests=before - after,
        cost_usd=(before - after) * PRICE,
        cost_usd_writes_exempt=0,
        cost_usd_cloudtrail_events=(events_before - events_after) * EVENT,
    )
    assert recommendation.proposal.set == (
        "trails[copy].until=2026-11-01",
        'readers[siem].trails=["org"]',
        "trails[org].log_file_validation=true",
    )
    # dropping it and excluding KMS events from it are alternatives; so are its Bucket Key and it
    taken = {
        recommendation.proposal.name
        for recommendation in advice.recommendations
        if recommendation.on_top is not None
    }
    assert "duplicate-trail copy" in taken
    assert not {"exclude-kms-events copy", "bucket-key copy"} & taken


def test_only_what_is_covered_is_a_duplicate(tmp_path):
    """A trail of one account inside the organization's goes, never the other way round."""
    own = '  - {name: own, scope: account, key: logs, account: "100000000007"}\n'
    _, found = advise_on(tmp_path, PLAIN + own)
    recommendation = only(found, "duplicate-trail")
    assert recommendation.proposal.about == ("own",)
    equals(recommendation.saving, requests=2 * 288 * 30)
    # one that lives longer, or covers more Regions, is needed
    for more in ("regions: [us-east-1], ", "until: 2026-11-20, "):
        _, found = advise_on(
            tmp_path, PLAIN.replace("name: org", f"name: org\n    {more[:-2]}") + own
        )
        assert "duplicate-trail" not in found


@pytest.mark.parametrize("worse", ["key: null", "key: logs\n    exclude_kms_events: true"])
def test_a_duplicate_that_is_worth_more_is_a_trade_off(tmp_path, worse):
    """The small trail has a key and records KMS events, the big one not: not among the others."""
    own = '  - {name: own, scope: account, key: logs, account: "100000000007"}\n'
    _, found = advise_on(tmp_path, PLAIN.replace("key: logs", worse, 1) + own)
    recommendation = only(found, "duplicate-trail")
    assert recommendation.proposal.about == ("own",)
    assert recommendation.proposal.trade_off
    assert recommendation.on_top is None


def test_of_two_equals_the_worse_trail_goes(tmp_path):
    """SSE-S3 costs nothing of KMS, but the trail with a key is the one to keep."""
    text = PLAIN.replace("name: org", "name: org\n    from: 2026-01-01")
    _, found = advise_on(tmp_path, text + "  - {name: plain, key: null}\n")
    recommendation = only(found, "duplicate-trail")
    assert recommendation.proposal.about == ("plain",)
    assert not recommendation.proposal.trade_off
    equals(recommendation.saving, requests=0, cost_usd=0, cost_usd_cloudtrail_events=PUTS * EVENT)


def test_readers_move_with_the_duplicate_trail(tmp_path):
    """A reader of the small trail reads the big one, but no more accounts than before."""
    own = '  - {name: own, scope: account, key: logs, account: "100000000007"}\n'
    reader = "readers:\n  - {name: siem, kind: every-file, trails: [own]}\n"
    _, found = advise_on(tmp_path, PLAIN + own + reader)
    recommendation = only(found, "duplicate-trail")
    equals(recommendation.saving, requests=2 * 288 * 30)  # the puts; its gets stay as many
    assert recommendation.proposal.set[1:] == (
        'readers[siem].trails=["org"]',
        'readers[siem].accounts=["100000000007"]',
    )


@pytest.mark.parametrize(
    ("filters", "narrower"),
    [
        ('accounts: ["100000000007", "100000000008"]', 'accounts=["100000000007"]'),
        ("regions: [us-east-1, eu-west-1]", 'regions=["eu-west-1"]'),
    ],
)
def test_a_filter_wider_than_the_dropped_trail_is_narrowed(tmp_path, filters, narrower):
    """A filter that let all of the small trail through lets no more of the big one through."""
    own = "  - {name: own, key: logs, scope: account, regions: [eu-west-1], "
    own += 'account: "100000000007"}\n'
    reader = f"readers:\n  - {{name: siem, kind: every-file, trails: [own], {filters}}}\n"
    _, found = advise_on(tmp_path, PLAIN + own + reader)
    recommendation = only(found, "duplicate-trail")
    equals(recommendation.saving, requests=288 * 30)  # the puts; its gets stay as many
    assert f"readers[siem].{narrower}" in recommendation.proposal.set


@pytest.mark.parametrize("regions", ["[us-east-1, eu-west-1]", "[eu-west-1, us-east-1]", "all"])
def test_a_reader_moves_as_it_is_to_a_trail_of_the_same_regions(tmp_path, regions):
    """In another order, or all that the account has: a filter would only hold back its other trail.

    The account has two Regions, so 2 x 288 x 30 puts go; what siem gets stays as much.
    """
    text = f"""\
version: 1
accounts:
  - {{id: "100000000007", regions: [us-east-1, eu-west-1]}}
  - {{id: "100000000008", payer: "100000000008", regions: [us-east-1]}}
keys: [{{id: logs, region: us-east-1}}]
trails:
  - {{name: own, key: logs, regions: {regions}}}
  - {{name: other, key: logs, regions: [us-east-1, eu-west-1]}}
  - {{name: away, key: logs, account: "100000000008"}}
readers: [{{name: siem, kind: every-file, trails: [other, away]}}]
"""
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "duplicate-trail")
    equals(recommendation.saving, requests=2 * 288 * 30)
    assert recommendation.proposal.set == (
        "trails[other].until=2026-11-01",
        'readers[siem].trails=["own", "away"]',
    )


def test_a_reader_of_nothing_does_not_move_with_the_duplicate_trail(tmp_path):
    """Its filter lets nothing of the small trail through: it gets nothing of the big one."""
    own = '  - {name: own, scope: account, key: logs, account: "100000000007"}\n'
    reader = "readers:\n  - {name: siem, kind: every-file, trails: [own], "
    _, found = advise_on(tmp_path, PLAIN + own + reader + 'accounts: ["100000000008"]}\n')
    recommendation = only(found, "duplicate-trail")
    equals(recommendation.saving, requests=2 * 288 * 30)
    assert recommendation.proposal.set == ("trails[own].until=2026-11-01",)


def test_validation_of_the_duplicate_stays_validation_of_its_accounts(tmp_path):
    """The big trail begins to have digests, but whoever validated one account validates no more.

    A run a day over one day gets 2 x 288 log files before and after. On the first day it also
    meets half a day of files that the small trail wrote before: 288 gets.
    """
    plain = PLAIN.replace("key: logs", "key: logs\n    digest_files: sse-s3", 1)
    own = "  - {name: own, key: logs, scope: account, log_file_validation: true, "
    own += 'digest_files: sse-s3, account: "100000000007"}\n'
    reader = "readers:\n  - {name: v, kind: validate, runs_per_month: 30, days: 1}\n"
    _, found = advise_on(tmp_path, plain + own + reader)
    recommendation = only(found, "duplicate-trail")
    assert recommendation.proposal.set[1:] == (
        'readers[v].accounts=["100000000007"]',
        "trails[org].log_file_validation=true",
    )
    equals(recommendation.saving, requests=2 * 288 * 30 - 288)


HISTORY = """\
version: 1
accounts: [{id: "100000000007", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails:
  - {name: org, key: logs, from: FIRST, bucket: {retention_days: 60}}
  - {name: own, key: logs, from: SECOND, files_per_day: 289}
readers: [{name: athena, kind: query, trails: [own], queries_per_month: 30, days_scanned: DAYS}]
"""


@pytest.mark.parametrize(
    ("first", "second", "days", "words"),
    [
        # from 22 October to 1 November are 10 days
        ("2025-01-01", "2026-10-22", 90, "60 days of files in place of 10 days"),
        ("2025-01-01", "2026-10-22", 20, "20 days of files in place of 10 days"),
        ("2026-10-22", "2025-01-01", 90, "10 days of files in place of 90 days"),
        ("2026-10-31", "2026-10-22", 90, "1 day of files in place of 10 days"),
        ("2025-01-01", "2026-10-22", 10, ""),
        ("2025-01-01", "2025-03-01", 60, ""),
    ],
)
def test_a_moved_look_back_meets_another_history(tmp_path, first, second, days, words):
    """No filter is by time: what it gets more or less is in the saving, and said."""
    text = HISTORY.replace("FIRST", first).replace("SECOND", second).replace("DAYS", str(days))
    _, found = advise_on(tmp_path, text)
    proposal = only(found, "duplicate-trail").proposal
    assert proposal.about == ("own",)
    sentence = f"athena looks back: in org it meets {words}; the saving counts this"
    assert (sentence in proposal.loses) == bool(words)
    assert ("looks back" in proposal.loses) == bool(words)


def test_a_trail_that_is_planned_is_put_off(tmp_path):
    """A duplicate that begins in the months does not begin."""
    late = "  - {name: late, key: logs, from: 2026-11-21}\n"
    _, found = advise_on(tmp_path, PLAIN + late)
    recommendation = only(found, "duplicate-trail")
    assert recommendation.proposal.set == ("trails[late].from=2026-12-01",)
    equals(recommendation.saving, requests=PUTS / 3, cost_usd=PUTS // 3 * PRICE)


def test_excluded_kms_events(tmp_path):
    """The further copy of each request's event, on CloudTrail's bill; nothing of KMS."""
    _, found = advise_on(tmp_path, TWO)
    recommendation = only(found, "exclude-kms-events")
    digests = 100 * 2 * 24 * 30
    equals(
        recommendation.saving,
        requests=0,
        cost_usd=0,
        cost_usd_cloudtrail_events=(2 * PUTS + digests) * EVENT,
    )
    assert recommendation.proposal.set == ("trails[copy].exclude_kms_events=true",)
    assert not recommendation.proposal.trade_off


def test_the_last_record_of_kms_events_is_a_trade_off(tmp_path):
    """The other trail covers a part only: excluding means that elsewhere nobody records."""
    text = PLAIN.replace("name: org", "name: org\n    from: 2026-01-01") + (
        "  - {name: own, scope: account, key: null}\n"  # the older one: its copy is free
    )
    advice, found = advise_on(tmp_path, text)
    recommendation = only(found, "exclude-kms-events")
    assert recommendation.proposal.about == ("org",)
    assert recommendation.proposal.trade_off
    assert recommendation.on_top is None
    assert "nobody does any more" in recommendation.proposal.loses
    assert advice.recommendations[-1].proposal.trade_off


def test_a_query_that_scans_too_much(tmp_path):
    """60 queries over 7 days: half the days halve it; once each makes it as many as the puts."""
    text = PLAIN + (
        "readers:\n  - {name: q, kind: query, queries_per_month: 60, days_scanned: 7}\n"
    )
    _, found = advise_on(tmp_path, text)
    gets = 60 * 7 * 57_600
    half = only(found, "query-scan")
    equals(half.saving, requests=gets / 2, cost_usd=gets // 2 * PRICE)
    assert half.proposal.set == ("readers[q].days_scanned=3.5",)
    once = only(found, "query-once")
    equals(once.saving, requests=gets - PUTS, cost_usd=(gets - PUTS) * PRICE)
    assert half.proposal.what_if
    assert once.proposal.what_if


@pytest.mark.parametrize(
    ("retention", "change"),
    [
        (7, "readers[q].days_scanned=3.5"),
        ("{low: 7, high: 7}", "readers[q].days_scanned=3.5"),
        (0.5, "readers[q].share_of_files=0.5"),
    ],
)
def test_a_query_scans_no_more_than_the_bucket_keeps(tmp_path, retention, change):
    """30 days are said, 7 are there: 3.5 of them are half, 15 would be as many as before."""
    text = PLAIN.replace("saving: 0.99", f"saving: 0.99, retention_days: {retention}") + (
        "readers:\n  - {name: q, kind: query, queries_per_month: 60, days_scanned: 30}\n"
    )
    _, found = advise_on(tmp_path, text)
    half = only(found, "query-scan")
    days = 0.5 if retention == 0.5 else 7
    equals(half.saving, requests=60 * days * 57_600 / 2)
    assert half.proposal.set == (change,)


def test_a_query_scans_only_what_its_filter_lets_through(tmp_path):
    """The bucket that keeps all has no file of account 7, whose own keeps 7 days of 2 x 288."""
    trails = """\
  - name: own
    key: logs
    scope: account
    account: "100000000007"
    bucket: {retention_days: 7}
  - {name: eight, key: logs, scope: account, account: "100000000008"}
readers:
  - name: q
    kind: query
    trails: [own, eight]
    accounts: ["100000000007"]
    queries_per_month: 60
    days_scanned: 30
"""
    _, found = advise_on(tmp_path, PLAIN + trails)
    half = only(found, "query-scan")
    equals(half.saving, requests=60 * (7 - 3.5) * 2 * 288)
    assert half.proposal.set == ("readers[q].days_scanned=3.5",)


def test_days_of_a_reader_are_text_in_json(tmp_path):
    """A query with a last day, read once instead: its scenario is JSON and keeps its promise."""
    text = PLAIN + (
        "readers:\n  - {name: q, kind: query, queries_per_month: 60, days_scanned: 7,"
        " until: 2026-11-21}\n"
    )
    advice, found = advise_on(tmp_path, text)
    once = only(found, "query-once")
    scenario = json.loads(json.dumps(once.proposal.scenario()))
    assert scenario["changes"][0]["value"]["until"] == "2026-11-21"
    comparison = compare(advice.forecast.inventory, scenario, "2026-11", 1)
    saved = -comparison.difference(comparison.others[0], "requests")
    assert saved == pytest.approx(once.saving.totals["requests"])


def test_a_query_of_one_day_scans_fewer_files(tmp_path):
    """A day cannot be halved, partitions by account and Region are: half of the files."""
    text = PLAIN + (
        "readers:\n  - {name: q, kind: query, queries_per_month: 60, days_scanned: 1,"
        " share_of_files: {low: 0.2, high: 0.5, source: seen}}\n"
    )
    _, found = advise_on(tmp_path, text)
    # the median of the share: odds sqrt(1/4 x 1) = 1/2, so 1/3
    equals(only(found, "query-scan").saving, requests=60 * 57_600 / 3 / 2)


def test_a_reader_that_reads_twice(tmp_path):
    """2 gets per file by the median of 1 and 4; once saves 0, 1 and 3 gets per file."""
    text = PLAIN + SIEM.replace("file: 1", "file: {low: 1, high: 4}")
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "re-reads")
    equals(recommendation.saving, requests=PUTS, cost_usd=PUTS * PRICE)
    by_hand = [0, float(PUTS * PRICE), float(3 * PUTS * PRICE)]
    assert recommendation.saving.quantiles == pytest.approx(by_hand, rel=2e-3, abs=2e-3)


def test_a_move_that_reads_twice(tmp_path):
    """A reader of `once` that gets each file twice: once saves as many gets as there are files."""
    text = PLAIN + (
        "readers:\n  - {name: move, kind: once, day: 2026-11-20, days: 3, gets_per_file: 2}\n"
    )
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "re-reads")
    equals(recommendation.saving, requests=3 * 57_600, cost_usd=3 * 57_600 * PRICE)
    assert recommendation.proposal.set == ("readers[move].gets_per_file=1",)
    # it reads what lies there: nobody hands that on
    _, found = advise_on(tmp_path, text + "  - {name: siem, kind: every-file}\n")
    assert "fan-out" not in found


def test_what_is_not_active_is_not_advised(tmp_path):
    """Nothing ends again that ended with its account: the trail and reader of a closed one."""
    text = PLAIN.replace(
        '{id: "100000000007", regions: [us-east-1, eu-west-1]}',
        '{id: "100000000007", regions: [us-east-1, eu-west-1], until: 2026-10-01}',
    )
    own = '  - {name: own, scope: account, key: logs, account: "100000000007"}\n'
    readers = 'readers:\n  - {name: q, kind: query, account: "100000000007", '
    readers += "queries_per_month: 60, days_scanned: 7}\n"
    advice, _ = advise_on(tmp_path, text + own + readers)
    evaluated = [*advice.recommendations, *advice.small]
    assert not [entry for entry in evaluated if {"own", "q"} & set(entry.proposal.about)]


def test_copies_move_under_the_older_key(tmp_path):
    """The destination of a replication is a use of a key: it goes under the older one too."""
    keys = "keys:\n  - {id: dr, region: us-east-1, created: 2026-01-01}\n"
    reader = "readers:\n  - {name: copy, kind: replication, destination_key: dr}\n"
    _, found = advise_on(tmp_path, PLAIN.replace("keys:\n", keys) + reader)
    recommendation = only(found, "one-key")
    assert recommendation.proposal.set == (
        'readers[copy].destination_key="logs"',
        "keys[dr].until=2026-11-01",
    )
    equals(recommendation.saving, requests=0, cost_usd=1)


def test_several_readers_of_the_same_files(tmp_path):
    """Of three readers of every file the one that gets it once stays, or the widest."""
    text = PLAIN + (
        "readers:\n"
        "  - {name: a, kind: every-file, gets_per_file: 2, regions: [us-east-1]}\n"
        "  - {name: b, kind: every-file, gets_per_file: 1.5}\n"
        "  - {name: c, kind: every-file, gets_per_file: 1}\n"
        "  - {name: d, kind: every-file, gets_per_file: 0.1}\n"
    )
    _, found = advise_on(tmp_path, text)
    pieces = {entry.proposal.about[0]: entry for entry in found["fan-out"]}
    assert set(pieces) == {"a", "b", "d"}  # d gets a tenth of the files: nothing to hand on
    equals(pieces["a"].saving, requests=PUTS)
    equals(pieces["b"].saving, requests=1.5 * PUTS)
    equals(pieces["d"].saving, requests=0.1 * PUTS)
    assert all(
        "depends on c" in recommendation.proposal.loses for recommendation in pieces.values()
    )
    assert pieces["b"].proposal.set == ("readers[b].until=2026-11-01",)


def test_validation_that_overlaps(tmp_path):
    """Four runs over 30 days: 8 days lie between two of them."""
    text = PLAIN.replace("key: logs", "key: logs\n    log_file_validation: true") + (
        "readers:\n  - {name: v, kind: validate, runs_per_month: 4, days: 30}\n"
    )
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "validate-once")
    files = 57_600 + 200 * 24
    equals(recommendation.saving, requests=4 * (30 - 8) * files, cost_usd=4 * 22 * files * PRICE)
    _, found = advise_on(tmp_path, text.replace("days: 30", "days: 8"))
    assert "validate-once" not in found


def test_an_unused_key(tmp_path):
    """A key that nothing uses: its key-months with the rotations that count."""
    text = PLAIN.replace(
        "keys:\n",
        "keys:\n  - {id: spare, region: eu-west-1, created: 2025-01-01, rotations: [2026-01-01]}\n",
    )
    _, found = advise_on(tmp_path, text, months=2)
    equals(only(found, "unused-key").saving, requests=0, cost_usd=2 * 2)
    late = text.replace("created: 2025-01-01, rotations: [2026-01-01]", "created: 2026-12-17")
    _, found = advise_on(tmp_path, late, months=2)
    recommendation = only(found, "unused-key")
    assert recommendation.proposal.set == ("keys[spare].created=2027-01-01",)
    equals(recommendation.saving, cost_usd=Decimal(15) / 31)


def test_several_keys_that_could_be_one(tmp_path):
    """All under the younger key goes under the older one: one key-month less."""
    keys = "keys:\n  - {id: two, region: us-east-1, created: 2026-01-01}\n"
    trail = "  - {name: own, scope: account, regions: [eu-west-1], key: two}\n"
    _, found = advise_on(tmp_path, PLAIN.replace("keys:\n", keys) + trail)
    recommendation = only(found, "one-key")
    assert recommendation.proposal.about == ("two",)
    assert recommendation.proposal.set == ('trails[own].key="logs"', "keys[two].until=2026-11-01")
    equals(recommendation.saving, requests=0, cost_usd=1)
    elsewhere = keys.replace("us-east-1", "eu-west-1")
    _, found = advise_on(tmp_path, PLAIN.replace("keys:\n", elsewhere) + trail)
    assert "one-key" not in found


def test_a_merged_key_has_no_files_from_before_the_younger_one(tmp_path):
    """The trail wrote nothing under a key before 2026-10-22, so 90 days of look-back meet no more.

    Without that the older key would have 90 days of files for each query: the key saves 1.00.
    """
    keys = "keys:\n  - {id: two, region: us-east-1, created: 2026-10-22}\n"
    trail = "  - {name: own, scope: account, regions: [eu-west-1], key: two}\n"
    query = "{name: q, kind: query, trails: [own], queries_per_month: 3000, days_scanned: 90}"
    text = PLAIN.replace("keys:\n", keys) + trail + f"readers:\n  - {query}\n"
    _, found = advise_on(tmp_path, text)
    recommendation = only(found, "one-key")
    equals(recommendation.saving, requests=0, cost_usd=1)
    assert recommendation.proposal.set == (
        'trails[own].key="logs"',
        "trails[own].from=2026-10-22",
        "keys[two].until=2026-11-01",
    )


def test_copies_under_a_merged_key_are_made_on_the_same_days(tmp_path):
    """Ten days of copies, under the younger key or the older one; a third of a key-month less."""
    keys = "keys:\n  - {id: dr, region: us-east-1, created: 2026-11-11, until: 2026-11-21}\n"
    reader = "readers:\n  - {name: copy, kind: replication, destination_key: dr}\n"
    _, found = advise_on(tmp_path, PLAIN.replace("keys:\n", keys) + reader)
    recommendation = only(found, "one-key")
    equals(recommendation.saving, requests=0, cost_usd=Decimal(1) / 3)


def test_copies_under_a_merged_key_end_on_no_day_that_nobody_wrote(tmp_path):
    """The older key is there to the end of the month: the copies' first day alone holds them.

    20 of 30 days of the younger key are saved. Its end after the months is nobody's business here.
    """
    text = PLAIN.replace("us-east-1}\ntrails", "us-east-1, until: 2027-06-01}\ntrails").replace(
        "keys:\n", "keys:\n  - {id: dr, region: us-east-1, from: 2026-11-11}\n"
    )
    reader = "readers:\n  - {name: copy, kind: replication, destination_key: dr}\n"
    _, found = advise_on(tmp_path, text + reader)
    recommendation = only(found, "one-key")
    equals(recommendation.saving, requests=0, cost_usd=Decimal(2) / 3)
    assert recommendation.proposal.set == (
        'readers[copy].destination_key="logs"',
        "readers[copy].from=2026-11-11",
        "keys[dr].from=2026-12-01",
    )


def test_a_trail_whose_writing_would_begin_earlier_is_not_merged(tmp_path):
    """It records KMS events all month and writes from the 16th: under the older key from the 1st.

    No days of its own say that, so nothing is promised.
    """
    keys = "keys:\n  - {id: two, region: us-east-1, created: 2026-11-16}\n"
    trail = "  - {name: own, scope: account, regions: [eu-west-1], key: two}\n"
    text = PLAIN.replace("keys:\n", keys) + trail
    _, found = advise_on(tmp_path, text)
    assert "one-key" not in found
    _, found = advise_on(tmp_path, text.replace("name: own", "name: own, from: 2026-11-16"))
    equals(only(found, "one-key").saving, requests=0, cost_usd=Decimal(1) / 2)


def test_sse_s3_is_a_trade_off(tmp_path):
    """It saves every request, but is never among what goes together; the key stays."""
    _, found = advise_on(tmp_path, PLAIN + SIEM)
    recommendation = only(found, "sse-s3")
    equals(recommendation.saving, requests=2 * PUTS, cost_usd=(2 * PUTS - FREE) * PRICE)
    assert recommendation.proposal.trade_off
    assert recommendation.on_top is None
    assert "key policy" in recommendation.proposal.loses


def test_savings_do_not_add_up(tmp_path):
    """Bucket Key and reading once together are computed, not summed."""
    advice, found = advise_on(tmp_path, PLAIN + SIEM.replace("file: 1", "file: 2"))
    left = Decimal(3 * PUTS) / 100
    key = (3 * PUTS - FREE) * PRICE - max(left - FREE, 0) * PRICE
    equals(only(found, "bucket-key").saving, cost_usd=key)
    equals(only(found, "re-reads").saving, cost_usd=PUTS * PRICE)
    both = (3 * PUTS - FREE) * PRICE - max(Decimal(2 * PUTS) / 100 - FREE, 0) * PRICE
    equals(advice.together, cost_usd=both)
    assert advice.together.totals["cost_usd"] < float(key + PUTS * PRICE)


@pytest.mark.parametrize(("puts", "is_advice"), [(112, False), (112.5, True)])
def test_a_cent_a_month_is_the_least(tmp_path, puts, is_advice):
    """3,333.3 requests are a cent: 99 % of 112 and of 112.5 files a day lie on either side."""
    text = PLAIN.replace("regions: [us-east-1, eu-west-1]", "regions: [us-east-1]")
    text = f"{text}    files_per_day: {puts / 100}\nother_kms_requests_per_month: 20000\n"
    _, found = advise_on(tmp_path, text)
    saved = Decimal(repr(puts)) * 30 * 99 / 100 * PRICE
    assert (saved >= Decimal("0.01")) is is_advice
    assert ("bucket-key" in found) is is_advice


def test_many_alike_are_tried_together(tmp_path):
    """Of eight trails each is tried apart; of 30 the three dearest, the other 27 as one."""
    trails = "".join(
        f"  - {{name: t{number}, scope: account, key: logs, "
        f'account: "{100000000000 + number}", files_per_day: {1000 + number}}}\n'
        for number in range(30)
    )
    head = PLAIN[: PLAIN.index("  - name: org")]
    _, found = advise_on(tmp_path, head + trails)
    pieces = found["bucket-key"]
    assert [len(recommendation.proposal.about) for recommendation in pieces] == [27, 1, 1, 1]
    equals(pieces[0].saving, requests=sum(1000 + n for n in range(27)) * 2 * 30 * 0.99)
    assert pieces[0].proposal.title == "turn on the S3 Bucket Key of 27 trails"
    eight = "".join(trails.splitlines(keepends=True)[:8])
    _, found = advise_on(tmp_path, head + eight)
    assert [entry.proposal.about for entry in found["bucket-key"]] == [
        (f"t{n}",) for n in range(7, -1, -1)
    ]


def test_nothing_to_advise(tmp_path):
    """An inventory within the free tier under one key: no advice, and no error."""
    text = (
        'version: 1\naccounts: [{id: "111111111111", regions: [us-east-1]}]\n'
        "keys: [{id: k, region: us-east-1}]\ntrails: [{name: t, key: k}]\n"
    )
    advice, found = advise_on(tmp_path, text)
    assert not found
    assert advice.to_dict()["scenarios"] is None
    assert len(advice.rows) == 0


def test_an_inventory_without_a_document_is_refused(tmp_path):
    """Advice is a change to a document: a copy changed in Python has lost it."""
    inventory = replace(load_inventory(file(tmp_path, PLAIN)), cloudtrail_writes="exempt")
    with pytest.raises(KmscostError, match="give the path of its YAML file"):
        advise(inventory)


def test_strange_names_come_through(tmp_path):
    """Names with brackets, quotes, braces and other letters stay what they are."""
    strange = 'a[1] {} "ü" 日'
    text = PLAIN.replace("name: org", f"name: '{strange}'")
    reader = (
        f"readers:\n  - {{name: r, kind: every-file, gets_per_file: 2, trails: ['{strange}']}}\n"
    )
    advice, found = advise_on(tmp_path, text + reader)
    assert only(found, "bucket-key").proposal.title.endswith(strange)
    assert only(found, "re-reads").saving.totals["requests"] == PUTS
    assert advice.together is not None


def test_ranges_are_differences_of_the_same_draws(tmp_path):
    """Files between 144 and 576: what the key leaves of each draw is taken off the same draw."""
    text = PLAIN.replace("key: logs", "key: logs\n    files_per_day: {low: 144, high: 576}")
    _, found = advise_on(tmp_path, text)
    low, middle, high = only(found, "bucket-key").saving.quantiles
    # at 144 files 8,640 requests are left, at 288 17,280, both free; at 576 34,560
    assert low == pytest.approx(float((PUTS // 2 - FREE) * PRICE), rel=1e-3)
    assert middle == pytest.approx(float((PUTS - FREE) * PRICE), rel=1e-3)
    assert high == pytest.approx(float((2 * PUTS - FREE - (34_560 - FREE)) * PRICE), rel=1e-3)


def test_what_adds_nothing_is_not_among_the_others(tmp_path):
    """Fewer gets save half a dollar alone, and half a cent on top of the Bucket Key: left out."""
    advice, found = advise_on(tmp_path, PLAIN + SIEM.replace("file: 1", "file: 1.1"))
    recommendation = only(found, "re-reads")
    # 10 % of the puts; with a Bucket Key a hundredth of them: 1,728 requests are USD 0.0052
    equals(recommendation.saving, cost_usd=Decimal(PUTS) / 10 * PRICE)
    assert recommendation.on_top is None
    assert only(found, "bucket-key").on_top is not None
    assert advice.together is None


def proposal(settings, ends=(), uses=()):
    """A proposal of some paths."""
    return Proposal(
        kind="x",
        words="{}",
        noun="trail",
        about=("x",),
        settings=tuple((path, 1) for path in settings),
        loses="",
        how="",
        source="",
        ends=frozenset(ends),
        uses=frozenset(uses),
    )


FILES = place("trails", "a", "files_per_day")


@pytest.mark.parametrize(
    ("proposal", "other", "goes"),
    [
        (proposal([FILES]), proposal([place("trails", "b", "files_per_day")]), True),
        (proposal([FILES]), proposal([place("trails", "a", "key")]), True),
        (proposal([FILES]), proposal([FILES]), False),
        (proposal([FILES]), proposal([(*FILES, "low")]), False),
        (proposal([FILES]), proposal([place("trails", "a")]), False),
        # what ends is neither changed, nor rested on, nor ended again
        (proposal([FILES]), proposal([], ends=[("trails", "a")]), False),
        (proposal([], uses=[("keys", "k")]), proposal([], ends=[("keys", "k")]), False),
        (proposal([], ends=[("keys", "k")]), proposal([], ends=[("keys", "k")]), False),
        (proposal([], uses=[("keys", "k")]), proposal([], uses=[("keys", "k")]), True),
    ],
)
def test_what_goes_together(proposal, other, goes):
    """Proposals that touch the same path, or what another ends, are alternatives: either way."""
    assert Plan([proposal]).takes(other) is goes
    assert Plan([other]).takes(proposal) is goes
