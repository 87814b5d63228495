"""`discover cloudformation`: what a template decides by itself, and what it leaves open."""

import json

import pytest

from estimator import KmscostError, discover_cloudformation

TEMPLATE = """\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Key: {Type: String, Default: ""}
  Stage: {Type: String, Default: prod}
  Name: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsOther: !Not [!Condition IsProd]
  HasKey: !Not [!Equals [!Ref Key, ""]]
Mappings:
  Names: {prod: {trail: organization}}
Resources:
  Logs:
    Type: AWS::KMS::Key
    Properties: {EnableKeyRotation: false}
  Alias:
    Type: AWS::KMS::Alias
    Properties: {AliasName: alias/cloudtrail, TargetKeyId: !GetAtt Logs.Arn}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "logs-${AWS::AccountId}"
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - BucketKeyEnabled: "true"
            ServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms"}
  Trail:
    Type: AWS::CloudTrail::Trail
    Condition: IsProd
    Properties:
      TrailName: !FindInMap [Names, !Ref Stage, trail]
      IsLogging: true
      IsMultiRegionTrail: "true"
      EnableLogFileValidation: !If [IsProd, true, false]
      KMSKeyId: KEYID
      S3BucketName: !Ref Bucket
      EventSelectors: !If [IsOther, [], [{ExcludeManagementEventSources: [kms.amazonaws.com]}]]
  Other:
    Type: AWS::CloudTrail::Trail
    Condition: IsOther
    Properties: {IsLogging: true, S3BucketName: other}
"""


def draft_template(tmp_path, key, **more):
    path = tmp_path / "trail.yaml"
    path.write_text(TEMPLATE.replace("KEYID", key), encoding="utf-8")
    return discover_cloudformation(path, **more)


@pytest.mark.parametrize(
    "key",
    [
        "!Ref Logs",
        "!GetAtt Logs.Arn",
        "{'Fn::GetAtt': [Logs, Arn]}",
        "!Ref Alias",
        "alias/cloudtrail",
        "!Sub '${Logs.Arn}'",
        "!Sub ['${K}', {K: !Ref Logs}]",
        "!Join ['', ['arn:aws:kms:eu-west-1:111122223333:key/', !Ref Logs]]",
        "!If [HasKey, !Ref Key, !Ref Logs]",
    ],
)
def test_the_key_of_the_template_is_found(tmp_path, key):
    """However the template names its own key, the trail is under it, by its alias."""
    draft = draft_template(tmp_path, key, account="111122223333", region="eu-west-1")
    (trail,) = draft.inventory.trails
    (found,) = draft.inventory.keys
    assert (trail.key, found.id, found.region) == ("cloudtrail", "cloudtrail", "eu-west-1")
    assert (trail.name, trail.account, trail.home_region) == (
        "organization",
        "111122223333",
        "eu-west-1",
    )
    assert (trail.bucket.name, trail.bucket.bucket_key) == ("logs-111122223333", True)
    assert (trail.log_file_validation, trail.exclude_kms_events) == (True, True)
    assert trail.scope == "account"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("!ImportValue shared-key", "imported from another stack"),
        ("!Ref Name", "parameter Name has no default"),
        ("!Ref Nothing", "told by nothing"),
        ("'{{resolve:ssm:/key}}'", "dynamic reference"),
        ("!Transform {Name: x}", "Fn::Transform"),
        ("!Sub '${AWS::StackName}-key'", "AWS::StackName"),
    ],
)
def test_what_the_template_leaves_open_is_a_question(tmp_path, key, why):
    """A key that the template does not decide: SSE-KMS with a stand-in, and the reason."""
    draft = draft_template(tmp_path, key)
    asked = [todo.question for todo in draft.todo if todo.at == "trails organization: key"]
    assert len(asked) == 1
    assert why in asked[0]
    assert draft.inventory.trails[0].key == "key-of-organization"


def test_conditions_and_defaults_are_said(tmp_path):
    """A resource whose condition does not hold is left out, and both are notices."""
    draft = draft_template(tmp_path, "!Ref Logs")
    assert any("Other was left out" in notice for notice in draft.notices)
    assert any("Stage='prod'" in notice and "--parameter" in notice for notice in draft.notices)
    swapped = draft_template(tmp_path, "!Ref Logs", parameters={"Stage": "dev"})
    assert swapped.inventory.trails[0].bucket.name == "other"


def test_no_template_says_where_it_is_deployed(tmp_path):
    """Without --account and --region both are placeholders with a TODO."""
    draft = draft_template(tmp_path, "!Ref Logs")
    assert draft.inventory.trails[0].account == "000000000000"
    places = {todo.at for todo in draft.todo}
    assert {
        "trails organization: account",
        "trails organization: home_region",
        "keys cloudtrail: region",
    } <= places


def test_yaml_and_json_say_the_same(tmp_path):
    """The same template as JSON, with functions in their long form."""
    template = {
        "Resources": {
            "K": {"Type": "AWS::KMS::Key"},
            "T": {
                "Type": "AWS::CloudTrail::Trail",
                "Properties": {"TrailName": "org", "KMSKeyId": {"Fn::GetAtt": ["K", "Arn"]}},
            },
        }
    }
    short = "Resources:\n  K: {Type: AWS::KMS::Key}\n  T:\n    Type: AWS::CloudTrail::Trail\n"
    short += "    Properties: {TrailName: org, KMSKeyId: !GetAtt K.Arn}\n"
    (tmp_path / "t.json").write_text(json.dumps(template), encoding="utf-8")
    (tmp_path / "t.yaml").write_text(short, encoding="utf-8")
    first, other = (discover_cloudformation(tmp_path / name) for name in ("t.json", "t.yaml"))
    assert first.inventory.trails == other.inventory.trails
    assert first.inventory.keys == other.inventory.keys


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "an empty file"),
        ("a: b", "no Resources"),
        ("Resources: 5", "the number 5 as Resources"),
        ("- a", "a list"),
        ("{", "ends too early"),
        ('{"a" 1}', "not JSON"),
        ('{"a": ' + "[" * 100_000, "nested beyond all sense"),
        ("a: " + "[" * 1000, "values nested more than 40 deep"),
        ("a: &a [1, 1]\nb: *c", "no Resources"),
        ("Resources: {x: !Ref", "expected YAML"),
    ],
)
def test_what_is_no_template_is_refused(tmp_path, text, says):
    """Broken and hostile templates: one sentence each."""
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError) as caught:
        discover_cloudformation(path)
    assert says in str(caught.value)


def test_conditions_in_a_circle_end(tmp_path):
    """A condition that names itself is a question, not a crash."""
    path = tmp_path / "t.yaml"
    path.write_text(
        "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n"
        "Resources: {T: {Type: AWS::CloudTrail::Trail, Condition: A}}\n",
        encoding="utf-8",
    )
    draft = discover_cloudformation(path)
    assert any("its condition A is open" in notice for notice in draft.notices)


LOGS = """\
Resources:
  Logs: {Type: "AWS::KMS::Key", Properties: {EnableKeyRotation: false}}
  Bucket: {Type: "AWS::S3::Bucket", Properties: {BucketName: example-logs}}
Outputs:
  KeyArn:
    Value: !GetAtt Logs.Arn
    Export: {Name: NAME}
  ExportsOutputRefBucket:
    Value: !Ref Bucket
    Export: {Name: "LogStack:ExportsOutputRefBucket"}
"""
USES = """\
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      TrailName: org
      IsLogging: true
      S3BucketName: {"Fn::ImportValue": "LogStack:ExportsOutputRefBucket"}
      KMSKeyId: KEY
"""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        (
            '"LogStack:ExportsOutputFnGetAttLogsArn"',
            '{"Fn::ImportValue": "LogStack:ExportsOutputFnGetAttLogsArn"}',
        ),
        ('!Sub "${AWS::StackName}-KeyArn"', "!ImportValue log-stack-KeyArn"),
        (
            '!Join ["-", [!Ref "AWS::StackName", KeyArn]]',
            '!ImportValue {"Fn::Sub": "log-stack-KeyArn"}',
        ),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_imports_are_found_in_the_other_templates(tmp_path, name, key, order):
    """CDK's cross-stack form, and names made of a stack's, in any order of files."""
    texts = {"logs.yaml": LOGS.replace("NAME", name), "trail.yaml": USES.replace("KEY", key)}
    for file, text in texts.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    draft = discover_cloudformation([tmp_path / file for file in list(texts)[::order]])
    (trail,) = draft.inventory.trails
    assert (trail.key, trail.bucket.name) == ("Logs", "example-logs")
    assert not [todo for todo in draft.todo if todo.at == "trails org: key"]


def test_the_only_key_of_another_template_is_offered(tmp_path):
    """A parameter that nobody gave, and one key in the template beside it: to be confirmed."""
    (tmp_path / "logs.yaml").write_text(LOGS.replace("NAME", "x"), encoding="utf-8")
    text = "Parameters: {Key: {Type: String}}\n" + USES.replace("KEY", "!Ref Key")
    (tmp_path / "trail.yaml").write_text(text, encoding="utf-8")
    draft = discover_cloudformation([tmp_path / "logs.yaml", tmp_path / "trail.yaml"])
    assert draft.inventory.trails[0].key == "Logs"
    (question,) = [todo.question for todo in draft.todo if todo.at == "trails org: key"]
    assert "the only key here: confirm it" in question


@pytest.mark.parametrize(
    ("resource", "words"),
    [
        (
            "{Type: 'AWS::CloudFormation::StackSet', Properties: {TemplateURL: 'https://x/y'}}",
            "a stack set, in accounts and Regions that it does not list",
        ),
        ("{Type: 'AWS::CloudFormation::Stack', Properties: {}}", "a stack of its own"),
        ("{Type: 'AWS::Serverless::Application', Properties: {}}", "a stack of its own"),
        ("{Type: 'AWS::ControlTower::LandingZone', Properties: {}}", "Control Tower landing zone"),
        ("{Type: 'Org::Audit::Logging::MODULE', Properties: {}}", "is a module"),
        ("{Type: 'Custom::OrgTrail', Properties: {}}", "it may be a trail"),
    ],
)
def test_what_a_template_makes_in_other_ways_is_named(tmp_path, resource, words):
    """Stack sets, nested stacks, landing zones, modules, custom resources: a part is missing."""
    text = USES.replace("KEY", "alias/logs") + f"  Other: {resource}\n"
    (tmp_path / "trail.yaml").write_text(text, encoding="utf-8")
    draft = discover_cloudformation(tmp_path / "trail.yaml")
    assert any(words in todo.question for todo in draft.todo if todo.at == "trails")
    assert [seen.seen for seen in draft.coverage if seen.section == "trails"] == ["part"]


def test_exports_that_import_one_another_end(tmp_path):
    """A circle of two templates, and an output that is none: an open question, no crash."""
    for name, other in (("a", "b"), ("b", "a")):
        text = USES.replace("KEY", "!ImportValue a") + (
            f"Outputs: {{O: {{Value: !ImportValue {other}, Export: {{Name: {name}}}}}, P: 7}}\n"
        )
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    draft = discover_cloudformation([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert any("imported from another stack (a)" in todo.question for todo in draft.todo)


TWO = "Resources:\n  A:\n    Type: AWS::CloudTrail::Trail\n"


def test_a_second_template_in_a_file_is_an_error(tmp_path):
    """Its trails would be missing without a word."""
    path = tmp_path / "two.yaml"
    path.write_text(f"{TWO}---\n{TWO.replace('A:', 'B:')}", encoding="utf-8")
    with pytest.raises(KmscostError, match=r"a second document.*a file of its own"):
        discover_cloudformation(path)


def test_lines_before_a_template_are_skipped_with_a_notice(tmp_path):
    """What a build prints before the template that it synthesizes."""
    path = tmp_path / "synth.yaml"
    path.write_text(f"Bundling asset Stack/Code...\n\n{TWO}", encoding="utf-8")
    draft = discover_cloudformation(path)
    assert len(draft.inventory.trails) == 1
    assert any("lines that are no YAML" in line and "skipped" in line for line in draft.notices)


@pytest.mark.parametrize(
    "order", [("primary.yaml", "replica.yaml"), ("replica.yaml", "primary.yaml")]
)
def test_a_replica_rotates_as_its_primary(tmp_path, order):
    """It has no EnableKeyRotation of its own: its primary's template tells, else it is a TODO."""
    files = {
        "primary.yaml": """
            Resources:
              Key:
                Type: AWS::KMS::Key
                Properties: {MultiRegion: true, EnableKeyRotation: true, RotationPeriodInDays: 120}
            Outputs: {Arn: {Value: !GetAtt Key.Arn, Export: {Name: primary}}}
            """,
        "replica.yaml": """
            Resources:
              Copy:
                Type: AWS::KMS::ReplicaKey
                Properties: {PrimaryKeyArn: !ImportValue primary}
              Trail:
                Type: AWS::CloudTrail::Trail
                Properties: {TrailName: t, IsLogging: true, S3BucketName: b, KMSKeyId: !Ref Copy}
            """,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    draft = discover_cloudformation([tmp_path / name for name in order])
    (question,) = [todo.question for todo in draft.todo if "keys Copy: rotations" in todo.at]
    assert "rotates every 120 days" in question
    # the primary costs a key price of its own: it is said at the replica, not called a stranger
    assert "those that belong to it cost a key price each" in draft.text
    assert not any("no trail uses" in notice for notice in draft.notices)

    alone = discover_cloudformation(tmp_path / "replica.yaml")
    (question,) = [todo.question for todo in alone.todo if "keys Copy: rotations" in todo.at]
    assert "its primary key, which is not described here" in question


_ADVANCED = "AdvancedEventSelectors: [{FieldSelectors: [%s]}]"
_MANAGEMENT = "{Field: eventCategory, Equals: [Management]}, "


@pytest.mark.parametrize(
    ("selectors", "excluded", "is_open"),
    [
        ("EventSelectors: [{ExcludeManagementEventSources: [!Ref X]}]", False, True),
        (
            "EventSelectors: [{ExcludeManagementEventSources: [!Ref X, kms.amazonaws.com]}]",
            True,
            False,
        ),
        ("EventSelectors: [{ReadWriteType: !Ref X}]", False, True),
        ("EventSelectors: [{ReadWriteType: Some}]", False, True),
        # whatever X is, management events are left out
        ("EventSelectors: [{ReadWriteType: !Ref X, IncludeManagementEvents: false}]", True, False),
        (
            _ADVANCED % "{Field: eventCategory, Equals: [!Ref X]}",
            False,
            True,
        ),
        (
            _ADVANCED % (_MANAGEMENT + "{Field: eventSource, NotEquals: [!Ref X]}"),
            False,
            True,
        ),
        # a word in YAML without quotes: read events, as KMS's are
        (
            _ADVANCED % (_MANAGEMENT + "{Field: readOnly, Equals: [true]}"),
            False,
            False,
        ),
    ],
)
def test_selectors_with_a_part_that_the_template_leaves_open(
    tmp_path, selectors, excluded, is_open
):
    """Copies of KMS events cost: a parameter without a default is never a no."""
    (tmp_path / "t.yaml").write_text(
        "Parameters: {X: {Type: String}}\nResources:\n  T:\n    Type: AWS::CloudTrail::Trail\n"
        "    Properties:\n      {TrailName: t, IsLogging: true, S3BucketName: b, "
        f"KMSKeyId: alias/a, {selectors}}}\n"
    )
    draft = discover_cloudformation(tmp_path / "t.yaml")
    (trail,) = draft.inventory.trails
    assert trail.exclude_kms_events == excluded
    assert any("exclude_kms_events" in todo.at for todo in draft.todo) == is_open


@pytest.mark.parametrize(
    "encryption",
    ["!Ref X", "{ServerSideEncryptionConfiguration: !Ref X}", "{}", "x"],
)
def test_a_buckets_encryption_that_the_template_leaves_open(tmp_path, encryption):
    """Whether there is a Bucket Key is a question, not "no BucketKeyEnabled"."""
    (tmp_path / "t.yaml").write_text(
        "Parameters: {X: {Type: String}}\nResources:\n  B:\n    Type: AWS::S3::Bucket\n"
        f"    Properties: {{BucketName: b, BucketEncryption: {encryption}}}\n"
        "  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {TrailName: t, IsLogging: true, "
        "S3BucketName: !Ref B, KMSKeyId: alias/a}\n"
    )
    draft = discover_cloudformation(tmp_path / "t.yaml")
    (question,) = [todo.question for todo in draft.todo if "bucket_key" in todo.at]
    assert question.startswith("BucketEncryption: ")


def test_a_rule_that_a_condition_takes_away_is_no_question(tmp_path):
    """The condition does not hold: no rule is left, and no Bucket Key."""
    (tmp_path / "t.yaml").write_text(
        "Parameters: {X: {Type: String, Default: a}}\nConditions: {C: !Equals [!Ref X, b]}\n"
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: b\n"
        "      BucketEncryption: {ServerSideEncryptionConfiguration: "
        "[!If [C, {BucketKeyEnabled: true}, !Ref AWS::NoValue]]}\n"
        "  T:\n    Type: AWS::CloudTrail::Trail\n    Properties: {TrailName: t, IsLogging: true, "
        "S3BucketName: !Ref B, KMSKeyId: alias/a}\n"
    )
    draft = discover_cloudformation(tmp_path / "t.yaml")
    assert not any("bucket_key" in todo.at for todo in draft.todo)
    assert not draft.inventory.trails[0].bucket.bucket_key
