"""What a template may still be given by a function that nobody works out is open, never nothing."""

import pytest

from estimator import discover_cloudformation

TEMPLATE = """\
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{EnableKeyRotation: false}}}}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub 'logs-${{AWS::AccountId}}'
      BucketEncryption: {{ServerSideEncryptionConfiguration: [{{BucketKeyEnabled: true}}]}}
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties: {properties}
"""
INCLUDE = "{Name: AWS::Include, Parameters: {Location: 's3://b/key.yaml'}}"
OWN = "TrailName: t, IsLogging: true"


def draft_of(tmp_path, properties, more=""):
    """The draft of a template with a trail of these properties."""
    path = tmp_path / "t.yaml"
    path.write_text(more + TEMPLATE.format(properties=properties), encoding="utf-8")
    return discover_cloudformation(path, "111122223333", "us-east-1")


@pytest.mark.parametrize(
    "properties",
    [
        f"{{{OWN}, S3BucketName: b, Fn::Transform: {INCLUDE}}}",
        f"{{Fn::Transform: {INCLUDE}}}",
        f"{{{OWN}, S3BucketName: b, 'Fn::ForEach::X': [A, [b], {{'${{A}}': c}}]}}",
    ],
    ids=["beside others", "alone", "a loop"],
)
def test_a_function_may_give_the_trail_its_key(tmp_path, properties):
    """What it adds is not known: a key may be in it, so SSE-S3 without a question is no finding."""
    draft = draft_of(tmp_path, properties)
    (trail,) = draft.inventory.trails
    assert trail.key is not None
    asked = {todo.at.rpartition(": ")[2] for todo in draft.todo if todo.at.startswith("trails")}
    assert {"key", "scope", "log_file_validation", "exclude_kms_events"} <= asked


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        ("Transform: {Name: Mine, Parameters: {A: 1}}", "the macro Mine may add resources"),
        (f"Transform: {INCLUDE}", "AWS::Include takes in what stands elsewhere"),
        ("Transform: [AWS::Serverless-2016-10-31, {Name: Mine}]", "the macro Mine may add"),
    ],
)
def test_a_transform_with_parameters_is_named(tmp_path, transform, words):
    """A mapping of its name and parameters is the other form of a transform."""
    draft = draft_of(tmp_path, f"{{{OWN}, S3BucketName: b}}", f"{transform}\n")
    assert any(words in todo.question for todo in draft.todo if todo.at == "trails")


@pytest.mark.parametrize(
    ("key", "bucket"),
    [
        ("!Select [1, !Split ['/', !GetAtt Key.Arn]]", "!Sub 'logs-${AWS::AccountId}'"),
        ("!GetAtt Key.Arn", "!Ref Bucket"),
        ("!Select [0, [!Ref Key]]", "logs-111122223333"),
    ],
)
def test_key_and_bucket_of_the_template_by_other_ways(tmp_path, key, bucket):
    """A part of the key's ARN means the key, and a bucket's name written out means the bucket."""
    draft = draft_of(tmp_path, f"{{{OWN}, S3BucketName: {bucket}, KMSKeyId: {key}}}")
    (trail,) = draft.inventory.trails
    assert (trail.key, trail.bucket.name) == ("Key", "logs-111122223333")
    assert trail.bucket.bucket_key
    assert len(draft.inventory.keys) == 1


@pytest.mark.parametrize("kind", ["CommaDelimitedList", "List<String>"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [("!Select [1, !Ref L]", "b"), ("!Join ['-', !Ref L]", "a-b")],
)
def test_a_parameter_that_is_a_list(tmp_path, kind, name, expected):
    """Its items stand between commas, with or without spaces."""
    parameters = f"Parameters: {{L: {{Type: {kind}, Default: 'a, b'}}}}\n"
    draft = draft_of(tmp_path, f"{{TrailName: {name}, S3BucketName: b}}", parameters)
    assert [trail.name for trail in draft.inventory.trails] == [expected]


@pytest.mark.parametrize(
    ("key", "expected"), [("prod", True), ("test", False)], ids=["in the map", "its default"]
)
def test_a_map_with_a_default_value(tmp_path, key, expected):
    """Of AWS::LanguageExtensions: what the map does not have is the default."""
    maps = "Mappings: {M: {prod: {validation: true}}}\n"
    find = f"!FindInMap [M, {key}, validation, {{DefaultValue: false}}]"
    properties = f"{{{OWN}, S3BucketName: b, EnableLogFileValidation: {find}}}"
    draft = draft_of(tmp_path, properties, f"Transform: AWS::LanguageExtensions\n{maps}")
    assert [trail.log_file_validation for trail in draft.inventory.trails] == [expected]
    assert not [todo for todo in draft.todo if todo.at.endswith("log_file_validation")]
