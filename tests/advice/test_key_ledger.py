"""The keys ledger of `kmscost advise`: costs by hand, and no verdict beyond its evidence."""

import csv
import io
import json

import pytest
from typer.testing import CliRunner

from estimator import advise
from estimator.cli import app
from tests.measurement.test_bucket_key_replay import event, write
from tests.october import KEY, write_october

OWNER = "111122223333"
INVENTORY = f"""\
version: 1
accounts: [{{id: "{OWNER}", regions: [us-east-1, eu-west-1]}}]
keys:
  - {{id: logs, region: us-east-1, arn: "{KEY}"}}
  - {{id: twice, region: eu-west-1, created: 2025-01-15, rotations: [2026-01-15, 2027-01-15]}}
trails: [{{name: org, key: logs, bucket: {{name: example-logs}}}}]
"""
EVEN = "bbbbbbbb-1111-2222-3333-444455556666"


def arn(key, region="us-east-1"):
    """The ARN of a key."""
    return f"arn:aws:kms:{region}:{OWNER}:key/{key}"


def metadata(key, state="Enabled", manager="CUSTOMER", **more):
    """The answer of describe-key."""
    return {
        "KeyMetadata": {
            "AWSAccountId": OWNER,
            "KeyId": key,
            "Arn": arn(key),
            "CreationDate": "2024-01-15T10:00:00+00:00",
            "KeyState": state,
            "KeyManager": manager,
            "KeySpec": "SYMMETRIC_DEFAULT",
            **more,
        }
    }


def usage(key, day=None, since="2026-01-01"):
    """The answer of get-key-last-usage; without a day there was no use since."""
    last = {
        "Operation": "Decrypt",
        "Timestamp": f"{day}T10:00:00+00:00",
        "CloudTrailEventId": "11111111-2222-3333-4444-555555555555",
        "KmsRequestId": "66666666-2222-3333-4444-555555555555",
    }
    return {
        "KeyId": key,
        "KeyLastUsage": last if day else {},
        "TrackingStartDate": f"{since}T00:00:00+00:00",
        "KeyCreationDate": "2024-01-15T10:00:00+00:00",
    }


def rotations(key, *days):
    """The answer of list-key-rotations: without any it does not name its key, its file does."""
    listed = [{"KeyId": key, "RotationDate": f"{day}T00:00:00Z"} for day in days]
    return {"Rotations": listed, "file": f"list-key-rotations-{key}"}


def rotates(key, day):
    """The answer of get-key-rotation-status."""
    return {
        "KeyId": key,
        "KeyRotationEnabled": True,
        "RotationPeriodInDays": 365,
        "NextRotationDate": f"{day}T00:00:00+00:00",
    }


def save(folder, *answers):
    """A file for each answer."""
    folder = folder / "answers"
    folder.mkdir(exist_ok=True)
    for number, answer in enumerate(answers):
        name = answer.pop("file", str(number))
        (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    return folder


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def ledger(folder, *options, text=INVENTORY):
    """The keys of the JSON, by name, and its notices."""
    path = folder / "i.yaml"
    path.write_text(text, encoding="utf-8")
    found = kmscost("advise", path, "--from", "2026-11", "--months", "1", "-f", "json", *options)
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    return {record["key"]: record for record in answer["keys"]}, answer["notices"]


def costs(record):
    """Now, after the next rotation, at most."""
    return tuple(
        record[name] for name in ("cost_usd", "cost_usd_after_next_rotation", "cost_usd_at_most")
    )


def test_what_a_key_costs_now_and_later(tmp_path):
    """USD 1.00 a key and as much for each of its first two rotations (F16); 3.00 at the most."""
    responses = save(
        tmp_path,
        metadata("never"),
        rotations("never"),
        metadata("disabled", "Disabled"),
        rotations("disabled", "2025-03-01"),
        rotates("disabled", "2027-03-01"),
        metadata("often"),
        # three rotations: the third adds nothing since 2024-05-01
        rotations("often", "2024-06-01", "2025-06-01", "2026-06-01"),
        rotates("often", "2027-06-01"),
        metadata("waiting", "PendingDeletion", DeletionDate="2026-12-01T00:00:00+00:00"),
        metadata("aws", manager="AWS"),
        metadata("mac", KeySpec="HMAC_256"),
        rotations("mac"),
        metadata("unsaid"),
        metadata("signs", KeySpec="RSA_2048"),
        metadata("stored", CustomKeyStoreId="cks-1234567890abcdef0"),
    )
    records, _ = ledger(tmp_path, "--responses", responses)
    assert costs(records["never"]) == (1, 1, 3)
    assert costs(records["disabled"]) == (2, 3, 3)
    assert records["disabled"]["next_rotation"] == "2027-03-01"
    assert costs(records["often"]) == (3, 3, 3)
    assert costs(records["waiting"]) == (0, 0, 0)
    assert records["waiting"]["deletion"] == "2026-12-01"
    assert costs(records["aws"]) == (0, 0, 0)
    # nobody need list the rotations of a key that cannot rotate: EnableKeyRotation refuses it
    assert costs(records["signs"]) == costs(records["stored"]) == (1, 1, 1)
    # a key that cannot rotate never costs more; without its rotations nobody knows what it costs
    assert costs(records["mac"]) == (1, 1, 1)
    assert costs(records["unsaid"]) == (None, None, 3)
    # the inventory's own: one rotation lies behind, one is planned
    assert costs(records["twice"]) == (2, 3, 3)
    assert records["twice"]["next_rotation"] == "2027-01-15"
    assert records["waiting"]["verdict"] == records["aws"]["verdict"] == "no cost"


def test_a_discount_is_taken_off(tmp_path):
    """Half of the price of a key."""
    responses = save(tmp_path, metadata("one"), rotations("one"))
    records, _ = ledger(tmp_path, "--responses", responses, "--discount", "50%")
    assert costs(records["one"]) == (0.5, 0.5, 1.5)


def test_a_key_without_use_can_go(tmp_path):
    """Last used on 1 March, and another key on 30 June: 121 days, as the answers are no older.

    2 to 31 March are 30 days, April 30, May 31, June 30.
    """
    responses = save(
        tmp_path,
        metadata("old"),
        rotations("old"),
        usage("old", "2026-03-01"),
        metadata("busy"),
        rotations("busy"),
        usage("busy", "2026-06-30"),
    )
    records, _ = ledger(tmp_path, "--responses", responses)
    assert (records["old"]["verdict"], records["old"]["days_without_use"]) == ("unused", 121)
    assert records["old"]["last_use"]["operation"] == "Decrypt"
    assert records["old"]["commands"][0] == f"aws kms disable-key --key-id {arn('old')}"
    assert (records["busy"]["verdict"], records["busy"]["commands"]) == ("used", [])
    # on the 122nd day before the last one that is known it was used
    longer = ledger(tmp_path, "--responses", responses, "--unused-days", "122")[0]
    assert longer["old"]["verdict"] == "used"


def test_a_disabled_key_is_not_disabled_again(tmp_path):
    """Only its deletion is left to ask for."""
    responses = save(
        tmp_path, metadata("old", "Disabled"), rotations("old"), usage("old"),
        usage("busy", "2026-06-30"), metadata("busy"),
    )  # fmt: skip
    (command,) = ledger(tmp_path, "--responses", responses)[0]["old"]["commands"]
    assert command.startswith("aws kms schedule-key-deletion")


def test_managing_a_key_is_no_use_of_it(tmp_path):
    """Decrypt on 1 October, DescribeKey on the 20th: the last use is the Decrypt (F26)."""
    events = [
        event(0, "Decrypt", "app", "o"),
        event(19 * 86400, "DescribeKey", "web", "o"),
    ]
    record = ledger(tmp_path, "--actuals", write(tmp_path, events))[0][
        "1234abcd-12ab-34cd-56ef-1234567890ab"
    ]
    assert (record["last_use"]["day"], record["last_use"]["operation"]) == ("2026-10-01", "Decrypt")


def test_a_use_of_long_ago_is_no_proof_of_use(tmp_path):
    """Used on 1 October, other logs to the 25th: 24 days, and nobody knows of those between."""
    other = arn("0ther000-12ab-34cd-56ef-1234567890ab", "eu-west-1")
    events = [
        event(0, "Decrypt", "app", "o"),
        event(
            24 * 86400, "Decrypt", "app", "o",
            resources=[{"accountId": OWNER, "type": "AWS::KMS::Key", "ARN": other}],
        ),
    ]  # fmt: skip
    write(tmp_path, events)
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    name = {days: ledger(tmp_path, "--actuals", tmp_path, "--unused-days", days)[0][key]
            for days in ("24", "25")}  # fmt: skip
    assert {days: record["verdict"] for days, record in name.items()} == {
        "24": "unknown",
        "25": "used",
    }


def test_an_old_answer_is_no_evidence(tmp_path):
    """The answer itself may be of the day of the last use: nothing says that none came later."""
    responses = save(tmp_path, metadata("old"), rotations("old"), usage("old", "2026-03-01"))
    record = ledger(tmp_path, "--responses", responses)[0]["old"]
    assert (record["days_without_use"], record["verdict"]) == (0, "used")
    assert record["evidence"][0]["to"] == "2026-03-01"


def test_never_used_since_it_is_tracked(tmp_path):
    """An empty answer: no use from 1 January to 30 June, 181 days; before it nobody knows."""
    responses = save(
        tmp_path, metadata("old"), rotations("old"), usage("old"), usage("busy", "2026-06-30"),
        metadata("busy"),
    )  # fmt: skip
    record = ledger(tmp_path, "--responses", responses)[0]["old"]
    assert (record["days_without_use"], record["verdict"]) == (181, "unused")
    assert record["last_use"] is None
    assert record["evidence"] == [
        {"from": "2026-01-01", "to": "2026-06-30", "source": "get-key-last-usage"}
    ]


def test_logs_tell_the_last_use_and_by_whom(tmp_path):
    """October's logs: the trail's key was used on the 31st; another one not for these 31 days."""
    write_october(tmp_path / "logs")
    responses = save(tmp_path, metadata(EVEN), rotations(EVEN))
    options = ("--actuals", tmp_path / "logs", "--responses", responses)
    records, _ = ledger(tmp_path, *options)
    assert records["logs"]["last_use"]["day"] == "2026-10-31"
    assert records["logs"]["verdict"] == "used"
    assert "trail org" in records["logs"]["used_by"]
    assert records["logs"]["requests_in_the_logs"] > 10_000
    other = records[EVEN]
    assert (other["verdict"], other["days_without_use"]) == ("unknown", 31)
    assert ledger(tmp_path, *options, "--unused-days", "31")[0][EVEN]["verdict"] == "unused"
    # eu-west-1 has no log of its own: nothing is known of the key there
    assert (records["twice"]["verdict"], records["twice"]["evidence"]) == ("unknown", [])


def test_logs_overrule_an_older_answer(tmp_path):
    """Used in October by the logs, whatever a response of June says."""
    write_october(tmp_path / "logs")
    name = KEY.rpartition("/")[2]
    responses = save(
        tmp_path, metadata(name), usage(name, "2026-01-02"), metadata("b"), usage("b", "2026-06-30")
    )
    record = ledger(tmp_path, "--actuals", tmp_path / "logs", "--responses", responses)[0]["logs"]
    assert (record["last_use"]["day"], record["verdict"]) == ("2026-10-31", "used")
    assert record["days_without_use"] == 0


def test_logs_that_leave_kms_out_tell_nothing(tmp_path):
    """A trail that excludes KMS events covers hours, and proves no key unused."""
    events = [
        event(day * 86400 + hour * 3600, "x", "app", "x")
        | {"eventSource": "s3.amazonaws.com", "eventName": "ListBuckets"}
        for day in range(28)
        for hour in range(24)
    ]
    record = ledger(tmp_path, "--actuals", write(tmp_path, events), "--unused-days", "7")[0][
        "twice"
    ]
    assert (record["evidence"], record["verdict"]) == ([], "unknown")


def test_a_key_that_only_logs_know(tmp_path):
    """Nobody says who manages it: what it costs to keep is not known, at most USD 3.00."""
    events = [event(second, "GenerateDataKey", "app", f"o{second}") for second in range(3)]
    records, _ = ledger(tmp_path, "--actuals", write(tmp_path, events))
    record = records["1234abcd-12ab-34cd-56ef-1234567890ab"]
    assert (costs(record), record["state"]) == ((None, None, 3), "unknown")
    assert "arn:aws:s3:::example-data" in record["used_by"]
    assert record["last_use"]["caller"] == f"arn:aws:iam::{OWNER}:role/app"


def test_aws_managed_keys_by_their_alias(tmp_path):
    """`alias/aws/s3` alone says that keeping the key costs nothing, whatever it is asked for."""
    name = "1234abcd-12ab-34cd-56ef-1234567890ab"
    alias = f"arn:aws:kms:eu-west-1:{OWNER}:alias/aws/s3"
    responses = save(
        tmp_path,
        {"Aliases": [{"AliasName": "alias/aws/s3", "AliasArn": alias, "TargetKeyId": name}]},
    )
    events = [event(second, "GenerateDataKey", "app", f"o{second}") for second in range(3)]
    logs = tmp_path / "logs"
    logs.mkdir()
    records, _ = ledger(tmp_path, "--actuals", write(logs, events), "--responses", responses)
    record = records["alias/aws/s3"]
    assert (costs(record), record["manager"], record["requests_in_the_logs"]) == (
        (0, 0, 0),
        "AWS",
        3,
    )


def test_a_key_that_others_use_is_not_to_be_deleted(tmp_path):
    """No trail is under it, and the inventory alone would let it go: the logs show an app."""
    key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    text = INVENTORY.replace("{id: twice, ", f'{{id: twice, arn: "{arn(key, "eu-west-1")}", ')
    path = tmp_path / "i.yaml"
    path.write_text(text, encoding="utf-8")
    events = [event(second, "GenerateDataKey", "app", f"o{second}") for second in range(3)]
    other = {"accountId": OWNER, "type": "AWS::KMS::Key", "ARN": arn(EVEN, "eu-west-1")}
    events.append(event(24 * 86400, "Decrypt", "app", "o", resources=[other]))
    logs = tmp_path / "logs"
    logs.mkdir()
    write(logs, events)
    before, after = advise(path, "2026-11", 1), advise(path, "2026-11", 1, actuals=logs)
    assert "unused-key" in {each.proposal.kind for each in before.recommendations}
    assert "unused-key" not in {each.proposal.kind for each in after.recommendations}
    # whether it was since is not known: that makes it no unused one
    later = advise(path, "2026-11", 1, actuals=logs, unused_days=24)
    assert "unused-key" not in {each.proposal.kind for each in later.recommendations}


def test_a_key_without_arn_is_named(tmp_path):
    """The inventory's key may be one of the responses' under another name."""
    _, notices = ledger(tmp_path, "--responses", save(tmp_path, metadata("one")))
    assert any("twice" in notice and "arn" in notice for notice in notices)


def test_people_read_it_too(tmp_path):
    """The table of keys, those that can go with their commands, and what is not known."""
    responses = save(
        tmp_path, metadata("old"), rotations("old"), usage("old", "2026-03-01"), metadata("busy"),
        usage("busy", "2026-06-30"),
        metadata("waiting", "PendingDeletion", DeletionDate=1796083200),
    )  # fmt: skip
    path = tmp_path / "i.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    options = ("--from", "2026-11", "--months", "1", "--responses", responses)
    for form in ("table", "markdown", "html"):
        shown = kmscost("advise", path, *options, "-f", form)
        assert shown.exit_code == 0, shown.output
        text = " ".join(shown.stdout.split())
        assert "not used in 121 days, by get-key-last-usage to 2026-06-30" in text
        assert f"aws kms disable-key --key-id {arn('old')}" in text
        assert "waiting on 2026-12-01" in text  # 1,796,083,200 s are 2026-12-01T00:00Z
    assert kmscost("advise", path, *options, "-f", "csv").exit_code == 0


def test_who_could_still_use_a_key(tmp_path):
    """Grants and the policy name who may use it, tags hint at whose it is; what only manages not.

    The second page of grants is missing, and of the other key nothing was asked.
    """

    def allow(action, principal, **more):
        return {"Effect": "Allow", "Action": action, "Principal": principal, **more}

    nightly = f"arn:aws:iam::{OWNER}:role/nightly"
    statements = [
        allow("kms:*", {"AWS": f"arn:aws:iam::{OWNER}:root"}),
        allow(["kms:GenerateDataKey*"], {"AWS": [nightly]}, Condition={"StringEquals": {}}),
        allow(["kms:Describe*", "kms:PutKeyPolicy"], {"AWS": f"arn:aws:iam::{OWNER}:role/admin"}),
        {"Effect": "Deny", "Action": "kms:*", "Principal": "*"},
    ]
    grant = {"KeyId": arn("old"), "GrantId": "1", "IssuingAccount": OWNER}
    grants = [
        {**grant, "GranteePrincipal": "rds.us-east-1.amazonaws.com",
         "Operations": ["Decrypt", "CreateGrant", "DescribeKey"]},
        {**grant, "GranteePrincipal": f"arn:aws:iam::{OWNER}:role/looks",
         "Operations": ["DescribeKey"]},
    ]  # fmt: skip
    responses = save(
        tmp_path,
        metadata("old"), rotations("old"), usage("old", "2026-03-01"),
        metadata("busy"), rotations("busy"), usage("busy", "2026-06-30"),
        {"Grants": grants, "Truncated": True, "NextMarker": "x"},
        {"Policy": json.dumps({"Statement": statements}), "PolicyName": "default",
         "file": "get-key-policy-old"},
        {"Tags": [{"TagKey": "env", "TagValue": "prod"}, {"TagKey": "Team", "TagValue": "pay"}],
         "Truncated": False, "file": "list-resource-tags-old"},
        # a bucket's: neither grants nor policy of a key
        {"Owner": {"ID": "x"}, "Grants": [], "file": "get-bucket-acl-old"},
        {"Policy": "{}", "file": "get-bucket-policy-busy"},
    )  # fmt: skip
    records, _ = ledger(tmp_path, "--responses", responses)
    old, busy = records["old"], records["busy"]
    assert old["tags"] == {"env": "prod", "Team": "pay"}
    assert sorted(old["could_use"]) == [
        "grant to rds.us-east-1.amazonaws.com (Decrypt)",
        f"key policy: {OWNER}:role/nightly under a condition",
        f"key policy: account {OWNER}, whom its IAM policies allow",
    ]
    assert old["could_use_missing"] == ["list-grants: the answer is one page of several"]
    assert (busy["could_use"], busy["could_use_missing"], busy["tags"]) == (
        None,
        ["list-grants", "get-key-policy"],
        {},
    )
    options = ("--from", "2026-11", "--months", "1", "--responses", responses)
    text = " ".join(kmscost("advise", tmp_path / "i.yaml", *options).stdout.split())
    assert "Could still use it: grant to rds.us-east-1.amazonaws.com (Decrypt);" in text
    assert "Tags: Team=pay, env=prod" in text
    shown = kmscost("advise", tmp_path / "i.yaml", *options, "-f", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(shown)))
    found = {row["key"]: row for row in rows if row["kind"] == "key"}
    assert set(found) == set(records)
    assert (found["old"]["verdict"], found["old"]["saves_usd"]) == ("unused", "1.0")
    assert (found["busy"]["cost_usd"], found["busy"]["saves_usd"]) == ("1.0", "")
    assert found["old"]["tags"] == "env=prod; Team=pay"
    assert found["busy"]["could_use_missing"] == "list-grants; get-key-policy"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--unused-days", "0"), 2),
        (("--responses", "nowhere"), 1),
        (("--responses", "i.yaml"), 1),
    ],
)
def test_bad_options(tmp_path, monkeypatch, options, code):
    """A number that is none of days, a path that is not there, a file that is no response."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "i.yaml").write_text(INVENTORY, encoding="utf-8")
    found = kmscost("advise", "i.yaml", *options)
    assert found.exit_code == code
    assert "Traceback" not in found.output


def test_nothing_is_said_of_keys_unasked(tmp_path):
    """Without logs and responses advice is what it was."""
    path = tmp_path / "i.yaml"
    path.write_text(INVENTORY, encoding="utf-8")
    assert "keys" not in advise(path, "2026-11", 1).to_dict()
