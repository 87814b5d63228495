"""Nested stacks whose templates are named too: parameters go down, outputs come up."""

import json

import pytest

from estimator import discover_cloudformation, load_inventory

PARENT = """\
Parameters:
  Validate: {Type: String, Default: "true"}
Conditions:
  Never: !Equals [a, b]
Resources:
  Keys:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: !Sub "https://${Bucket}.s3.amazonaws.com/audit/keys.yaml"
  Trails:
    Type: AWS::CloudFormation::Stack
    CONDITION
    Properties:
      TemplateURL: ./trail.yaml
      Parameters:
        KeyArn: !GetAtt Keys.Outputs.KeyArn
        Validate: !Ref Validate
        Name: audit
"""
KEYS = """\
Resources:
  Logs: {Type: AWS::KMS::Key, Properties: {EnableKeyRotation: true}}
  Spare: {Type: AWS::KMS::Key}
Outputs:
  KeyArn: {Value: !GetAtt Logs.Arn}
"""
TRAIL = """\
Parameters:
  KeyArn: {Type: String, Default: ""}
  Validate: {Type: String, Default: "false"}
  Name: {Type: String, Default: other}
Resources:
  Trail:
    Type: AWS::CloudTrail::Trail
    Properties:
      TrailName: !Ref Name
      IsLogging: true
      EnableLogFileValidation: !Ref Validate
      KMSKeyId: !Ref KeyArn
      S3BucketName: example-logs
"""


def save(tmp_path, **texts):
    """Templates by their names, without ending; their paths in the order given."""
    paths = []
    for name, text in texts.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def discover(paths, tmp_path):
    """The draft, its text loaded as a file."""
    draft = discover_cloudformation(paths, "111122223333", "eu-west-1")
    if draft.inventory is not None:
        saved = tmp_path / "draft.inventory"
        saved.write_text(draft.text, encoding="utf-8")
        assert load_inventory(saved).streams() == draft.inventory.streams()
    return draft


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_parameters_go_down_and_outputs_come_up(order, tmp_path):
    """The trail's key is that of the other stack, its name and validation the parent's."""
    parent = PARENT.replace("    CONDITION\n", "")
    paths = save(tmp_path, parent=parent, keys=KEYS, trail=TRAIL)
    draft = discover([paths[number] for number in order], tmp_path)
    (trail,) = draft.inventory.trails
    (key,) = draft.inventory.keys
    assert (trail.name, trail.key, trail.log_file_validation) == ("audit", key.id, True)
    assert "keys.yaml:2: Logs" in draft.text
    assert [each.seen for each in draft.coverage if each.section == "trails"] == ["whole"] * 3


def test_a_stack_that_is_not_made_makes_no_trail(tmp_path):
    """Its condition does not hold: its template is left out, and said."""
    parent = PARENT.replace("CONDITION", "Condition: Never")
    draft = discover(save(tmp_path, parent=parent, keys=KEYS, trail=TRAIL), tmp_path)
    assert draft.inventory is None
    assert any("trail.yaml was left out" in notice for notice in draft.notices)


def test_a_template_that_is_not_named_is_missing(tmp_path):
    """The parent alone: its stacks are gaps, as before; with the trail's alone one is left."""
    parent = PARENT.replace("    CONDITION\n", "")
    paths = save(tmp_path, parent=parent, keys=KEYS, trail=TRAIL)
    draft = discover([paths[0], paths[2]], tmp_path)
    reasons = [reason for each in draft.coverage for reason in each.reasons]
    assert len([reason for reason in reasons if "a stack of its own" in reason]) == 1
    # which key is not known: never SSE-S3
    assert draft.inventory.trails[0].key is not None


def test_a_template_of_two_stacks_is_not_followed(tmp_path):
    """It makes its trail twice: both stacks stay gaps."""
    again = PARENT.replace("    CONDITION\n", "") + (
        "  Again:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: trail.yaml}\n"
    )
    draft = discover(save(tmp_path, parent=again, keys=KEYS, trail=TRAIL), tmp_path)
    reasons = [reason for each in draft.coverage for reason in each.reasons]
    assert len([reason for reason in reasons if "a stack of its own" in reason]) == 2


def test_templates_that_nest_one_another_end(tmp_path):
    """A circle has no beginning: both are read as they stand."""
    first = (
        "Resources:\n  S:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
        "      TemplateURL: second.yaml\n      Parameters: {A: !GetAtt S.Outputs.X}\n"
        "Outputs:\n  X: {Value: !GetAtt S.Outputs.X}\n"
    )
    second = first.replace("second.yaml", "first.yaml") + (
        "  Y: {Value: !Ref A}\nParameters: {A: {Type: String}}\n"
    )
    draft = discover(save(tmp_path, first=first, second=second, trail=TRAIL), tmp_path)
    assert len(draft.inventory.trails) == 1


def test_cdk_names_its_nested_templates_beside_them(tmp_path):
    """The URL has a hash, the metadata has the file."""
    stack = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {
            "TemplateURL": {"Fn::Sub": "https://s3.${AWS::Region}.amazonaws.com/a/9f8e.json"},
            "Parameters": {"Name": "audit"},
        },
        "Metadata": {"aws:asset:path": "audit.nested.template.json"},
    }
    parent = tmp_path / "stack.template.json"
    parent.write_text(json.dumps({"Resources": {"Nested": stack}}), encoding="utf-8")
    child = tmp_path / "audit.nested.template.json"
    trail = {"TrailName": {"Ref": "Name"}, "S3BucketName": "example-logs", "IsLogging": True}
    resources = {"Trail": {"Type": "AWS::CloudTrail::Trail", "Properties": trail}}
    template = {"Parameters": {"Name": {"Type": "String"}}, "Resources": resources}
    child.write_text(json.dumps(template), encoding="utf-8")
    draft = discover([parent, child], tmp_path)
    assert [own.name for own in draft.inventory.trails] == ["audit"]
