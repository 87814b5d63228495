"""`discover aws-responses`: saved answers of the AWS CLI, recognised by what they hold."""

import json

import pytest

from estimator import KmscostError, discover_aws_responses, discover_terraform, forecast
from tests.discovery.plans import instance, plan, save
from tests.real_data import DATA, needs_data

OWNER, MEMBER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:eu-west-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:cloudtrail:eu-west-1:{OWNER}:trail/org"
TRAIL = {
    "Name": "org",
    "S3BucketName": "example-logs",
    "IncludeGlobalServiceEvents": True,
    "IsMultiRegionTrail": True,
    "HomeRegion": "eu-west-1",
    "TrailARN": ARN,
    "LogFileValidationEnabled": True,
    "KmsKeyId": KEY,
    "HasCustomEventSelectors": True,
    "HasInsightSelectors": False,
    "IsOrganizationTrail": True,
}
METADATA = {
    "AWSAccountId": OWNER,
    "KeyId": KEY.rpartition("/")[2],
    "Arn": KEY,
    "CreationDate": "2025-01-15T10:00:00.123000+00:00",
    "Enabled": True,
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeyState": "Enabled",
    "KeyManager": "CUSTOMER",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "MultiRegion": False,
}
RULE = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
    "BucketKeyEnabled": True,
}
RESPONSES = {
    "describe-trails.json": {"trailList": [TRAIL]},
    "get-event-selectors.json": {
        "TrailARN": ARN,
        "AdvancedEventSelectors": [
            {
                "Name": "no KMS",
                "FieldSelectors": [
                    {"Field": "eventCategory", "Equals": ["Management"]},
                    {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
                ],
            }
        ],
    },
    "list-accounts.json": {
        "Accounts": [
            {"Id": OWNER, "Name": "management", "Status": "ACTIVE"},
            {"Id": MEMBER, "Name": "prod", "State": "ACTIVE"},
            {"Id": "333333333333", "Name": "gone", "Status": "SUSPENDED"},
        ]
    },
    "describe-organization.json": {"Organization": {"MasterAccountId": OWNER}},
    "describe-regions.json": {
        "Regions": [
            {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
            {"RegionName": "me-south-1", "OptInStatus": "opted-in"},
            {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
        ]
    },
    "describe-key.json": {"KeyMetadata": METADATA},
    "list-aliases.json": {
        "Aliases": [
            {
                "AliasName": "alias/cloudtrail",
                "AliasArn": f"arn:aws:kms:eu-west-1:{OWNER}:alias/cloudtrail",
                "TargetKeyId": METADATA["KeyId"],
            },
            {
                "AliasName": "alias/aws/s3",
                "AliasArn": f"arn:aws:kms:eu-west-1:{OWNER}:alias/aws/s3",
            },
        ]
    },
    "list-key-rotations.json": {
        "Rotations": [
            {"KeyId": METADATA["KeyId"], "RotationDate": 1768471200.0, "RotationType": "AUTOMATIC"}
        ]
    },
    "get-key-rotation-status-cloudtrail.json": {
        "KeyRotationEnabled": True,
        "KeyId": METADATA["KeyId"],
        "RotationPeriodInDays": 365,
        "NextRotationDate": "2027-01-15T10:00:00+00:00",
    },
    "get-bucket-encryption-example-logs.json": {
        "ServerSideEncryptionConfiguration": {"Rules": [RULE]}
    },
    "get-bucket-location-example-logs.json": {"LocationConstraint": "eu-west-1"},
    "get-trail-status-org.json": {"IsLogging": True},
}


def save_responses(folder, responses=RESPONSES, wrap=None):
    for name, response in responses.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(wrap(response) if wrap else response), encoding="utf-8")
    return folder


def without_comments(draft):
    return [line.partition("  #")[0] for line in draft.text.splitlines() if line.strip()[:1] != "#"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("Disabled", "it costs the same as an enabled key"),
        ("PendingDeletion", "it costs nothing from the day on which its deletion was scheduled"),
        ("PendingReplicaDeletion", "it costs nothing from the day on which its deletion"),
        ("Unavailable", "its state is Unavailable: CloudTrail cannot write under it"),
    ],
)
def test_what_a_keys_state_costs(tmp_path, state, expected):
    """Disabled keys cost, those that are pending deletion do not (F16): the draft says which.

    The day on which a deletion was scheduled is not told, so no `until` is made up: November 2026
    has a whole key-month, and as much for each of the two rotations that the answers tell.
    """
    responses = {**RESPONSES, "describe-key.json": {"KeyMetadata": {**METADATA, "KeyState": state}}}
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    assert expected in " ".join(draft.text.replace("#", " ").split())
    (key,) = draft.inventory.keys
    assert key.until is None
    rows = forecast(draft.inventory, "2026-11", 1).rows
    # created and once rotated before November; the rotation of 2027 is to come
    assert rows.loc[rows["cause"] == "key", "quantity"].sum() == 2


def test_a_whole_estate(tmp_path):
    """Trail, key with rotations, bucket, accounts, Regions and payer out of twelve answers."""
    draft = discover_aws_responses(save_responses(tmp_path))
    (trail,), (key,) = draft.inventory.trails, draft.inventory.keys
    assert (trail.name, trail.scope, trail.regions) == ("org", "organization", None)
    assert (trail.log_file_validation, trail.exclude_kms_events) == (True, True)
    assert (trail.bucket.name, trail.bucket.region, trail.bucket.bucket_key) == (
        "example-logs",
        "eu-west-1",
        True,
    )
    assert (key.id, key.arn, str(key.created)) == ("cloudtrail", KEY, "2025-01-15")
    assert [str(day) for day in key.rotations] == ["2026-01-15", "2027-01-15"]
    assert [(account.id, account.name) for account in draft.inventory.accounts] == [
        (OWNER, "management"),
        (MEMBER, "prod"),
    ]
    assert draft.inventory.regions() == ("eu-west-1", "me-south-1")
    # all but what no description of an estate tells
    assert [todo.at for todo in draft.todo] == ["other_kms_requests_per_month"]


def test_recordings_are_read_as_answers(tmp_path):
    """`{"status_code": 200, "data": ...}` around each answer changes nothing."""
    plain = discover_aws_responses(save_responses(tmp_path / "plain"))
    wrapped = save_responses(
        tmp_path / "kept", wrap=lambda data: {"status_code": 200, "data": data}
    )
    assert without_comments(discover_aws_responses(wrapped)) == without_comments(plain)


def test_every_value_says_where_it_was_read(tmp_path):
    """Each line of a trail and of a key has its source, by file and field."""
    draft = discover_aws_responses(save_responses(tmp_path))
    lines = {line.split("#")[0].strip(): line for line in draft.text.splitlines() if "#" in line}
    assert (
        "describe-key.json: CreationDate" in lines["created: 2025-01-15"]
        or "CreationDate" in lines["created: 2025-01-15"]
    )
    assert "get-bucket-encryption-example-logs.json: BucketKeyEnabled" in lines["bucket_key: true"]
    assert "get-event-selectors.json" in lines["exclude_kms_events: true"]
    for line in draft.text.partition("\nkeys:")[2].partition("\n# TODO who")[0].splitlines():
        assert not line.strip() or "  # " in line or line.endswith((":", "bucket:")), line


def test_without_its_name_an_answer_is_not_guessed(tmp_path):
    """get-bucket-encryption does not name its bucket: no file name, no Bucket Key, but a note."""
    responses = {name: response for name, response in RESPONSES.items() if "encryption" not in name}
    responses["encryption.json"] = RESPONSES["get-bucket-encryption-example-logs.json"]
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    assert draft.inventory.trails[0].bucket.bucket_key is False
    assert [todo for todo in draft.todo if "bucket_key" in todo.at]
    assert any("get-bucket-encryption-NAME.json" in notice for notice in draft.notices)


def test_regions_by_account_are_told_by_the_folder(tmp_path):
    """describe-regions below a folder named after an account is that account's."""
    responses = {
        name: response for name, response in RESPONSES.items() if name != "describe-regions.json"
    }
    responses[f"{MEMBER}/describe-regions.json"] = {"Regions": [{"RegionName": "eu-west-1"}]}
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    own = {account.id: account.regions for account in draft.inventory.accounts}
    assert own[MEMBER] == ("eu-west-1",)
    assert len(own[OWNER]) == 17
    assert [todo for todo in draft.todo if todo.at == "regions"]


def test_answers_that_disagree_make_a_question(tmp_path):
    """Two answers for one trail: with and without a key. The careful one counts, and it asks."""
    later = {name: value for name, value in TRAIL.items() if name != "KmsKeyId"}
    draft = discover_aws_responses(
        save_responses(tmp_path, {**RESPONSES, "later.json": {"trailList": [later]}})
    )
    assert draft.inventory.trails[0].key == "cloudtrail"
    (asked,) = [todo.question for todo in draft.todo if todo.at == "trails org: key"]
    assert "later.json says nothing" in asked


def test_a_page_of_several_is_said(tmp_path):
    """list-accounts cut short by --max-items: accounts are missing."""
    responses = {
        **RESPONSES,
        "list-accounts.json": {**RESPONSES["list-accounts.json"], "NextToken": "x"},
    }
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    assert any("one page of several" in notice for notice in draft.notices)
    assert any("may not be all" in notice for notice in draft.notices)


@pytest.mark.parametrize(
    ("accounts", "found", "missed"),
    [
        # numbers, ids alone and ids of 11 digits: how many accounts are missing
        ([{"Id": 111122223333}, {"Id": "22222222222"}], [], "2 accounts without an id of 12"),
        (["111122223333"], [], "1 account without an id of 12 digits was left out"),
        ([{"Id": "111122223333", "State": "ACTIVE"}, None], ["111122223333"], "1 account without"),
        # an organization has its management account at least
        ([], [], "no account is in it"),
        # State is null where an older API answers for it: Status says it
        ([{"Id": "111122223333", "State": None, "Status": "ACTIVE"}], ["111122223333"], ""),
        ([{"Id": "111122223333", "State": "Active"}], ["111122223333"], ""),
        ([{"Id": "111122223333", "State": "Pending closure"}], [], ""),
        ([{"Id": "111122223333", "State": None}], ["111122223333"], "neither State nor Status"),
    ],
)
def test_accounts_of_a_list_are_taken_or_counted(tmp_path, accounts, found, missed):
    """An account that is not read is one whose files are missing: a TODO with the number."""
    responses = {
        "describe-trails.json": RESPONSES["describe-trails.json"],
        "list-accounts.json": {"Accounts": accounts},
    }
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    listed = [account.id for account in draft.inventory.accounts if account.id in found]
    assert listed == found
    questions = [todo.question for todo in draft.todo if todo.at == "accounts"]
    assert any(missed in question for question in questions) == bool(missed)
    if found and not missed:
        assert not questions


def test_pages_of_yaml_stream_are_one_list(tmp_path):
    """`--output yaml-stream` writes each page as an item of one list."""
    save_responses(tmp_path, {"describe-trails.json": RESPONSES["describe-trails.json"]})
    (tmp_path / "list-accounts.yaml").write_text(
        "- Accounts:\n  - Id: '111122223333'\n    Status: ACTIVE\n"
        "- Accounts:\n  - Id: '222222222222'\n    Status: ACTIVE\n"
    )
    draft = discover_aws_responses(tmp_path)
    ids = [account.id for account in draft.inventory.accounts]
    assert ids == ["111122223333", "222222222222"]
    assert not any("skipped" in notice for notice in draft.notices)


def test_terraform_and_aws_say_the_same(tmp_path):
    """One estate as Terraform's state and as AWS's answers: the same draft but for its sources."""
    responses = {
        name: response
        for name, response in RESPONSES.items()
        if "rotation" not in name and "describe-regions" not in name
    }
    plain = {name: value for name, value in METADATA.items() if name != "CreationDate"}
    responses["describe-key.json"] = {"KeyMetadata": plain}
    by_aws = discover_aws_responses(save_responses(tmp_path / "answers", responses))
    selector = {
        "field_selector": [
            {"field": "eventCategory", "equals": ["Management"]},
            {"field": "eventSource", "not_equals": ["kms.amazonaws.com"]},
        ]
    }
    rule = {
        "bucket_key_enabled": True,
        "apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms"}],
    }
    accounts = [
        {"id": account["Id"], "name": account["Name"], "status": account.get("Status", "ACTIVE")}
        for account in RESPONSES["list-accounts.json"]["Accounts"]
    ]
    encryption = "aws_s3_bucket_server_side_encryption_configuration"
    document = plan(
        [
            instance(
                "aws_cloudtrail.org",
                {
                    "name": "org",
                    "arn": ARN,
                    "home_region": "eu-west-1",
                    "is_multi_region_trail": True,
                    "is_organization_trail": True,
                    "enable_log_file_validation": True,
                    "enable_logging": True,
                    "kms_key_id": KEY,
                    "s3_bucket_name": "example-logs",
                    "event_selector": [],
                    "advanced_event_selector": [selector],
                },
            ),
            instance(
                "aws_kms_key.logs",
                {"arn": KEY, "enable_key_rotation": False, "is_enabled": True},
            ),
            instance(
                "aws_kms_alias.logs",
                {
                    "name": "alias/cloudtrail",
                    "arn": f"arn:aws:kms:eu-west-1:{OWNER}:alias/cloudtrail",
                    "target_key_arn": KEY,
                },
            ),
            instance("aws_s3_bucket.logs", {"bucket": "example-logs", "region": "eu-west-1"}),
            instance(f"{encryption}.logs", {"bucket": "example-logs", "rule": [rule]}),
        ],
        prior=[
            instance(
                "data.aws_organizations_organization.this",
                {"master_account_id": OWNER, "accounts": accounts},
                mode="data",
            )
        ],
    )
    by_terraform = discover_terraform(save(tmp_path, document))
    assert without_comments(by_terraform) == without_comments(by_aws)
    assert [todo.at for todo in by_terraform.todo] == [todo.at for todo in by_aws.todo]


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
)
def test_other_partitions(tmp_path, partition, region):
    """GovCloud and China: ARNs, key and accounts stay in their partition."""
    text = (
        json.dumps(RESPONSES).replace("arn:aws:", f"arn:{partition}:").replace("eu-west-1", region)
    )
    responses = json.loads(text.replace("me-south-1", region))
    del responses["describe-regions.json"]
    draft = discover_aws_responses(save_responses(tmp_path, responses))
    assert {account.partition for account in draft.inventory.accounts} == {partition}
    assert draft.inventory.keys[0].region == region
    assert draft.inventory.keys[0].arn.startswith(f"arn:{partition}:kms:")


def test_windows_saves_utf_16(tmp_path):
    """PowerShell's > writes UTF-16: read all the same."""
    text = json.dumps(RESPONSES["describe-trails.json"])
    (tmp_path / "t.json").write_text(text, encoding="utf-16")
    assert discover_aws_responses(tmp_path).inventory.trails[0].name == "org"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", '{"a": 1}', "[" * 100_000, '{"trailList": 5, "x": ' + "[" * 9999]
)
def test_what_is_no_answer_is_an_error_that_shows_the_way(tmp_path, text):
    """Nothing to read: what was found and what to save instead."""
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError, match="describe-trails"):
        discover_aws_responses(tmp_path)


@needs_data
def test_the_recorded_answers():
    """130 recorded answers: 55 trail entries understood, 10 with a key, in a draft that passes."""
    draft = discover_aws_responses(DATA / "config" / "aws-responses")
    assert (draft.found["trails described"], draft.found["with a key"]) == (55, 10)
    assert len(draft.inventory.trails) == 18
    assert {key.arn for key in draft.inventory.keys} == {
        "arn:aws:kms:us-east-1:644160558196:key/36812ccf-daaf-49b1-a24b-0eef254ffe41",
        "arn:aws:kms:us-east-1:644160558196:key/c1b14bc1-16aa-4311-a49b-8c94c2614427",
    }


@needs_data
@pytest.mark.parametrize(
    "path",
    sorted((DATA / "config" / "aws-responses").rglob("*.json")) if DATA.is_dir() else [],
    ids=lambda path: "/".join(path.parts[-2:]) if hasattr(path, "parts") else "none",
)
def test_each_recorded_answer_alone(path):
    """A draft that passes check, or a sentence that says why there is none."""
    try:
        draft = discover_aws_responses(path)
    except KmscostError as error:
        assert "not an answer that discover reads" in str(error)  # noqa: PT017
    else:
        assert draft.inventory is not None or "nothing to draft" in draft.notices[-1]


def test_a_key_that_does_not_rotate_now_may_have(tmp_path):
    """Rotation is off, and nobody listed the past ones: up to two key prices, so it is a TODO."""
    off = {"KeyRotationEnabled": False, "KeyId": KEY}
    answers = {"describe-trails.json": {"trailList": [TRAIL]}, "status.json": off}
    draft = discover_aws_responses(save_responses(tmp_path / "a", answers))
    (todo,) = [todo for todo in draft.todo if todo.at.endswith("rotations")]
    assert "list-key-rotations" in todo.question
    answers["list.json"] = {"Rotations": [{"KeyId": KEY, "RotationDate": "2026-01-15T10:00:00Z"}]}
    draft = discover_aws_responses(save_responses(tmp_path / "b", answers))
    assert not [todo for todo in draft.todo if todo.at.endswith("rotations")]
    assert [str(day) for key in draft.inventory.keys for day in key.rotations] == ["2026-01-15"]


def test_copies_of_a_key_in_other_regions(tmp_path):
    """A replica names its primary, and each costs a key price, whoever is used by a trail."""
    primary = KEY.replace("eu-west-1", "us-east-1")
    both = {
        "MultiRegionKeyType": "REPLICA",
        "PrimaryKey": {"Arn": primary, "Region": "us-east-1"},
        "ReplicaKeys": [{"Arn": KEY, "Region": "eu-west-1"}],
    }
    data = {**METADATA, "MultiRegion": True, "MultiRegionConfiguration": both}
    answers = {
        "describe-trails.json": {"trailList": [TRAIL]},
        "key.json": {"KeyMetadata": data},
    }
    draft = discover_aws_responses(save_responses(tmp_path, answers))
    assert "those that belong to it in us-east-1 cost a key price each" in draft.text
