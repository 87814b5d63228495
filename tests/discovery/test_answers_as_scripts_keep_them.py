"""Answers with what tools print around them, in one list, or by account: as people's scripts do."""

import json

import pytest

from estimator import KmscostError, discover_aws_responses
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
