"""Laws of advice that hold for every inventory."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import advise, compare
from estimator.advice.ranking import SMALLEST
from tests.advice.inventories import advisable
from tests.sampling import cases
from tests.scenarios.inventories import file

laws = settings(max_examples=cases(3))
spans = st.sampled_from([("2026-11", 1), ("2026-11", 3), ("2027-01", 2)])


def saving_of(comparison):
    """The totals of the base less those of the only other side."""
    return {
        name: comparison.base.totals[name] - comparison.others[0].totals[name]
        for name in comparison.base.totals
    }


@laws
@given(advisable(), spans)
def test_every_saving_is_what_compare_shows(tmp_path, text, span):
    """Each piece's --set gives exactly the promised totals, to the last bit."""
    path = file(tmp_path, text)
    advice = advise(path, *span).to_dict()
    for entry in advice["advice"]:
        assert saving_of(compare(path, (), *span, set=entry["set"])) == entry["saving"]
    if advice["together"]:
        comparison = compare(path, (), *span, set=advice["together"]["set"])
        assert saving_of(comparison) == advice["together"]["saving"]


NO_REQUEST = {"one-key", "unused-key", "exclude-kms-events"}
OWN_REQUESTS = {"fan-out", "re-reads", "validate-once", "query-once", "query-scan"}


@laws
@given(advisable(), spans)
def test_a_change_touches_the_requests_of_nobody_else(tmp_path, text, span):
    """Keys and copies of events change no request, and what a reader does is its own."""
    path = file(tmp_path, text)
    advice = advise(path, *span)
    for recommendation in (*advice.recommendations, *advice.small):
        proposal = recommendation.proposal
        if proposal.kind not in NO_REQUEST | OWN_REQUESTS:
            continue
        comparison = compare(path, (), *span, set=proposal.set)
        effects = comparison.effects(comparison.others[0])
        if proposal.kind in OWN_REQUESTS:
            effects = effects[~effects["driver"].isin(proposal.about)]
        slack = 1e-9 * effects["requests_base"]
        assert (effects["requests_difference"].abs() <= slack).all(), proposal.name


@laws
@given(advisable(), spans)
def test_the_printed_scenarios_are_the_advice(tmp_path, text, span):
    """The JSON's `scenarios`, saved as a file, compare to the same savings under the same names."""
    path = file(tmp_path, text)
    advice = advise(path, *span).to_dict()
    if not advice["scenarios"]:
        assert not advice["advice"]
        return
    scenarios = file(tmp_path, json.dumps(advice["scenarios"]), "scenarios.yaml")
    comparison = compare(path, scenarios, *span)
    promised = {entry["name"]: entry["saving"] for entry in advice["advice"]}
    if advice["together"]:
        promised["all that go together"] = advice["together"]["saving"]
    assert [other.name for other in comparison.others] == list(promised)
    for other in comparison.others:
        found = {
            name: comparison.base.totals[name] - other.totals[name]
            for name in comparison.base.totals
        }
        assert found == promised[other.name]


@laws
@given(advisable(), spans)
def test_advice_is_ranked_and_never_without_a_number(tmp_path, text, span):
    """Each piece saves a cent a month or more; the most first, trade-offs last; texts are whole."""
    advice = advise(file(tmp_path, text), *span)
    frame = advice.rows
    worth = frame["saves_usd"] + frame["saves_usd_cloudtrail_events"]
    most = frame["saves_usd"] + frame["saves_usd_cloudtrail_events_high"]
    assert (worth <= most).all()
    assert (most >= SMALLEST).all()
    assert frame["trade_off"].is_monotonic_increasing
    for _, alike in worth.groupby(frame["trade_off"]):
        assert (-alike).is_monotonic_increasing
    for recommendation in advice.small:
        small = recommendation.saving.totals["cost_usd"] + recommendation.saving.copies.most
        assert small / span[1] < SMALLEST
    for name in ("advice", "loses", "how", "source", "compare"):
        assert frame[name].str.len().gt(0).all()
    assert (frame["saves_usd_low"] <= frame["saves_usd_high"]).all()


@laws
@given(advisable(), spans)
def test_what_goes_together_adds_up_step_by_step(tmp_path, text, span):
    """`on_top` sums to what all save together; that is no less than the best of them alone."""
    advice = advise(file(tmp_path, text), *span)
    steps = [
        recommendation.on_top
        for recommendation in advice.recommendations
        if recommendation.on_top is not None
    ]
    if advice.together is None:
        assert len(steps) < 2
        return
    whole = (advice.together.totals["cost_usd"] + advice.together.copies.least) / span[1]
    assert sum(steps) == pytest.approx(whole, rel=1e-9, abs=1e-9)
    assert min(steps) > -SMALLEST
    assert whole >= steps[0]


@laws
@given(advisable())
def test_nobody_loses_the_last_record_of_kms_events(tmp_path, text):
    """With all advice taken, each account that had KMS events recorded still has."""
    path = file(tmp_path, text)
    advice = advise(path, "2026-11", 3).to_dict()
    if not advice["together"]:
        return
    comparison = compare(path, (), "2026-11", 3, set=advice["together"]["set"])
    before = comparison.base.case.inventory
    after = comparison.others[0].case.inventory
    assert recorded_accounts(after) == recorded_accounts(before)


def recorded_accounts(inventory):
    """Each account, Region and day of a month with a trail that records KMS events, slowly."""
    found = set()
    for trail in inventory.trails:
        home = next(account for account in inventory.accounts if account.id == trail.account)
        keys = {key.id: key for key in inventory.keys}
        days = [
            day
            for day in ("2026-11-01", "2026-11-20", "2026-12-10", "2027-01-20")
            if (trail.start is None or str(trail.start) <= day)
            and (trail.until is None or day < str(trail.until))
            and (trail.key is None or keys[trail.key].until is None)
        ]
        for account in inventory.accounts:
            inside = account.id == home.id or (
                trail.scope == "organization" and account.payer == home.payer
            )
            for region in account.regions if inside and not trail.exclude_kms_events else ():
                if trail.regions is None or region in trail.regions:
                    found |= {(account.id, region, day) for day in days}
    return found
