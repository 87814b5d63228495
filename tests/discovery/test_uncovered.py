"""Accounts and OUs that no trail covers: a forecast counts nothing there, so the draft says so."""

import json

import pytest

from estimator import discover_aws_responses, discover_terraform, load_inventory
from tests.discovery.plans import TRAIL, instance, plan, save
from tests.discovery.test_merge import MINE, merge
from tests.discovery.test_saved import KEY, MEMBER, OWNER, RESPONSES
from tests.discovery.test_saved import TRAIL as ANSWER

OTHERS = ("333333333333", "444444444444")
OWN = {**ANSWER, "IsOrganizationTrail": False}


def account(identity, unit, name=None):
    """An account of list-accounts with the path of its OU."""
    found = {"Id": identity, "Status": "ACTIVE", "Name": name or identity}
    return {**found, "Paths": [f"o-exampleorgid/r-ab12/{unit}/"]}


ACCOUNTS = {
    "Accounts": [
        account(OWNER, "ou-ab12-11111111", "management"),
        account(MEMBER, "ou-ab12-11111111", "prod"),
        *(account(each, "ou-ab12-22222222") for each in OTHERS),
    ]
}
UNITS = {"OrganizationalUnits": [{"Id": "ou-ab12-22222222", "Name": "Sandbox"}]}
WORDS = "no trail covers 3 accounts (OU Root/Sandbox with 2 accounts, 222222222222 prod)"


def draft_of(tmp_path, *trails, **more):
    """The draft of trails, the accounts and further answers; `OWNER` alone asks."""
    named = {
        "describe-trails.json": {"trailList": list(trails)},
        "list-accounts.json": ACCOUNTS,
        "list-organizational-units-for-parent-r-ab12.json": UNITS,
        **{f"{name.replace('_', '-')}.json": answer for name, answer in more.items()},
    }
    for name, answer in named.items():
        (tmp_path / name).write_text(json.dumps(answer), encoding="utf-8")
    return discover_aws_responses(tmp_path)


def test_accounts_and_ous_that_no_trail_covers_are_named(tmp_path):
    """The trail is of the management account alone: an OU of two and one account are without.

    Nobody asked there, so it is a TODO at the trails, and in `coverage` trails not seen.
    """
    draft = draft_of(tmp_path, OWN)
    (todo,) = [each.question for each in draft.todo if each.at == "trails"]
    assert todo.startswith(f"{WORDS}: whether they have trails of their own is not known")
    assert f"\ntrails:  # TODO {todo}\n" in draft.text
    # what was parsed is the text, line by line
    parsed, written = draft.inventory.document, load_inventory(draft.text).document
    assert (parsed, parsed.lines) == (written, written.lines)
    assert parsed["trails"].lines == written["trails"].lines
    assert [seen.seen for seen in draft.coverage if seen.section == "trails"] == ["whole", "not"]


def test_an_organization_trail_covers_all(tmp_path):
    """Each account has files of its own."""
    draft = draft_of(tmp_path, ANSWER)
    assert not any("no trail covers" in notice for notice in draft.notices)


@pytest.mark.parametrize("name", [MEMBER, OTHERS[0]])
def test_an_account_whose_trails_were_asked_for_has_none(tmp_path, name):
    """Its own describe-trails has no trail: a notice, and nothing to ask."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "describe-trails.json").write_text('{"trailList": []}', encoding="utf-8")
    draft = draft_of(tmp_path, OWN)
    (bare,) = [text for text in draft.notices if text.startswith("no trail covers")]
    assert bare.startswith("no trail covers 1 account (")
    assert name in bare
    assert bare.endswith("what happens there makes no log file")
    (todo,) = [each.question for each in draft.todo if each.at == "trails"]
    assert todo.startswith("no trail covers 2 accounts")
    assert name not in todo


def test_the_owner_of_a_key_is_no_member(tmp_path):
    """It is met as such alone: whether it has trails is no question of this organization."""
    stranger = "999999999999"
    draft = draft_of(tmp_path, {**ANSWER, "KmsKeyId": KEY.replace(OWNER, stranger)})
    assert stranger in {each.id for each in draft.inventory.accounts}
    assert not any("no trail covers" in notice for notice in draft.notices)


def test_accounts_of_a_plan_that_no_trail_covers(tmp_path):
    """A plan of a trail of one account and of a new member."""
    arn = f"arn:aws:cloudtrail:us-east-1:{OWNER}:trail/org"
    trail = {**TRAIL, "arn": arn, "is_organization_trail": False}
    member = {"id": MEMBER, "name": "prod", "status": "ACTIVE"}
    resources = [instance("aws_cloudtrail.t", trail)]
    document = plan([*resources, instance("aws_organizations_account.a", member)])
    draft = discover_terraform(save(tmp_path, document))
    assert any(f"no trail covers 1 account ({MEMBER} prod)" in text for text in draft.notices)


def test_a_merge_names_what_no_trail_covers(tmp_path):
    """The account that the list adds has no trail in the inventory, which has those of one."""
    responses = {**RESPONSES, "describe-trails.json": {"trailList": [OWN]}}
    inventory = MINE.replace("scope: organization", "scope: account")
    draft = merge(tmp_path, inventory, responses)
    assert any(f"no trail covers 1 account ({MEMBER}" in text for text in draft.notices)
