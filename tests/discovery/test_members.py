"""Who is a member of the organization is known or not: outsiders write nothing for its trail."""

import json

import pytest

from estimator import KmscostError, discover_aws_responses, discover_terraform
from tests.discovery.plans import TRAIL as PLANNED
from tests.discovery.plans import instance, plan, save
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
    # the value is not what was read there, and comes back with the files
    assert "LogFileValidationEnabled is on, but it writes no files" in draft.text
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


def page(*accounts, more=None):
    """A page of list-accounts, with the ARNs that name the management account."""
    arn = f"arn:aws:organizations::{OWNER}:account/o-exampleorgid"
    listed = [{"Id": each, "Arn": f"{arn}/{each}", "Status": "ACTIVE"} for each in accounts]
    return {"Accounts": listed, **({"NextToken": more} if more else {})}


def accounts_of(tmp_path, files):
    """The accounts of the draft of pages, what is said of their list, and how much is seen."""
    trails = {"describe-trails.json": {"trailList": [TRAIL]}}
    draft = discover_aws_responses(save_responses(tmp_path, {**trails, **files}))
    coverage = draft.to_dict()["coverage"]
    seen = [x["seen"] for x in coverage if x["of"] == "accounts" and x["seen"] != "whole"]
    ids = [account.id for account in draft.inventory.accounts]
    pages = [notice for notice in draft.notices if "page" in notice]
    return ids, pages, [*questions(draft, "accounts")], seen


THIRD = "333333333333"


@pytest.mark.parametrize(
    "files",
    [
        {"a-1.json": page(OWNER, more="x"), "a-2.json": page(MEMBER, THIRD)},
        # the last page is read first, and the management account stands on another
        {"last.json": page(MEMBER, THIRD), "more.json": page(OWNER, more="x")},
        {"p1.json": page(MEMBER, more="x"), "p2.json": page(OWNER, THIRD)},
        {"all.json": [page(OWNER, MEMBER, more="x"), page(THIRD)]},
    ],
)
def test_pages_with_the_last_one_are_the_whole_list(tmp_path, files):
    """One account and two on two pages: three accounts, and none of them is called missing."""
    ids, pages, asked, seen = accounts_of(tmp_path, files)
    assert (sorted(ids), asked, seen) == ([OWNER, MEMBER, THIRD], [], [])
    assert ["3 accounts on 2 pages of list-accounts" in text for text in pages] == [True]


def test_an_empty_last_page_ends_the_list(tmp_path):
    """AWS may give a token for a page on which nothing stands."""
    files = {"a-1.json": page(OWNER, MEMBER, more="x"), "a-2.json": page()}
    ids, pages, asked, _ = accounts_of(tmp_path, files)
    assert (ids, asked) == ([OWNER, MEMBER], [])
    assert ["2 accounts on 2 pages" in text for text in pages] == [True]


def test_pages_without_the_last_one_are_a_part(tmp_path):
    """Both have a token: what the last of them leads to is not here."""
    files = {"a-1.json": page(OWNER, more="x"), "a-2.json": page(MEMBER, more="y")}
    _, _, asked, seen = accounts_of(tmp_path, files)
    assert any("one page of several, so accounts are missing" in text for text in asked)
    assert set(seen) == {"part"}


def test_a_page_whose_number_is_left_out_is_missing(tmp_path):
    """Pages 1 and 3: AWS's answers do not say that there is one between them, their names do."""
    files = {"accounts-1.json": page(OWNER, more="x"), "accounts-3.json": page(MEMBER)}
    _, _, asked, seen = accounts_of(tmp_path, files)
    assert any("of its pages number 2 is not here" in text for text in asked)
    assert seen == ["part"]


def test_a_whole_list_beside_an_old_page_is_whole(tmp_path):
    """The page has nothing that the list has not."""
    files = {"accounts.json": page(OWNER, MEMBER), "page.json": page(OWNER, more="x")}
    assert accounts_of(tmp_path, files) == ([OWNER, MEMBER], [], [], [])


def test_pages_without_the_management_account_are_a_part(tmp_path):
    """It is a member of its organization: the page that it stands on is missing."""
    files = {"a.json": page(MEMBER, more="x"), "b.json": page(THIRD)}
    _, _, asked, _ = accounts_of(tmp_path, files)
    assert any(f"the management account, {OWNER}, is not in it" in text for text in asked)


@pytest.mark.parametrize("turned", [False, True])
def test_rotations_on_two_pages_are_all_counted(tmp_path, turned):
    """One on each page are two, so two key prices, whichever page is read first."""
    name = f"list-key-rotations-{KEY.rpartition('/')[2]}"
    first, second = (
        {"Rotations": [{"KeyId": KEY, "RotationDate": f"{year}-01-15T00:00:00Z"}], **more}
        for year, more in ((2025, {"Truncated": True, "NextMarker": "x"}), (2026, {}))
    )
    pages = (second, first) if turned else (first, second)
    named = {f"{number}/{name}.json": answer for number, answer in enumerate(pages)}
    for path, answer in {**named, "describe-trails.json": {"trailList": [TRAIL]}}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(json.dumps(answer), encoding="utf-8")
    (key,) = discover_aws_responses(tmp_path).inventory.keys
    assert [str(day) for day in key.rotations] == ["2025-01-15", "2026-01-15"]


def test_rotations_on_a_page_of_several_are_a_question(tmp_path):
    """What the other pages have is not known."""
    rotations = {"Rotations": [{"KeyId": KEY, "RotationDate": "2025-01-15"}], "Truncated": True}
    draft = draft_of(tmp_path, describe_trails={"trailList": [TRAIL]}, list_key_rotations=rotations)
    (asked,) = [todo.question for todo in draft.todo if todo.at.endswith(": rotations")]
    assert "one page of several" in asked
    assert [str(day) for day in draft.inventory.keys[0].rotations] == ["2025-01-15"]


SECOND = "444444444444"


def listed_by(manager, *others):
    """The accounts of an organization, whose ARNs name its management account."""
    arn = f"arn:aws:organizations::{manager}:account/o-{manager[:4]}exampleid"
    return {
        "Accounts": [
            {"Id": each, "Arn": f"{arn}/{each}", "Status": "ACTIVE"} for each in (manager, *others)
        ]
    }


def trail_of(owner):
    """An organization trail of a management account."""
    return {
        **{name: each for name, each in TRAIL.items() if name != "KmsKeyId"},
        "Name": f"org-{owner[0]}",
        "TrailARN": TRAIL["TrailARN"].replace(OWNER, owner).replace("trail/org", f"trail/{owner}"),
        "KmsKeyId": KEY.replace(OWNER, owner),
    }


@pytest.mark.parametrize("described", [False, True])
def test_two_organizations_are_not_one(tmp_path, described):
    """Three accounts and two, in three Regions: 9 and 6 streams, never 15 and 15.

    Each account is billed to the management account that its ARN names.
    """
    for manager, others in ((OWNER, (MEMBER, THIRD)), (SECOND, ("555555555555",))):
        answers = {
            "describe-trails.json": {"trailList": [trail_of(manager)]},
            "list-accounts.json": listed_by(manager, *others),
        }
        if described:
            answers["describe-organization.json"] = {"Organization": {"MasterAccountId": manager}}
        save_responses(tmp_path / manager, answers)
    (tmp_path / "describe-regions.json").write_text(json.dumps(REGIONS), encoding="utf-8")
    draft = discover_aws_responses(tmp_path)
    assert sorted(draft.inventory.streams().values()) == [6, 9]
    payers = {account.id: account.payer for account in draft.inventory.accounts}
    assert payers == {
        **dict.fromkeys((OWNER, MEMBER, THIRD), OWNER),
        **dict.fromkeys((SECOND, "555555555555"), SECOND),
    }
    assert not questions(draft, "payer")


def test_the_arns_of_accounts_name_who_pays(tmp_path):
    """No organization trail and no describe-organization: the list itself says it."""
    own = {**TRAIL, "IsOrganizationTrail": False}
    draft = draft_of(
        tmp_path, describe_trails={"trailList": [own]}, list_accounts=listed_by(MEMBER, OWNER)
    )
    assert draft.inventory.payers() == (MEMBER,)
    assert not questions(draft, "payer")


def test_a_page_of_one_organization_is_not_ended_by_the_list_of_another(tmp_path):
    """The second organization's list is whole, the first one's has a page to come."""
    files = {
        "a.json": {**listed_by(OWNER, MEMBER), "NextToken": "x"},
        "b.json": listed_by(SECOND, THIRD),
    }
    _, _, asked, _ = accounts_of(tmp_path, files)
    assert any("a.json: one page of several" in text for text in asked)


def test_the_consoles_lists_of_two_organizations(tmp_path):
    """Its column ARN says whose each account is."""
    for name, manager, other in (("a.csv", OWNER, MEMBER), ("b.csv", SECOND, THIRD)):
        arn = f"arn:aws:organizations::{manager}:account/o-exampleorgid"
        rows = [f"{each},{arn}/{each},x@example.com,n,ACTIVE" for each in (manager, other)]
        text = "\n".join(["Account ID,ARN,Email,Name,Status", *rows, ""])
        (tmp_path / name).write_text(text, encoding="utf-8")
    draft = draft_of(tmp_path, describe_trails={"trailList": [trail_of(OWNER), trail_of(SECOND)]})
    payers = {account.id: account.payer for account in draft.inventory.accounts}
    assert payers == {OWNER: OWNER, MEMBER: OWNER, SECOND: SECOND, THIRD: SECOND}


def test_the_states_of_two_organizations(tmp_path):
    """Each state has its organization: the second one's payer does not replace the first one's."""
    paths = []
    for manager, other in ((OWNER, MEMBER), (SECOND, THIRD)):
        listed = [
            {"id": each["Id"], "arn": each["Arn"], "name": "n", "status": "ACTIVE"}
            for each in listed_by(manager, other)["Accounts"]
        ]
        owner = {"master_account_id": manager, "accounts": listed}
        organization = instance("aws_organizations_organization.o", owner)
        trail = {**PLANNED, "name": f"t-{manager}", "kms_key_id": KEY.replace(OWNER, manager)}
        (tmp_path / manager).mkdir()
        document = plan([organization, instance("aws_cloudtrail.t", trail)])
        paths.append(save(tmp_path / manager, document))
    draft = discover_terraform(paths)
    payers = {account.id: account.payer for account in draft.inventory.accounts}
    assert payers == {OWNER: OWNER, MEMBER: OWNER, SECOND: SECOND, THIRD: SECOND}
    # both are new: each is its own organization's
    assert sorted(trail.account for trail in draft.inventory.trails) == [OWNER, SECOND]
