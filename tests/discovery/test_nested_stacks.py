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


def test_a_template_of_two_stacks_makes_its_trail_twice(tmp_path):
    """Each with the parameters of its stack: the second gives no key, so its trail has none."""
    again = PARENT.replace("    CONDITION\n", "") + (
        "  Again:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: trail.yaml}\n"
    )
    draft = discover(save(tmp_path, parent=again, keys=KEYS, trail=TRAIL), tmp_path)
    (key,) = draft.inventory.keys
    found = {trail.name: trail.key for trail in draft.inventory.trails}
    assert found == {"audit": key.id, "other": None}


def test_stacks_that_differ_in_a_key_are_two_trails(tmp_path):
    """The template alone has no key: what each stack gives is its trail's."""
    arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890a"
    stack = (
        "  S{n}:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n"
        "      TemplateURL: trail.yaml\n      Parameters: {{Name: t{n}, KeyArn: '{arn}{n}'}}\n"
    )
    parent = "Resources:\n" + "".join(stack.format(n=n, arn=arn) for n in (1, 2, 3))
    draft = discover(save(tmp_path, parent=parent, trail=TRAIL), tmp_path)
    arns = {key.id: key.arn for key in draft.inventory.keys}
    found = {trail.name: arns[trail.key] for trail in draft.inventory.trails}
    assert found == {f"t{n}": f"{arn}{n}" for n in (1, 2, 3)}


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    """`a/t.yaml` has a key, `b/t.yaml` has none: each is the stack that names it."""
    stack = (
        "  {n}:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {{TemplateURL: {n}/t.yaml}}\n"
    )
    parent = tmp_path / "parent.yaml"
    parent.write_text("Resources:\n" + stack.format(n="a") + stack.format(n="b"))
    paths = [parent]
    for folder, name in (("a", "keys"), ("b", "none")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "t.yaml")
        paths[-1].write_text(TRAIL.replace("Default: other", f"Default: {name}"))
    draft = discover(paths, tmp_path)
    assert {trail.name for trail in draft.inventory.trails} == {"keys", "none"}
    assert not [r for each in draft.coverage for r in each.reasons if "a stack of its own" in r]


def test_templates_that_nest_each_other_many_times_end(tmp_path):
    """Ten levels, each nests the next twice: 1,024 trails are a gap, and no endless work."""
    texts = {
        f"l{n}": "Resources:\n"
        + "".join(
            f"  {x}:\n    Type: AWS::CloudFormation::Stack\n"
            f"    Properties: {{TemplateURL: l{n + 1}.yaml}}\n"
            for x in "ab"
        )
        for n in range(10)
    }
    draft = discover(save(tmp_path, **texts, l10=TRAIL), tmp_path)
    reasons = [reason for each in draft.coverage for reason in each.reasons]
    assert any("a stack of its own" in reason for reason in reasons)


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
