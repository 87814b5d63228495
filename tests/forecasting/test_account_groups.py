"""Accounts grouped by OU and by tag: in --by, in budgets, in explain, and in files of accounts."""

import dataclasses
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import KmscostError, compare, explain, forecast, load_inventory, simulate
from estimator.inventory import InventoryError
from estimator.inventory.readback import read_back
from pricing.reading.problems import UsageError
from tests.forecasting.inventories import inventories
from tests.sampling import cases

A, B, C, D = "111122223333", "222222222222", "333333333333", "444444444444"
TEXT = f"""version: 1
regions: [us-east-1]
accounts:
  - {{id: "{A}", ou: Root}}
  - {{id: "{B}", ou: Root/Workloads/Prod, tags: {{team: payments}}}}
  - {{id: "{C}", ou: Root/Workloads, tags: {{team: web, cost-center: "4711"}}}}
  - {{id: "{D}"}}
keys: [{{id: logs, region: us-east-1}}]
trails:
  - {{name: org, key: logs}}
  - {{name: own, account: "{B}", scope: account, key: logs}}
"""
# 288 files x 30 days of November in each account, and again in B for its own trail
PUTS = 288 * 30


def requests_by(inventory, by):
    """The requests of each group."""
    rows = forecast(inventory, "2026-11", 1, by=by).rows
    rows = rows[rows["unit"] == "request"]
    return {str(row[by]): row["quantity"] for row in rows.to_dict("records")}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (
            "ou",
            {"Root": 1, "Root/Workloads/Prod": 2, "Root/Workloads": 1, "(no OU)": 1},
        ),
        ("tag:team", {"(no tag team)": 2, "payments": 2, "web": 1}),
        ("tag:cost-center", {"(no tag cost-center)": 4, "4711": 1}),
        # the organization's trail is billed to A, that of B to B
        ("billed_ou", {"Root": 4, "Root/Workloads/Prod": 1}),
        ("billed_tag:team", {"(no tag team)": 4, "payments": 1}),
    ],
)
def test_a_row_is_a_group_and_accounts_without_it_are_one(by, expected):
    """Each group has the puts of its accounts: 8,640 a stream."""
    found = requests_by(load_inventory(TEXT), by)
    assert found == {group: count * PUTS for group, count in expected.items()}


def test_words_of_the_command_line_are_those_of_the_frame():
    """`--by billed-tag:cost-center`: dashes of the column, never of the tag's own name."""
    result = forecast(load_inventory(TEXT), "2026-11", 1, by="trail,billed-tag:cost-center,ou")
    assert result.by == ("driver", "billed_tag:cost-center", "ou")


@pytest.mark.parametrize("by", ["tag:taem", "tag:", "ous"])
def test_a_slip_in_a_tag_is_refused(by):
    """A tag that nobody has would be one row that looks like an answer."""
    with pytest.raises(UsageError, match="by: found"):
        forecast(load_inventory(TEXT), "2026-11", 1, by=by)


def test_an_inventory_without_groups_says_so():
    """--by ou of accounts without OU."""
    plain = TEXT.replace("ou: Root/Workloads/Prod, ", "").replace("ou: Root/Workloads, ", "")
    plain = plain.replace(", ou: Root", "")
    with pytest.raises(UsageError, match="have an OU"):
        forecast(load_inventory(plain), "2026-11", 1, by="ou")


def test_a_value_that_reads_like_no_tag_is_a_group_of_its_own():
    """A tag's value may be any text, also ours, or nothing."""
    text = TEXT.replace("team: payments", "team: (no tag team)").replace("team: web", 'team: ""')
    found = requests_by(load_inventory(text), "tag:team")
    assert found == {
        "((no tag team))": 2 * PUTS,
        "(no tag team)": 2 * PUTS,
        "(empty tag team)": PUTS,
    }


@settings(max_examples=cases(8))
@given(inventories(), st.data())
def test_groups_add_up_to_the_whole_whatever_the_tags(tmp_path, text, data):
    """OUs and tags change no total, and the rows of every group sum to it."""
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    plain = load_inventory(path)
    ous = st.none() | st.sampled_from(["Root", "Root/A", "Root/A/B"])
    tags = st.dictionaries(st.sampled_from(["team", "a:b c"]), st.sampled_from(["", "x", "y"]))
    accounts = tuple(
        dataclasses.replace(account, ou=data.draw(ous), tags=data.draw(tags))
        for account in plain.accounts
    )
    accounts = (
        dataclasses.replace(accounts[0], ou="Root", tags={"team": "x", "a:b c": "y"}),
        *accounts[1:],
    )
    grouped = dataclasses.replace(plain, accounts=accounts)
    whole = forecast(plain, "2026-11", 2)
    for by in ("ou", "billed-ou", ["tag:team", "cause"], ["billed_tag:a:b c", "ou", "account"]):
        result = forecast(grouped, "2026-11", 2, by=by)
        assert result.totals == pytest.approx(whole.totals, rel=1e-9, abs=1e-9)
        rows = result.rows
        for column, total in (("cost", "cost_usd"), ("quantity", "requests")):
            chosen = rows if column == "cost" else rows[rows["unit"] == "request"]
            assert chosen[column].sum() == pytest.approx(whole.totals[total], rel=1e-9, abs=1e-6)


def test_budgets_of_an_ou_cover_those_beneath_it():
    """What is billed in the OU's accounts: the trail of B, 8,640 requests of 43,200.

    Free are 20,000 of 43,200, in proportion: 8,640 x (1 - 20,000 / 43,200) = 4,640 are paid,
    at USD 0.03 per 10,000: USD 0.01392.
    """
    text = f"""{TEXT}budgets:
  - {{name: work, usd_per_month: 1, ou: Root/Workloads}}
  - {{name: payments, usd_per_month: 0.01, tag: {{team: payments}}}}
  - {{name: web, usd_per_month: 1, tag: {{team: web}}}}
"""
    result = forecast(load_inventory(text), "2026-11", 1, fail_over="payments")
    assert result.budgets["used"].tolist() == pytest.approx([0.01392, 0.01392, 0.0])
    assert "tag team=payments" in result.broken
    described = json.loads(json.dumps(result.to_dict()["budgets"], default=float))
    assert [(each["covers"], each["of"]) for each in described] == [
        ("ou", "Root/Workloads"),
        ("tag", "team=payments"),
        ("tag", "team=web"),
    ]
    drawn = simulate(
        load_inventory(
            text.replace("name: own,", "name: own, files_per_day: {low: 9, high: 999},")
        ),
        "2026-11",
        1,
        draws=200,
    )
    chance = dict(zip(drawn.budgets["budget"], drawn.budgets["probability"], strict=True))
    assert 0 < chance["payments"] < 1
    assert chance["web"] == 0


@pytest.mark.parametrize(
    ("budget", "fix"),
    [
        ("ou: Root/Workload", "Root/Workloads"),
        ("tag: {taem: web}", "team"),
        ("tag: {team: wbe}", "web"),
        ("tag: {}", "one tag"),
        ("tag: {team: web, cost-center: '4711'}", "one tag"),
        ("ou: /Root/", "write Root"),
        ("tag: {team: 4711}", "quotes"),
    ],
)
def test_a_budget_of_nobody_is_refused(budget, fix):
    """An OU or a tag that no account has, with the one that is meant."""
    with pytest.raises(InventoryError, match=fix):
        load_inventory(f"{TEXT}budgets:\n  - {{name: b, usd_per_month: 1, {budget}}}\n")


def test_explain_walks_an_ou_and_a_tag():
    """Root/Workloads has B's two streams and that of C: 3 x 8,640."""
    inventory = load_inventory(TEXT)
    assert explain(inventory, "2026-11", ou="Root/Workloads").requests == 3 * PUTS
    assert explain(inventory, "2026-11", tag="team=web").requests == PUTS
    assert explain(inventory, "2026-11", ou="Root/Workloads", tag="team=payments").only == {
        "ou": "Root/Workloads",
        "tag": "team=payments",
    }
    with pytest.raises(UsageError, match="did you mean team=web"):
        explain(inventory, "2026-11", tag="team=wbe")


def test_compare_groups_both_sides():
    """The base may have no tags at all: its accounts are one row."""
    tagged = load_inventory(TEXT)
    plain = dataclasses.replace(
        tagged, accounts=tuple(dataclasses.replace(each, tags={}) for each in tagged.accounts)
    )
    comparison = compare(plain, tagged, "2026-11", 1, by="tag:team")
    rows = comparison.rows[comparison.rows["measure"] == "requests"]
    found = {str(row["tag:team"]): (row["base"], row["other"]) for row in rows.to_dict("records")}
    assert found == {
        "(no tag team)": (5 * PUTS, 2 * PUTS),
        "payments": (0, 2 * PUTS),
        "web": (0, PUTS),
    }


def test_files_of_accounts_have_ous_and_tags(tmp_path):
    """A CSV with `ou` and `tag:NAME`, and AWS's JSON with Paths and Tags."""
    csv = f"Account ID,OU,tag:team,Tag:cost center,Status\n{B},Root/Prod,payments,,ACTIVE\n"
    (tmp_path / "accounts.csv").write_text(f"{csv}{C},,,4711,ACTIVE\n", encoding="utf-8")
    listed = {
        "Accounts": [
            {
                "Id": D,
                "Status": "ACTIVE",
                "Paths": [f"o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/{D}/"],
                "Tags": [{"Key": "team", "Value": "web"}, {"Key": "empty", "Value": ""}],
            },
            {"Id": A, "State": "ACTIVE", "Ou": "Root/Security"},
        ]
    }
    (tmp_path / "accounts.json").write_text(json.dumps(listed), encoding="utf-8")
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\npayer: '111122223333'\nregions: [us-east-1]\n"
        "accounts: [{file: accounts.csv}, {file: accounts.json}]\n"
        "keys: [{id: logs, region: us-east-1}]\ntrails: [{name: org, key: logs}]\n",
        encoding="utf-8",
    )
    found = {each.id: (each.ou, each.tags) for each in load_inventory(path).accounts}
    assert found == {
        B: ("Root/Prod", {"team": "payments"}),
        C: (None, {"cost center": "4711"}),
        D: ("r-ab12/ou-ab12-11111111", {"team": "web", "empty": ""}),
        A: ("Root/Security", {}),
    }


def test_check_reads_ous_and_tags_back():
    """Three of four accounts in three OUs; two tags."""
    (payer,) = read_back(load_inventory(TEXT)).sections["Payers"]
    assert "3 OUs with 3 of the accounts; tags team (2), cost-center (1)" in payer.words


def test_a_tag_is_set_by_its_path():
    """`--set accounts[ID].tags.team=web`, also of an account without tags; no deeper."""
    changes = [f"accounts[{A}].tags.team=web", f"accounts[{B}].ou=Root/Other"]
    result = forecast(load_inventory(TEXT), "2026-11", 1, by="tag:team,ou", set=changes)
    accounts = {each.id: (each.ou, each.tags.get("team")) for each in result.inventory.accounts}
    assert accounts[A] == ("Root", "web")
    assert accounts[B] == ("Root/Other", "payments")
    with pytest.raises(KmscostError, match="which has no keys"):
        forecast(load_inventory(TEXT), "2026-11", 1, set=f"accounts[{A}].tags.team.x=web")
