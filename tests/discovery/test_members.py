"""Who is a member of the organization is known or not: outsiders write nothing for its trail."""

import json

import pytest

from estimator import KmscostError, discover_aws_responses
from tests.discovery.test_merge import MINE, merge
from tests.discovery.test_saved import KEY, MEMBER, OWNER, RESPONSES, TRAIL, save_responses

STRANGER = "999999999999"
FOREIGN = KEY.replace(OWNER, STRANGER)
LISTED = {
    "Accounts": [
        {"Id": OWNER, "Name": "management", "Status": "ACTIVE"},
        {"Id": MEMBER, "Name": "prod", "Status": "ACTIVE"},
    ]
}
REGIONS = {"Regions": [{"RegionName": name} for name in ("eu-west-1", "us-east-1", "us-west-2")]}


def draft_of(tmp_path, **responses):
    named = {f"{name.replace('_', '-')}.json": response for name, response in responses.items()}
    return discover_aws_responses(save_responses(tmp_path, named))


def questions(draft, at):
    return [todo.question for todo in draft.todo if todo.at == at]


def test_an_outsiders_key_makes_no_streams(tmp_path):
    """Two members in three Regions are six streams; the key's owner is in no list and adds none."""
    draft = draft_of(
        tmp_path,
        describe_trails={"trailList": [{**TRAIL, "KmsKeyId": FOREIGN}]},
        list_accounts=LISTED,
        describe_regions=REGIONS,
    )
    assert sum(draft.inventory.streams().values()) == 6
    payers = {account.id: account.payer for account in draft.inventory.accounts}
    assert payers == {OWNER: OWNER, MEMBER: OWNER, STRANGER: STRANGER}
    assert "it is not in the list of list-accounts.json" in draft.text


def test_an_owner_of_a_key_may_be_a_member_where_nothing_lists_them(tmp_path):
    """Without a list it is not known: its own payer, no streams, and a TODO that says so."""
    draft = draft_of(
        tmp_path,
        describe_trails={"trailList": [{**TRAIL, "KmsKeyId": FOREIGN}]},
        describe_regions=REGIONS,
    )
    assert sum(draft.inventory.streams().values()) == 3
    (question,) = questions(draft, f"accounts {STRANGER}: payer")
    assert "met only as the owner of a key" in question


def test_a_merge_takes_no_account_of_what_it_does_not_take_over(tmp_path):
    """The trail is there already, under a key of ours: the owner of its other key stays out."""
    responses = {
        **RESPONSES,
        "describe-trails.json": {"trailList": [{**TRAIL, "KmsKeyId": FOREIGN}]},
    }
    draft = merge(tmp_path, MINE, responses)
    assert STRANGER not in {account.id for account in draft.inventory.accounts}
    assert MEMBER in {account.id for account in draft.inventory.accounts}


@pytest.mark.parametrize(
    ("name", "response", "words"),
    [
        ("list-accounts", {**LISTED, "NextToken": "x"}, "one page of several"),
        ("list-accounts-for-parent", LISTED, "the accounts of one organizational unit"),
        ("list-accounts-ou-abcd-12345678", LISTED, "the accounts of one organizational unit"),
        (
            "list-accounts",
            {
                "Accounts": [
                    {
                        "Id": MEMBER,
                        "Status": "ACTIVE",
                        "Arn": f"arn:aws:organizations::{OWNER}:account/o-exampleorgid/{MEMBER}",
                    }
                ]
            },
            f"the management account, {OWNER}, is not in it",
        ),
        (
            "list-accounts",
            {"Accounts": [{"Id": OWNER, "Name": "management"}]},
            "neither State nor Status",
        ),
    ],
)
def test_a_list_that_is_not_whole(tmp_path, name, response, words):
    """A page, the accounts of one unit, a list without the management account or any status."""
    folder = save_responses(
        tmp_path, {"describe-trails.json": {"trailList": [TRAIL]}, f"{name}.json": response}
    )
    draft = discover_aws_responses(folder)
    assert any(words in question for question in questions(draft, "accounts"))
    seen = [x["seen"] for x in draft.to_dict()["coverage"] if x["of"] == "accounts"]
    assert seen == ["part"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body>Sign in</body></html>", "a web page"),
        ('{"trailList": null}', "no answer"),
        (
            json.dumps({"Error": {"Code": "AccessDenied", "Message": "explicit deny in an SCP"}}),
            "AWS denied this call (AccessDenied: explicit deny in an SCP)",
        ),
    ],
)
def test_trails_of_which_nothing_could_be_read(tmp_path, text, words):
    """The accounts are there, the trails are not: a draft would say that there are none."""
    folder = save_responses(tmp_path, {"list-accounts.json": LISTED})
    (tmp_path / "describe-trails.json").write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError) as caught:
        discover_aws_responses(folder)
    assert words in str(caught.value)


def test_a_trail_whose_last_delivery_failed_writes_nothing(tmp_path):
    """AWS names the error: no files, no digests, and the question stands there."""
    draft = draft_of(
        tmp_path,
        describe_trails={"trailList": [TRAIL]},
        get_trail_status_org={"IsLogging": True, "LatestDeliveryError": "AccessDenied"},
    )
    (trail,) = draft.inventory.trails
    assert (trail.files_per_day.other.mid, trail.log_file_validation) == (0, False)
    assert "(AccessDenied)" in questions(draft, "trails org: files_per_day")[0]


def test_a_trail_whose_bucket_is_gone_writes_nothing(tmp_path):
    """The bucket's own call says NoSuchBucket."""
    folder = save_responses(
        tmp_path,
        {
            "describe-trails.json": {"trailList": [TRAIL]},
            "get-bucket-location-example-logs.json": {"Error": {"Code": "NoSuchBucket"}},
        },
    )
    draft = discover_aws_responses(folder)
    assert draft.inventory.trails[0].files_per_day.other.mid == 0
    assert "its bucket is gone" in questions(draft, "trails org: files_per_day")[0]


def test_the_second_rotation_of_a_key_comes_a_period_after_the_first(tmp_path):
    """Next on 2027-01-15, every 90 days: 16 + 28 + 31 + 15 days later is 2027-04-15."""
    draft = draft_of(
        tmp_path,
        describe_trails={"trailList": [TRAIL]},
        get_key_rotation_status={
            "KeyId": KEY,
            "KeyRotationEnabled": True,
            "RotationPeriodInDays": 90,
            "NextRotationDate": "2027-01-15T00:00:00Z",
        },
        **{f"list-key-rotations-{KEY.rpartition('/')[2]}": {"Rotations": []}},
    )
    key = draft.inventory.keys[0]
    assert [str(day) for day in key.rotations] == ["2027-01-15", "2027-04-15"]
