"""`--merge`: what is new comes in, and every word of the user stays where it is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import KmscostError, discover_aws_responses, discover_terraform, load_inventory
from tests.cli.test_discover import run
from tests.discovery.plans import TRAIL, instance, plan, save
from tests.discovery.test_saved import KEY, MEMBER, OWNER, RESPONSES, save_responses
from tests.real_data import ROOT
from tests.sampling import cases

MINE = f"""\
# ours, do not touch
version: 1
payer: "{OWNER}"   # the boss
other_kms_requests_per_month: 12_000
regions: [eu-west-1, me-south-1]
accounts:
  - {{id: "{OWNER}", name: boss, files_per_day: 400}}   # busy
keys:
  - id: ours          # as the team calls it
    account: "{OWNER}"
    region: eu-west-1
trails:
  - name: org
    account: "{OWNER}"
    key: ours
    files_per_day: {{low: 150, high: 290}}   # measured
    log_file_validation: false      # we say so
readers:
  - {{name: siem, kind: every-file}}
growth: {{accounts_per_year: 10%}}   # plan of 2026
"""


def merge(tmp_path, text=MINE, responses=RESPONSES, **more):
    path = tmp_path / "inventory.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    return discover_aws_responses(
        save_responses(tmp_path / "answers", responses), merge=path, **more
    )


def stays(before, after):
    """True where every line of a text is in another, in the same order."""
    lines = iter(after.splitlines())
    return all(any(line == other for other in lines) for line in before.splitlines())


def test_everything_of_the_user_stays(tmp_path):
    """Values, order, comments, spacing: only whole lines are added."""
    draft = merge(tmp_path)
    assert stays(MINE, draft.text)
    (tmp_path / "new.yaml").write_text(draft.text, encoding="utf-8")
    assert load_inventory(tmp_path / "new.yaml").streams() == draft.inventory.streams()


def test_what_is_new_comes_in(tmp_path):
    """The member account, the key's ARN, creation and rotations, the bucket, selectors."""
    draft = merge(tmp_path)
    (trail,), (key,) = draft.inventory.trails, draft.inventory.keys
    assert [account.id for account in draft.inventory.accounts] == [OWNER, MEMBER]
    assert (key.id, key.arn, str(key.created)) == ("ours", KEY, "2025-01-15")
    assert [str(day) for day in key.rotations] == ["2026-01-15", "2027-01-15"]
    assert (trail.bucket.name, trail.bucket.bucket_key) == ("example-logs", True)
    assert trail.exclude_kms_events
    assert trail.files_per_day.other.low == 150
    places = {change.at for change in draft.changes}
    assert {"accounts", "keys ours: arn", "trails org: bucket", "trails org: home_region"} <= places


def test_what_differs_is_kept_and_told_or_replaced(tmp_path):
    """log_file_validation: the file says false, AWS says true."""
    draft = merge(tmp_path)
    assert draft.inventory.trails[0].log_file_validation is False
    assert any("kept trails org: log_file_validation: false" in notice for notice in draft.notices)
    taken = merge(tmp_path, replace=True)
    assert taken.inventory.trails[0].log_file_validation is True
    assert "# we say so" in taken.text
    assert any("log_file_validation: false -> true" in str(change) for change in taken.changes)


def test_a_second_merge_changes_nothing(tmp_path):
    """The same source again: the same bytes, and a notice that says so."""
    first = merge(tmp_path)
    again = merge(tmp_path, text=first.text)
    assert again.text == first.text
    assert again.changes == ()
    assert "nothing to change" in again.notices[-1]


def test_a_new_trail_brings_its_key_and_its_sources(tmp_path):
    """A trail that the inventory does not have: added whole, with comments and a free key id."""
    text = MINE.replace("name: org", "name: other").replace("id: ours", "id: cloudtrail")
    draft = merge(tmp_path, text=text.replace("key: ours", "key: cloudtrail"))
    assert stays(text.replace("key: ours", "key: cloudtrail"), draft.text)
    trail = draft.inventory.trails[1]
    assert (trail.name, draft.inventory.key(trail.key).arn) == ("org", KEY)
    assert (
        "bucket_key: true  # get-bucket-encryption-example-logs.json: BucketKeyEnabled"
        in draft.text
    )


def test_accounts_of_a_file_are_known(tmp_path):
    """Accounts in a CSV file are not added a second time."""
    (tmp_path / "accounts.csv").write_text(
        f"id,name\n{OWNER},boss\n{MEMBER},prod\n", encoding="utf-8"
    )
    old = f'  - {{id: "{OWNER}", name: boss, files_per_day: 400}}   # busy\n'
    draft = merge(tmp_path, text=MINE.replace(old, "  - {file: accounts.csv}\n"))
    assert len(draft.inventory.accounts) == 2
    assert not [change for change in draft.changes if change.at == "accounts"]


def test_another_bucket_tells_nothing_of_this_one(tmp_path):
    """The file names another bucket: its Bucket Key is not that of the bucket that AWS tells."""
    other = "    key: ours\n    bucket: {name: elsewhere}\n"
    draft = merge(tmp_path, text=MINE.replace("    key: ours\n", other))
    assert (draft.inventory.trails[0].bucket.name, draft.inventory.trails[0].bucket.bucket_key) == (
        "elsewhere",
        False,
    )
    assert any("kept trails org: bucket.name: elsewhere" in notice for notice in draft.notices)


def test_a_placeholder_is_never_merged(tmp_path):
    """A plan that does not know its account: the trail comes in as the payer's, with its TODO."""
    path = save(tmp_path, plan([instance("aws_cloudtrail.new", {**TRAIL, "name": "new"})]))
    own = tmp_path / "inventory.yaml"
    own.write_text(MINE, encoding="utf-8")
    draft = discover_terraform(path, merge=own)
    assert "000000000000" not in draft.text
    assert draft.inventory.trails[1].account == OWNER
    assert "TODO" in draft.text.partition("name: new")[2]


def test_a_trail_outside_of_the_written_regions_is_told(tmp_path):
    """A single-Region trail in a Region that the user did not list: not added, and said."""
    values = {
        **TRAIL,
        "name": "far",
        "is_multi_region_trail": False,
        "is_organization_trail": False,
    }
    values["arn"] = f"arn:aws:cloudtrail:us-west-2:{OWNER}:trail/far"
    path = save(tmp_path, plan([instance("aws_cloudtrail.far", values)]))
    own = tmp_path / "inventory.yaml"
    own.write_text(MINE, encoding="utf-8")
    draft = discover_terraform(path, merge=own)
    assert len(draft.inventory.trails) == 1
    assert any("trail far was not added" in notice for notice in draft.notices)


def test_a_trail_that_is_not_added_brings_no_key(tmp_path):
    """Its key would cost a month's price for nothing: the inventory stays as it is."""
    far = {
        "Name": "far",
        "TrailARN": f"arn:aws:cloudtrail:us-west-2:{OWNER}:trail/far",
        "HomeRegion": "us-west-2",
        "S3BucketName": "far-logs",
        "IsMultiRegionTrail": False,
        "IsOrganizationTrail": False,
        "KmsKeyId": f"arn:aws:kms:us-west-2:{OWNER}:key/99999999-12ab-34cd-56ef-1234567890ab",
    }
    draft = merge(tmp_path, responses={"describe-trails.json": {"trailList": [far]}})
    assert [key.id for key in draft.inventory.keys] == ["ours"]
    assert any("trail far was not added" in notice for notice in draft.notices)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("flow", [False, True])
def test_forms_of_yaml(tmp_path, newline, flow):
    """Windows line ends stay; lists in brackets take new items inside of them."""
    text = MINE
    if flow:
        keys = f'keys: [{{id: ours, account: "{OWNER}", region: eu-west-1}}]\n'
        text = text[: text.index("keys:")] + keys + text[text.index("trails:") :]
        text = text.replace("key: ours", "key: null").replace("name: org", "name: elsewhere")
    text = text.replace("\n", newline)
    draft = merge(tmp_path, text=text)
    assert draft.text.count("\r\n") == (draft.text.count("\n") if newline == "\r\n" else 0)
    assert len(draft.inventory.keys) == (2 if flow else 1)


def test_nothing_to_draft_leaves_the_inventory(tmp_path):
    """A source without trails: the same text."""
    path = save(tmp_path, plan([instance("aws_kms_key.other", {})]))
    own = tmp_path / "inventory.yaml"
    own.write_text(MINE, encoding="utf-8")
    assert discover_terraform(path, merge=own).text == MINE


def test_an_inventory_that_fails_check_is_refused(tmp_path):
    """Mistakes of the file are said as check says them."""
    with pytest.raises(KmscostError, match="theirs"):
        merge(tmp_path, text=MINE.replace("key: ours", "key: theirs"))


def test_on_the_command_line(tmp_path):
    """The merged text is data, the changes are on stderr; the file itself may be the output."""
    own = tmp_path / "inventory.yaml"
    own.write_text(
        (ROOT / "examples" / "organization.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "more-accounts.csv").write_bytes(
        (ROOT / "examples" / "more-accounts.csv").read_bytes()
    )
    before = own.read_text(encoding="utf-8")
    done = run(
        "discover",
        "terraform",
        ROOT / "examples" / "plan.json",
        "--merge",
        own,
        "--output",
        own,
        cwd=tmp_path,
    )
    assert (done.code, done.out) == (0, ""), done.err
    assert "changed: " in done.err
    after = own.read_text(encoding="utf-8")
    assert after != before
    assert run("check", own, cwd=tmp_path).code == 0
    assert all(comment in after for comment in [x.partition("#")[2] for x in before.splitlines()])


@settings(max_examples=cases(25))
@given(left_out=st.sets(st.sampled_from(sorted(RESPONSES))), replace=st.booleans())
def test_any_part_of_the_answers_merges(left_out, replace, tmp_path_factory):
    """Whatever AWS told: passes check, keeps every comment, and a second time adds nothing."""
    responses = {name: response for name, response in RESPONSES.items() if name not in left_out}
    if not responses:
        return
    folder = tmp_path_factory.mktemp("merge")
    draft = merge(folder, responses=responses, replace=replace)
    comments = [line.partition("#")[2] for line in MINE.splitlines() if "#" in line]
    assert all(comment in draft.text for comment in comments)
    if not replace:
        assert stays(MINE, draft.text)
    again = folder / "again.yaml"
    again.write_text(draft.text, encoding="utf-8")
    assert discover_aws_responses(folder / "answers", merge=again, replace=replace).changes == ()


def in_csv(tmp_path):
    """The same inventory with its accounts in a CSV file."""
    lines = ["id,name,ou", f"{OWNER},boss,Root", f"{MEMBER},prod,", "333333333333,gone,", ""]
    (tmp_path / "accounts.csv").write_text("\n".join(lines), encoding="utf-8")
    old = f'  - {{id: "{OWNER}", name: boss, files_per_day: 400}}   # busy\n'
    return MINE.replace(old, "  - {file: accounts.csv}\n")


def reasons(draft, section):
    """What the inventory keeps against its sources, by the JSON."""
    return [
        reason
        for seen in draft.to_dict()["coverage"]
        if seen["of"] == section and seen["source"].endswith("inventory.yaml")
        for reason in seen["reasons"]
    ]


PLACED = {
    "Accounts": [
        {"Id": OWNER, "Name": "boss", "State": "ACTIVE", "Tags": {"team": "core"}},
        {"Id": MEMBER, "Name": "prod", "State": "ACTIVE", "Paths": [f"o-1/r-ab12/{MEMBER}/"]},
        {"Id": "333333333333", "Name": "gone", "State": "SUSPENDED"},
    ]
}


def test_what_files_of_accounts_do_not_say_is_counted(tmp_path):
    """One account has tags here, one an OU: of both the CSV says nothing: counted."""
    answers = {**RESPONSES, "list-accounts.json": PLACED}
    draft = merge(tmp_path, text=in_csv(tmp_path), responses=answers)
    found = reasons(draft, "accounts")
    assert any(
        "1 account in files" in each and "tags differ" in each and OWNER in each for each in found
    )
    assert any(
        "1 account in files" in each and "OUs differ" in each and MEMBER in each for each in found
    )
    assert all(any(each in notice for notice in draft.notices) for each in found)


def test_an_ou_and_tags_of_other_answers_come_in(tmp_path):
    """Accounts that the inventory writes itself get both, whichever form tells them."""
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "list.csv").write_text(
        f"id,name,ou,tag:team,status\n{OWNER},boss,Root/Top,core,ACTIVE\n", encoding="utf-8"
    )
    answers = {name: r for name, r in RESPONSES.items() if name != "list-accounts.json"}
    (account,) = merge(tmp_path, responses=answers).inventory.accounts
    assert (account.ou, account.tags) == ("Root/Top", {"team": "core"})


@pytest.mark.parametrize("form", ["yaml", "csv"])
def test_suspended_accounts_of_the_inventory_are_named(tmp_path, form):
    """Account 3 is SUSPENDED by the list: it stays, and a notice counts it."""
    written = MINE.replace("keys:\n", '  - {id: "333333333333", name: gone}\nkeys:\n', 1)
    text = in_csv(tmp_path) if form == "csv" else written
    draft = merge(tmp_path, text=text)
    assert "333333333333" in {account.id for account in draft.inventory.accounts}
    (reason,) = [each for each in reasons(draft, "accounts") if "not ACTIVE" in each]
    assert reason.startswith("1 account of the inventory not ACTIVE by list-accounts.json (333333")
    assert any(reason in notice for notice in draft.notices)
    ended = written.replace("name: gone}", "name: gone, until: 2026-11-01}")
    assert not reasons(merge(tmp_path, text=ended), "accounts")


def with_trail(**keys):
    """The inventory with another trail of the owner's."""
    lines = "".join(f"    {key}: {value}\n" for key, value in keys.items())
    trail = f'  - name: old\n    account: "{OWNER}"\n    scope: account\n    key: ours\n{lines}'
    return MINE.replace("readers:\n", f"{trail}readers:\n", 1)


SINGLE = {
    "Name": "near",
    "TrailARN": f"arn:aws:cloudtrail:me-south-1:{OWNER}:trail/near",
    "S3BucketName": "near-logs",
    "HomeRegion": "me-south-1",
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": False,
    "IsOrganizationTrail": False,
    "LogFileValidationEnabled": False,
    "HasCustomEventSelectors": False,
}


@pytest.mark.parametrize(
    ("trail", "file", "listed", "is_named"),
    [
        # the account's answer has no trail of it: every Region would show it
        ({}, f"{OWNER}/describe-trails.json", [], True),
        ({}, "describe-trails.json", [SINGLE], True),
        # nobody knows whose answer it is
        ({}, "describe-trails.json", [], False),
        # a trail of one Region shows in that Region's answer alone
        ({"regions": "[eu-west-1]"}, f"{OWNER}/eu-west-1/describe-trails.json", [], True),
        ({"regions": "[me-south-1]"}, f"{OWNER}/trails.json", [SINGLE], True),
        ({"regions": "[eu-west-1]"}, f"{OWNER}/trails.json", [SINGLE], False),
        # it ended already
        ({"until": "2026-11-01"}, f"{OWNER}/describe-trails.json", [], False),
    ],
)
def test_trails_that_are_gone_are_named(tmp_path, trail, file, listed, is_named):
    """Trail old is in no answer: named and counted where its account and Region were seen whole."""
    text = with_trail(**trail).replace("name: org\n", "name: other\n    until: 2026-01-01\n")
    answers = {"list-accounts.json": PLACED, file: {"trailList": listed}}
    draft = merge(tmp_path, text=text, responses=answers)
    found = reasons(draft, "trails")
    assert len(found) == is_named
    if is_named:
        assert found[0].startswith("1 trail of the inventory in no answer, though ")
        assert any(found[0] in notice for notice in draft.notices)
    assert "old" in {each.name for each in draft.inventory.trails}


def test_a_filtered_list_takes_no_trail_away(tmp_path):
    """What `--query` left over may have left the trail out."""
    answers = {f"{OWNER}/describe-trails.json": [SINGLE]}
    draft = merge(tmp_path, text=with_trail(), responses=answers)
    assert not reasons(draft, "trails")


def test_a_trail_that_delivers_no_more_is_told(tmp_path):
    """The inventory's trail stays as it is, and its last delivery failed: a TODO says so."""
    status = {"IsLogging": True, "LatestDeliveryError": "NoSuchBucket"}
    draft = merge(tmp_path, responses={**RESPONSES, "get-trail-status-org.json": status})
    assert any("its last delivery failed (NoSuchBucket)" in todo.question for todo in draft.todo)


def test_an_ou_that_is_not_known_for_certain_is_counted(tmp_path):
    """An OU without its name, and tags that two answers tell differently: neither is taken over."""
    account = {"Id": OWNER, "State": "ACTIVE", "Tags": {"team": "a"}}
    account["Paths"] = [f"o-1/r-ab12/ou-ab12-11111111/{OWNER}/"]
    answers = {
        "list-accounts.json": {"Accounts": [account]},
        f"list-tags-for-resource-{OWNER}.json": {"Tags": [{"Key": "team", "Value": "b"}]},
    }
    draft = merge(tmp_path, responses=answers)
    assert (draft.inventory.accounts[0].ou, draft.inventory.accounts[0].tags) == (None, {})
    found = reasons(draft, "accounts")
    assert any("OUs are not known for certain" in each and OWNER in each for each in found)
    assert any("tags are not known for certain" in each and "disagree" in each for each in found)


SHARED = {**SINGLE, "IsOrganizationTrail": True, "IsMultiRegionTrail": True}


@pytest.mark.parametrize(
    ("scope", "caller", "is_named"),
    [
        # every account of the organization sees all trails of the organization
        ("organization", MEMBER, True),
        ("organization", None, True),
        # nobody says who asked: all trails of the answer are the owner's
        ("account", None, True),
        ("account", OWNER, True),
        # a member sees no trail that is only another account's
        ("account", MEMBER, False),
    ],
)
def test_a_trail_that_an_organization_trail_replaced_is_named(tmp_path, scope, caller, is_named):
    """The answer lists the new trail alone: the old one is gone, and is counted."""
    text = (
        with_trail()
        .replace("scope: account", f"scope: {scope}")
        .replace("name: org\n", "name: other\n    until: 2026-01-01\n")
    )
    answers = {"us-east-1/describe-trails.json": {"trailList": [SHARED]}}
    if caller is not None:
        arn = f"arn:aws:iam::{caller}:user/x"
        answers["get-caller-identity.json"] = {"UserId": "x", "Account": caller, "Arn": arn}
    draft = merge(tmp_path, text=text, responses=answers)
    assert len(reasons(draft, "trails")) == is_named


@pytest.mark.parametrize("replace", [False, True])
def test_a_name_that_differs_is_told_and_replaced_where_asked(tmp_path, replace):
    """The list calls the account otherwise: the file wins, `--replace` takes the list's name."""
    listed = [{"Id": OWNER, "Name": "chief", "Status": "ACTIVE"}]
    draft = merge(tmp_path, responses={"list-accounts.json": {"Accounts": listed}}, replace=replace)
    (account,) = draft.inventory.accounts
    assert account.name == ("chief" if replace else "boss")
    lines = [str(change) for change in draft.changes] if replace else draft.notices
    assert any(f"accounts {OWNER}: name: boss" in text for text in lines)
