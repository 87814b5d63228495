"""Laws that hold for every inventory and every scenario."""

import copy
import itertools
import json

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import KmscostError, compare
from tests.forecasting.inventories import inventories
from tests.sampling import cases
from tests.scenarios.inventories import file

laws = settings(max_examples=cases(7))

NAMES = ("requests", "cost_usd", "cost_usd_writes_charged", "cost_usd_writes_exempt")

# changes that do not touch each other, each with the same one made by hand in the parsed YAML
CHANGES = {
    "bucket key": (
        {"path": "trails[t0].bucket.bucket_key", "value": True},
        lambda document: document["trails"][0].setdefault("bucket", {}).update(bucket_key=True),
    ),
    "files": (
        {"path": "trails[t0].files_per_day", "value": {"us-east-1": 100, "other": 3}},
        lambda document: document["trails"][0].update(files_per_day={"us-east-1": 100, "other": 3}),
    ),
    "default scaled": (
        {"path": "trails[t0].bucket.bucket_key_saving", "scale": 0.5},
        lambda document: (
            document["trails"][0]
            .setdefault("bucket", {})
            .update(
                bucket_key_saving=document["trails"][0]["bucket"].get("bucket_key_saving", 0.99) / 2
            )
        ),
    ),
    "others": (
        {"path": "other_kms_requests_per_month", "scale": 0.25},
        lambda document: document.update(
            other_kms_requests_per_month=document["other_kms_requests_per_month"] / 4
        ),
    ),
    "reading": (
        {"path": "cloudtrail_writes", "value": "exempt"},
        lambda document: document.update(cloudtrail_writes="exempt"),
    ),
    "growth": (
        {"path": "growth.files_per_year", "value": "30%"},
        lambda document: document["growth"].update(files_per_year="30%"),
    ),
    "new account": (
        {"path": "accounts[999999999999]", "add": {"regions": ["us-east-1"]}, "from": "2026-12-05"},
        lambda document: document["accounts"].append(
            {"id": "999999999999", "regions": ["us-east-1"], "from": "2026-12-05"}
        ),
    ),
    "new trail": (
        {"path": "trails", "add": {"name": "new", "key": "k2"}},
        lambda document: document["trails"].append({"name": "new", "key": "k2"}),
    ),
    "new reader": (
        {"path": "readers[fresh]", "add": {"kind": "every-file"}, "from": "2027-01"},
        lambda document: document["readers"].append(
            {"name": "fresh", "kind": "every-file", "from": "2027-01-01"}
        ),
    ),
}

chosen = st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=5, unique=True)


def scenario(names, name="x", **more):
    """Some of the changes as one scenario."""
    return {"name": name, "changes": [{**CHANGES[name][0], **more} for name in names]}


def plain(comparison):
    """All numbers of a comparison's first other side."""
    return [
        comparison.others[0].totals,
        comparison.others[0].monthly.to_dict("records"),
        comparison.rows.drop(columns="scenario").to_csv(),
    ]


@laws
@given(inventories(), chosen)
def test_a_scenario_equals_the_yaml_changed_by_hand(tmp_path, text, names):
    """Whatever is changed together: the same numbers to the last bit as from the edited YAML."""
    base = file(tmp_path, text)
    document = yaml.safe_load(text)
    document["accounts"] = [
        {**account, "id": str(account["id"])} for account in document["accounts"]
    ]
    # by hand in the order of the YAML's sections does not matter: the changes are independent
    for name in names:
        CHANGES[name][1](document)
    other = file(tmp_path, json.dumps(document, default=str), "other.yaml")
    assert plain(compare(base, scenario(names), "2026-11", 3)) == plain(
        compare(base, other, "2026-11", 3)
    )


@laws
@given(inventories(), chosen, st.randoms(use_true_random=False))
def test_the_order_of_changes_does_not_matter(tmp_path, text, names, dice):
    """Changes that do not overlap give the same numbers in any order, but for the last bits."""
    base = file(tmp_path, text)
    turned = names[:]
    dice.shuffle(turned)
    comparison = compare(base, [scenario(names, "a"), scenario(turned, "b")], "2026-11", 3)
    first, other = (case.totals for case in comparison.others)
    assert first == pytest.approx(other, rel=1e-12, abs=1e-9)


@laws
@given(inventories(), chosen)
def test_differences_are_what_they_say(tmp_path, text, names):
    """Totals, months, drivers and rows: all differences sum to that of the totals."""
    comparison = compare(file(tmp_path, text), scenario(names), "2026-11", 3, by="account,cause")
    other, answer = comparison.others[0], comparison.to_dict()
    for name in NAMES:
        total = other.totals[name] - comparison.base.totals[name]
        rows = comparison.rows[comparison.rows["measure"] == name]
        assert rows["difference"].sum() == pytest.approx(total, rel=1e-9, abs=1e-9)
        by_month = sum(month["difference"][name] for month in answer["months"])
        assert by_month == pytest.approx(total, rel=1e-9, abs=1e-9)
    by_driver = sum(driver["cost_difference"] for driver in answer["drivers"])
    assert by_driver == pytest.approx(comparison.difference(other), rel=1e-9, abs=1e-9)
    sizes = [abs(driver["cost_difference"]) for driver in answer["drivers"]]
    assert sizes == sorted(sizes, reverse=True)


@laws
@given(inventories())
def test_itself_scaled_by_one_and_set_back_is_zero(tmp_path, text):
    """An inventory against itself, scaled by 1, and changed and changed back: exactly zero."""
    base = file(tmp_path, text)
    path = "trails[t0].bucket.bucket_key_saving"
    rate = "other_kms_requests_per_month"
    others = [
        base,
        {"name": "one", "changes": [{"path": path, "scale": 1}, {"path": rate, "scale": 1.0}]},
        {"name": "all", "changes": [{"path": "trails[t0].files_per_day", "scale": 1}]},
        {
            "name": "back",
            "changes": [
                {"path": rate, "value": 77},
                {"path": rate, "value": yaml.safe_load(text)[rate], "from": "2026-11"},
            ],
        },
    ]
    comparison = compare(base, others, "2026-11", 3)
    assert not comparison.rows["difference"].any()
    assert all(other.monthly.equals(comparison.base.monthly) for other in comparison.others)


@laws
@given(inventories(), chosen, st.sampled_from(["2026-11", "2026-12", "2027-01", "2027-02"]))
def test_a_dated_scenario_is_two_forecasts_side_by_side(tmp_path, text, names, start):
    """Set from a month on: the base's months before it, the changed one's from it on."""
    names = [name for name in names if not name.startswith("new")] or ["files"]
    base = file(tmp_path, text)
    comparison = compare(
        base, [scenario(names, "all"), scenario(names, "dated", **{"from": start})], "2026-11", 3
    )
    always, dated = (case.monthly.set_index("month") for case in comparison.others)
    before = comparison.base.monthly.set_index("month")
    expected = pd.concat([before[before.index < start], always[always.index >= start]])
    # months alone and among others are summed in another order: the last bits may differ
    pd.testing.assert_frame_equal(dated, expected, rtol=1e-12, atol=1e-12)


def test_several_scenarios_are_each_as_if_alone(tmp_path):
    """Comparing many at once changes no number of any."""
    text = (
        'version: 1\naccounts: [{id: "111111111111"}]\nkeys: [{id: k2, region: us-east-1}]\n'
        "trails: [{name: t0, key: k2}]\nreaders: []\ngrowth: {}\nother_kms_requests_per_month: 9\n"
    )
    base = file(tmp_path, text)
    together = compare(base, [scenario([name], name) for name in CHANGES], "2026-11", 4)
    for name, course in zip(CHANGES, together.others, strict=True):
        alone = compare(base, scenario([name], name), "2026-11", 4)
        assert alone.others[0].totals == course.totals


PARTS = [
    *("trails", "[t]", "readers", "[r]", "accounts", "[222222222222]", "keys", "[k]", "growth"),
    *("files_per_day", "bucket", "low", "until", "from", "payer", "kind", "name", ".", "[x]", '["'),
]


@settings(laws, max_examples=cases(150))
@given(st.data())
def test_no_scenario_ends_in_a_traceback(tmp_path, data):
    """Mutated scenario files and settings are understood or refused, never anything else."""
    base = file(
        tmp_path,
        'version: 1\naccounts: [{id: "111111111111"}, {file: more.csv}]\n'
        "keys: [{id: k, region: us-east-1}]\ntrails: [{name: t, key: k}]\n"
        "readers: [{name: r, kind: query, queries_per_month: 1, days_scanned: {low: 1, high: 2}}]"
        "\n",
    )
    file(tmp_path, "id,files_per_day\n222222222222,9\n", "more.csv")
    paths = st.lists(
        st.sampled_from(PARTS),
        min_size=1,
        max_size=4,
    ).map(
        lambda parts: (
            "".join(parts[:1]) + "".join(p if p[0] in "[." else f".{p}" for p in parts[1:])
        )
    )
    values = st.recursive(
        st.sampled_from(
            [None, True, 0, 1, -1, 1e300, "10%", "x", "2027-01", "k", "query", "222222222222"]
        ),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(
                st.sampled_from(["low", "high", "name", "id", "kind", "us-east-1"]),
                inner,
                max_size=3,
            )
        ),
        max_leaves=5,
    )
    change = st.fixed_dictionaries(
        {"path": paths},
        optional={
            "value": values,
            "scale": st.sampled_from([0, 1, 2.5, 1e200, None, True, "x"]),
            "add": values,
            "remove": st.sampled_from([True, False, None]),
            "from": st.sampled_from(["2027-01", "2026-12-15", "2400-12", "0001-01-01", None, 5]),
        },
    )
    changes = data.draw(st.lists(change, min_size=1, max_size=4))
    text = json.dumps(copy.deepcopy(changes))
    for position in data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=2)):
        text = (
            text[:position]
            + data.draw(st.sampled_from(['"', "{", "]", ":", "\n", "x", ""]))
            + text[position + 1 :]
        )
    scenarios = file(tmp_path, text, "s.yaml")
    settings_ = [f"{change['path']}={json.dumps(change.get('value'))}" for change in changes[:1]]
    for other, extra in itertools.product([(), (scenarios,)], [None, settings_]):
        try:
            comparison = compare(base, other, "2026-11", 3, set=extra)
            text = str(comparison.to_dict()["scenarios"])
        except KmscostError as error:
            text = str(error)
        assert text
