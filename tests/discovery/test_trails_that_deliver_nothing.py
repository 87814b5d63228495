"""Keys under which CloudTrail cannot write, deliveries that fail, trails of data events alone."""

import json

import pytest

from estimator import discover_aws_responses, discover_cloudformation, discover_terraform
from tests.discovery.plans import TRAIL, change, configure, instance, plan, save
from tests.discovery.test_plan_gaps import KEY, LIVE, act, questions
from tests.discovery.test_rows_without_arns import FIRST, WHOLE, row
from tests.discovery.test_saved import METADATA, RESPONSES, save_responses

ENABLE, CANCEL = "`aws kms enable-key`", "`aws kms cancel-key-deletion`"


def assert_nothing_delivered(draft, *words, name="org"):
    """No files, with a TODO at that place that says why and what to do."""
    (trail,) = draft.inventory.trails
    assert trail.files_per_day.other.mid == 0
    (question,) = questions(draft, f"trails {name}: files_per_day")
    for text in words:
        assert text in question


def key_of(**values):
    """A plan with a new key and a trail under it."""
    resources = [instance("aws_kms_key.k", values), instance("aws_cloudtrail.org", TRAIL)]
    config = [
        configure("aws_kms_key", "k"),
        configure("aws_cloudtrail", "org", kms_key_id=["aws_kms_key.k.arn", "aws_kms_key.k"]),
    ]
    return plan(resources, [change("aws_cloudtrail.org", ["kms_key_id", "arn"])], config)


def test_a_disabled_key_of_terraform(tmp_path):
    """`is_enabled = false`."""
    draft = discover_terraform(save(tmp_path, key_of(is_enabled=False)))
    assert_nothing_delivered(draft, "Disabled", ENABLE)


def test_an_enabled_key_of_terraform(tmp_path):
    """`is_enabled = true`, and without the attribute: the trail writes."""
    for values in ({"is_enabled": True}, {}):
        draft = discover_terraform(save(tmp_path, key_of(**values)))
        assert draft.inventory.trails[0].files_per_day is None
        assert not questions(draft, "trails org: files_per_day")


def test_an_external_key_without_its_material(tmp_path):
    """A state has AWS's own word for it."""
    values = {"arn": KEY, "enabled": False, "key_state": "PendingImport"}
    resources = [
        instance("aws_kms_external_key.k", values),
        instance("aws_cloudtrail.org", LIVE),
    ]
    draft = discover_terraform(save(tmp_path, plan(resources)))
    assert_nothing_delivered(draft, "PendingImport", "import its key material")


def test_a_plan_that_destroys_the_key_of_a_trail(tmp_path):
    """The trail stays, its key goes: what AWS does then is no write."""
    ends = act("aws_kms_key.k", "delete")
    ends["change"]["before"] = {"arn": KEY}
    document = plan([instance("aws_cloudtrail.org", LIVE)], [ends])
    draft = discover_terraform(save(tmp_path, document))
    assert_nothing_delivered(draft, "PendingDeletion", CANCEL)


@pytest.mark.parametrize("enabled", ["false", '"false"'])
def test_a_disabled_key_of_cloudformation(tmp_path, enabled):
    """`Enabled: false`, also as text."""
    path = tmp_path / "template.yaml"
    path.write_text(
        f"""Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{Enabled: {enabled}}}}}
  org: {{Type: AWS::CloudTrail::Trail, Properties: {{TrailName: org, KMSKeyId: !Ref Key}}}}
""",
        encoding="utf-8",
    )
    assert_nothing_delivered(discover_cloudformation(path), "Disabled", ENABLE)


@pytest.mark.parametrize(
    ("state", "cure"),
    [
        ("Disabled", ENABLE),
        ("PendingDeletion", CANCEL),
        ("PendingImport", "import its key material"),
        ("Unavailable", "connect its key store"),
    ],
)
def test_states_that_aws_tells(tmp_path, state, cure):
    """describe-key: each state has a cure of its own."""
    answers = {**RESPONSES, "describe-key.json": {"KeyMetadata": {**METADATA, "KeyState": state}}}
    assert_nothing_delivered(discover_aws_responses(save_responses(tmp_path, answers)), cure)


def test_imported_material_that_expires(tmp_path):
    """From that day on the key is pending import: until then the trail writes, and it is asked."""
    data = {"Origin": "EXTERNAL", "ValidTo": "2027-03-01T10:00:00Z"}
    answers = {**RESPONSES, "describe-key.json": {"KeyMetadata": {**METADATA, **data}}}
    (tmp_path / "a").mkdir()
    values = {"arn": KEY, "enabled": True, "key_state": "Enabled", "valid_to": data["ValidTo"]}
    external = instance("aws_kms_external_key.k", values)
    state = plan([external, instance("aws_cloudtrail.org", LIVE)])
    for draft in (
        discover_aws_responses(save_responses(tmp_path / "a", answers)),
        discover_terraform(save(tmp_path, state)),
    ):
        assert draft.inventory.trails[0].files_per_day is None
        asked = [todo.question for todo in draft.todo if todo.at.startswith("keys ")]
        assert any("its imported material expires on 2027-03-01" in text for text in asked)


@pytest.mark.parametrize(
    ("code", "cure"),
    [
        ("KMS.DisabledException", ENABLE),
        ("KMS.KMSInvalidStateException", CANCEL),
        ("KMS.NotFoundException", "give the trail another key"),
        ("AccessDenied", "let the policies of the bucket and of the key allow CloudTrail"),
        ("NoSuchBucket", "make the bucket again"),
        ("SlowDown", "mend the bucket or its policy"),
    ],
)
def test_each_delivery_error_has_its_own_cure(tmp_path, code, cure):
    """S3's codes, those of KMS with their prefix: the key is mended, or the bucket."""
    status = {"IsLogging": True, "LatestDeliveryError": code}
    answers = {**RESPONSES, "get-trail-status-org.json": status}
    draft = discover_aws_responses(save_responses(tmp_path, answers))
    assert_nothing_delivered(draft, code, cure)


@pytest.mark.parametrize(
    ("code", "words", "state", "cure"),
    [
        ("DisabledException", "is disabled", "Disabled", ENABLE),
        ("KMSInvalidStateException", "is pending deletion", "PendingDeletion", CANCEL),
    ],
)
def test_an_error_that_names_the_state_tells_it(tmp_path, code, words, state, cure):
    """The CLI's error in place of an answer about the key: its state, and the cure."""
    arn = METADATA["Arn"]
    answers = {name: answer for name, answer in RESPONSES.items() if name != "describe-key.json"}
    save_responses(tmp_path, answers)
    (tmp_path / "get-key-rotation-status-cloudtrail.json").write_text(
        f"\nAn error occurred ({code}) when calling the GetKeyRotationStatus operation: "
        f"{arn} {words}.\n",
        encoding="utf-8",
    )
    draft = discover_aws_responses(tmp_path)
    assert_nothing_delivered(draft, state, cure)
    assert any(code in line and cure in line for line in draft.notices)


DATA = [{"ReadWriteType": "All", "IncludeManagementEvents": False, "DataResources": [{}]}]
FIELD = {"Field": "eventCategory", "Equals": ["Data"]}


def of_data(tmp_path, kind):
    """A trail of data events alone, from each source."""
    arn = WHOLE["TrailARN"]
    trail = WHOLE | {"HasCustomEventSelectors": True}
    answers = {
        "basic": {"TrailARN": arn, "EventSelectors": DATA},
        "advanced": {"TrailARN": arn, "AdvancedEventSelectors": [{"FieldSelectors": [FIELD]}]},
    }
    if kind in answers:
        files = {"describe-trails.json": {"trailList": [trail]}, "selectors.json": answers[kind]}
        return discover_aws_responses(save_responses(tmp_path, files))
    if kind == "rows":
        each = row(FIRST, event_selectors=DATA, has_custom_event_selectors=True)
        return discover_aws_responses(save_responses(tmp_path, {"rows.json": [each]}))
    if kind == "terraform":
        block = {"field_selector": [{"field": "eventCategory", "equals": ["Data"]}]}
        values = {**LIVE, "name": "main", "advanced_event_selector": [block]}
        return discover_terraform(save(tmp_path, plan([instance("aws_cloudtrail.org", values)])))
    properties = {"TrailName": "main", "EventSelectors": [{"IncludeManagementEvents": False}]}
    resources = {"T": {"Type": "AWS::CloudTrail::Trail", "Properties": properties}}
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return discover_cloudformation(path)


@pytest.mark.parametrize("kind", ["basic", "advanced", "rows", "terraform", "cloudformation"])
def test_a_trail_of_data_events_alone_is_a_question(tmp_path, kind):
    """Its files are those of its data events, not 288: a TODO at files_per_day."""
    draft = of_data(tmp_path, kind)
    (question,) = questions(draft, "trails main: files_per_day")
    assert "no management events" in question
    assert draft.inventory.trails[0].files_per_day.other.mid == 288
    assert draft.inventory.trails[0].exclude_kms_events is True


def test_digest_files_alone_that_are_not_delivered(tmp_path):
    """The log files come, so the trail has its files; the digest files are a TODO."""
    status = {"IsLogging": True, "LatestDigestDeliveryError": "NoSuchBucket"}
    trail = {**WHOLE, "LogFileValidationEnabled": True}
    answers = {"describe-trails.json": {"trailList": [trail]}, "get-trail-status-main.json": status}
    draft = discover_aws_responses(save_responses(tmp_path, answers))
    assert draft.inventory.trails[0].log_file_validation is True
    assert draft.inventory.trails[0].files_per_day is None
    (question,) = questions(draft, "trails main: log_file_validation")
    assert question.startswith("its last digest file was not delivered (NoSuchBucket): make the")
