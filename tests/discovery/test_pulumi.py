"""Stacks of Pulumi: what is exported, and what a preview is going to make."""

import json

import pytest

from estimator import KmscostError, discover_terraform, load_inventory
from estimator.discovery.terraform.pulumi import UNKNOWN

OWNER, MEMBER = "111122223333", "222222222222"
KEY = f"arn:aws:kms:eu-west-1:{OWNER}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{OWNER}:trail/org"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def urn(kind, name):
    """The URN of a resource."""
    return f"urn:pulumi:dev::audit::{kind}::{name}"


def state(kind, name, outputs, **more):
    """The state of a resource; its inputs are what its outputs repeat."""
    provider = f"{urn('pulumi:providers:aws', 'default_6_0_0')}::5a5a"
    return {
        "urn": urn(kind, name),
        "custom": True,
        "type": kind,
        "provider": provider,
        "inputs": {},
        "outputs": outputs,
        **more,
    }


PROVIDER = {
    "urn": urn("pulumi:providers:aws", "default_6_0_0"),
    "custom": True,
    "type": "pulumi:providers:aws",
    "inputs": {"region": "eu-west-1"},
    "outputs": {"region": "eu-west-1"},
}
TRAIL_TYPE, KEY_TYPE = "aws:cloudtrail/trail:Trail", "aws:kms/key:Key"
BUCKET_TYPE = "aws:s3/bucketV2:BucketV2"
ENCRYPTION_TYPE = (
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
)


def trail(**changes):
    """The outputs of the trail."""
    return {
        "arn": TRAIL,
        "name": "org",
        "homeRegion": "eu-west-1",
        "s3BucketName": "example-logs",
        "kmsKeyId": KEY,
        "isMultiRegionTrail": True,
        "isOrganizationTrail": True,
        "enableLogFileValidation": True,
        "enableLogging": True,
        "eventSelectors": [
            {
                "includeManagementEvents": True,
                "readWriteType": "All",
                "excludeManagementEventSources": ["kms.amazonaws.com"],
            }
        ],
        **changes,
    }


def resources():
    """The whole stack."""
    rule = {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"},
        "bucketKeyEnabled": True,
    }
    key = {"arn": KEY, "enableKeyRotation": True, "customerMasterKeySpec": "SYMMETRIC_DEFAULT"}
    return [
        PROVIDER,
        state(TRAIL_TYPE, "trail", trail()),
        state(KEY_TYPE, "logs", key),
        state(BUCKET_TYPE, "logs", {"bucket": "example-logs", "id": "example-logs"}),
        state(ENCRYPTION_TYPE, "logs", {"bucket": "example-logs", "rules": [rule]}),
        state(
            "aws:organizations/organization:Organization",
            "org",
            {"roots": [{"id": "r-ab12", "name": "Root"}], "masterAccountId": OWNER},
        ),
        state(
            "aws:organizations/organizationalUnit:OrganizationalUnit",
            "prod",
            {"id": "ou-ab12-11111111", "name": "Prod", "parentId": "r-ab12"},
        ),
        state(
            "aws:organizations/account:Account",
            "prod",
            {
                "id": MEMBER,
                "name": "prod",
                "parentId": "ou-ab12-11111111",
                "tagsAll": {"costCenter": "4711"},
                "status": "ACTIVE",
            },
        ),
        state("aws:ec2/instance:Instance", "web", {"arn": "x"}),
    ]


def discover(tmp_path, document, before=""):
    """The draft of a document, its text loaded as a file."""
    path = tmp_path / "stack.json"
    path.write_text(before + json.dumps(document), encoding="utf-8")
    draft = discover_terraform(path)
    if draft.inventory is not None:
        saved = tmp_path / "draft.yaml"
        saved.write_text(draft.text, encoding="utf-8")
        assert load_inventory(saved).streams() == draft.inventory.streams()
    return draft


def test_an_exported_stack(tmp_path):
    """Trail, key, bucket, account with OU and tags, each value from the stack."""
    draft = discover(tmp_path, {"version": 3, "deployment": {"resources": resources()}})
    (own,) = draft.inventory.trails
    assert (own.name, own.account, own.scope, own.home_region) == (
        *("org", OWNER, "organization", "eu-west-1"),
    )
    assert own.bucket.bucket_key
    assert own.exclude_kms_events
    assert draft.inventory.keys[0].arn == KEY
    assert {a.id: (a.ou, a.tags) for a in draft.inventory.accounts}[MEMBER] == (
        "Root/Prod",
        {"costCenter": "4711"},
    )
    assert [each.seen for each in draft.coverage if each.section == "trails"] == ["whole"]


def test_a_preview_follows_what_is_not_known_yet(tmp_path):
    """A new trail of a new key: the dependency says which; the key's account is open."""
    new = {
        "name": "org",
        "s3BucketName": "example-logs",
        "kmsKeyId": UNKNOWN,
        "isMultiRegionTrail": False,
    }
    steps = [
        {"op": "same", "newState": PROVIDER},
        {"op": "create", "newState": {**state(KEY_TYPE, "logs", None), "inputs": {}}},
        {"op": "create", "newState": {**state(KEY_TYPE, "other", None), "inputs": {}}},
        {
            "op": "create",
            "newState": {
                **state(TRAIL_TYPE, "trail", None),
                "inputs": new,
                "propertyDependencies": {"kmsKeyId": [urn(KEY_TYPE, "logs")]},
            },
        },
        {"op": "delete", "oldState": state(TRAIL_TYPE, "old", trail(name="old"))},
    ]
    document = {"config": {"aws:region": "eu-west-1"}, "steps": steps}
    draft = discover(tmp_path, document, before="Previewing update (dev)\n\n")
    (own,) = draft.inventory.trails
    (key,) = draft.inventory.keys
    assert (own.name, own.key, key.region) == ("org", key.id, "eu-west-1")
    assert "aws_kms_key.logs" in draft.text
    assert any("destroys trail 'old'" in notice for notice in draft.notices)


def test_a_secret_is_open_unless_it_is_shown(tmp_path):
    """The key's ARN as a secret: a TODO with the option that shows it."""
    hidden = {**SECRET, "ciphertext": "AAAA"}
    shown = {**SECRET, "plaintext": json.dumps(KEY)}
    stack = [PROVIDER, state(TRAIL_TYPE, "trail", trail(kmsKeyId=hidden))]
    draft = discover(tmp_path, {"version": 3, "deployment": {"resources": stack}})
    assert draft.inventory.trails[0].key is not None
    assert any("--show-secrets" in notice for notice in draft.notices)
    assert any("key" in todo.question for todo in draft.todo)
    stack[1] = state(TRAIL_TYPE, "trail", trail(kmsKeyId=shown))
    draft = discover(tmp_path, {"version": 3, "deployment": {"resources": stack}})
    assert draft.inventory.keys[0].arn == KEY


def test_a_trail_of_the_native_provider_is_named(tmp_path):
    """aws-native is not read: where all trails are of it, there is no draft."""
    stack = [PROVIDER, state("aws-native:cloudtrail:Trail", "trail", {"trailName": "org"})]
    with pytest.raises(KmscostError, match="not read"):
        discover(tmp_path, {"version": 3, "deployment": {"resources": stack}})


@pytest.mark.parametrize(
    "document", [{"version": 3, "deployment": {}}, {"config": {}, "steps": []}]
)
def test_an_empty_stack_drafts_nothing(document, tmp_path):
    """No error: nothing is there."""
    draft = discover(tmp_path, document)
    assert draft.inventory is None
    assert "nothing to draft" in draft.notices[-1]


def test_a_trail_that_is_still_to_be_deleted_goes_on(tmp_path):
    """A replacement whose deletion failed: AWS has both trails until the next update."""
    former = trail(name="old", arn=TRAIL.replace("trail/org", "trail/old"))
    states = [*resources(), state(TRAIL_TYPE, "audit", former, delete=True)]
    draft = discover(tmp_path, {"version": 3, "deployment": {"resources": states}})
    assert [each.name for each in draft.inventory.trails] == ["old", "org"]
    questions = [todo.question for todo in draft.todo if todo.at == "trails old"]
    assert any("deposed object" in question for question in questions)
