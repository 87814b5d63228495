"""Answers with what tools print around them, in one list, or by account: as people's scripts do."""

import gzip
import json

import pytest

from estimator import KmscostError, discover_aws_responses, discover_cloudformation
from tests.discovery.test_rows_without_arns import FIRST, KEY, SECOND, WHOLE

TRAILS = json.dumps({"trailList": [WHOLE]}, indent=4)
# as AWS CLI, aws-vault, saml2aws, granted and people's own loops print
PRELUDES = [
    "[default] account 111122223333\n",
    "[1/3] eu-west-1 ...\n[ok] done\n",
    "[✔] [prod](us-east-1) session credentials will expire in 1h\n",
    "[2026-11-28T10:00:00Z] INFO describe-trails\n",
    "Enter MFA code for arn:aws:iam::111122223333:mfa/me: ",
    "Enter passphrase to unlock /home/me/.awsvault/keys/: \n",
    "Logged in as: arn:aws:sts::111122223333:assumed-role/x/me\n\nStored {ok}\n",
    "+ aws cloudtrail describe-trails --output json\n",
]


def discover(folder, text, name="answers.json"):
    """The draft of one file."""
    (folder / name).write_text(text, encoding="utf-8")
    return discover_aws_responses(folder)


def names(draft):
    """The drafted trails, by account and name."""
    return [(trail.account, trail.name) for trail in draft.inventory.trails]


@pytest.mark.parametrize("prelude", PRELUDES)
def test_lines_before_an_answer_are_skipped_with_a_notice(prelude, tmp_path):
    """The answer is read, and the notice says that lines were skipped."""
    draft = discover(tmp_path, prelude + TRAILS + "\n")
    assert names(draft) == [(FIRST, "main")]
    assert any("around the answers w" in line and "skipped" in line for line in draft.notices)


def test_lines_before_yaml_are_skipped_with_a_notice(tmp_path):
    """The same for --output yaml."""
    text = f"Assuming role audit\ntrailList:\n- Name: main\n  TrailARN: {WHOLE['TrailARN']}\n"
    draft = discover(tmp_path, text, "answers.yaml")
    assert names(draft) == [(FIRST, "main")]
    assert any("1 line around the answers was skipped" in line for line in draft.notices)


def test_an_answer_that_is_cut_off_is_no_line(tmp_path):
    """Half of an answer behind a line: an error, never an estate without trails."""
    with pytest.raises(KmscostError, match="ends too early"):
        discover(tmp_path, PRELUDES[0] + TRAILS[: len(TRAILS) // 2], "describe-trails.json")


def other(account):
    """The trail of another account."""
    return WHOLE | {"TrailARN": f"arn:aws:cloudtrail:us-east-1:{account}:trail/main"}


BY_ACCOUNT = {a: {"trailList": [other(a)]} for a in (FIRST, SECOND)}


@pytest.mark.parametrize(
    "answer",
    [
        list(BY_ACCOUNT.values()),
        BY_ACCOUNT,
        {
            a: {"us-east-1": answer, "eu-west-1": {"trailList": []}}
            for a, answer in BY_ACCOUNT.items()
        },
        {a: answer["trailList"] for a, answer in BY_ACCOUNT.items()},
        {a: {"describe-trails": answer} for a, answer in BY_ACCOUNT.items()},
    ],
)
def test_answers_in_one_list_or_by_account(answer, tmp_path):
    """`jq -s`, or a script's own mapping: a trail of each of two accounts."""
    draft = discover(tmp_path, json.dumps(answer))
    assert [account for account, _ in names(draft)] == [FIRST, SECOND]


def test_what_is_told_by_name_belongs_to_it(tmp_path):
    """The encryption of buckets by their names: the Bucket Key is that of the trail's bucket."""
    trail = WHOLE | {"KmsKeyId": KEY}
    encryption = {"Rules": [{"BucketKeyEnabled": True}]}
    answer = {
        "describe-trails": {"trailList": [trail]},
        "b": {"ServerSideEncryptionConfiguration": encryption},
    }
    draft = discover(tmp_path, json.dumps(answer))
    assert draft.inventory.trails[0].bucket.bucket_key is True


@pytest.mark.parametrize(
    "answer", [{"Trails": [{"TrailARN": "x"}]}, {"Accounts2": [{"Id": FIRST}]}]
)
def test_fields_of_other_calls_are_no_accounts(answer, tmp_path):
    """A list under the name of a field is that call's own: refused."""
    with pytest.raises(KmscostError):
        discover(tmp_path, json.dumps(answer))


def test_the_form_of_python_is_named(tmp_path):
    """What print() makes of a response: json.dumps is the way out."""
    with pytest.raises(KmscostError, match=r"json\.dumps"):
        discover(tmp_path, str({"trailList": [WHOLE]}))


ARN = f"arn:aws:kms:us-east-1:{FIRST}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
UNDER_KEY = WHOLE | {"KmsKeyId": ARN}


def beside(tmp_path, name, answer):
    """The draft of a trail under a key, and of another answer."""
    (tmp_path / name).write_text(json.dumps(answer), encoding="utf-8")
    return discover(tmp_path, json.dumps({"trailList": [UNDER_KEY]}))


def test_members_that_a_query_took_out_tell_what_they_are(tmp_path):
    """`--query KeyMetadata...`, `--query ServerSideEncryptionConfiguration`, `--query Tags`."""
    key = {"Arn": ARN, "KeyState": "Disabled"}
    draft = beside(tmp_path, "key.json", key)
    assert draft.inventory.trails[0].files_per_day.other.mid == 0
    rules = {"Rules": [{"BucketKeyEnabled": True}]}
    draft = beside(tmp_path, "get-bucket-encryption-b.json", rules)
    assert draft.inventory.trails[0].bucket.bucket_key is True
    tags = [{"Key": "team", "Value": "core"}]
    (tmp_path / "list-accounts.json").write_text(
        json.dumps([{"Id": FIRST, "Name": "a", "Status": "ACTIVE"}]), encoding="utf-8"
    )
    draft = beside(tmp_path, f"list-tags-for-resource-{FIRST}.json", tags)
    assert draft.inventory.accounts[0].tags == {"team": "core"}


def test_a_list_in_which_no_trail_has_a_name_is_an_error(tmp_path):
    """Other spellings of the fields: never "no trails"."""
    lower = {name[0].lower() + name[1:]: value for name, value in WHOLE.items()}
    with pytest.raises(KmscostError, match="without Name and TrailARN"):
        discover(tmp_path, json.dumps({"trailList": [lower]}))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(TRAILS.encode(), mtime=0), "a packed file: unpack it"),
        (b"TRAILLIST\tFalse\tus-east-1\tTrue\tmain\tb\n", "--output text"),
    ],
)
def test_forms_that_are_not_read_are_named(tmp_path, content, words):
    """Packed, or text for people: the way out."""
    (tmp_path / "describe-trails.txt").write_bytes(content)
    with pytest.raises(KmscostError, match=words):
        discover_aws_responses(tmp_path)


@pytest.mark.parametrize("is_text", [False, True])
def test_the_answer_of_get_template_is_its_template(tmp_path, is_text):
    """`aws cloudformation get-template`: the body stands in it, as JSON or as text."""
    properties = {"TrailName": "org", "KMSKeyId": ARN}
    body = {"Resources": {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": properties}}}
    text = "Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n    Properties:\n"
    text += f"      TrailName: org\n      KMSKeyId: {ARN}\n"
    path = tmp_path / "template.json"
    answer = {"TemplateBody": text if is_text else body, "StagesAvailable": ["Original"]}
    path.write_text(json.dumps(answer), encoding="utf-8")
    draft = discover_cloudformation(path)
    assert [(trail.name, bool(trail.key)) for trail in draft.inventory.trails] == [("org", True)]


def test_a_key_of_which_nobody_says_whether_it_rotates_is_open(tmp_path):
    """Only its ARN is known: up to two rotations add a key price each."""
    draft = discover(tmp_path, json.dumps({"trailList": [UNDER_KEY]}))
    assert any(todo.at.endswith(": rotations") for todo in draft.todo)
