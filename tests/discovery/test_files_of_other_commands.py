"""A file that belongs to another command: its name, and the command that reads it."""

import gzip
import json

import pytest

from estimator import (
    KmscostError,
    discover_aws_responses,
    discover_cloudformation,
    discover_terraform,
)
from tests.measurement.test_recognition import FILES

TRAIL = {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True}}
TERRAFORM, TEMPLATE, ANSWERS = (
    "discover terraform",
    "discover cloudformation",
    "discover aws-responses",
)
COMMANDS = {
    TERRAFORM: discover_terraform,
    TEMPLATE: discover_cloudformation,
    ANSWERS: discover_aws_responses,
}
ROW = "name,s3_bucket_name,kms_key_id\norg,logs,\n"
CONSOLE = "Account ID,ARN,Email,Name,Status,Joined method,Joined timestamp\n"
# what the file is, its text, and the command that reads it
OTHERS = {
    "a plan": ('{"format_version": "1.2", "planned_values": {}}', TERRAFORM),
    "a state": ('{"version": 4, "terraform_version": "1.9.0", "lineage": "x"}', TERRAFORM),
    "a stack": ('{"version": 3, "deployment": {"manifest": {}, "resources": []}}', TERRAFORM),
    "YAML": ("Resources:\n  T:\n    Type: AWS::CloudTrail::Trail\n", TEMPLATE),
    "of the CDK": (json.dumps({"Resources": {"Trail": TRAIL}}), TEMPLATE),
    "trails": ('{"trailList": []}', ANSWERS),
    "trails in YAML": ("trailList:\n- Name: org\n", ANSWERS),
    "a status": ('{"IsLogging": true, "LatestDeliveryTime": 1}', ANSWERS),
    "the console's accounts": (CONSOLE, ANSWERS),
    "rows": (ROW, ANSWERS),
    "an inventory": ("version: 1\naccounts: []\n", "forecast"),
    "a measurement": ('{"source": "x", "coverage": {}}', "calibrate"),
    **{f"of {name}": (text, f"measure {name}") for name, text in FILES.items()},
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", OTHERS)
def test_the_right_command_is_named(name, command, tmp_path):
    """Exit 1, what it is, and which command takes it; packed as well."""
    text, owner = OTHERS[name]
    if owner == command:
        return
    path = tmp_path / "file.txt"
    packed = tmp_path / "packed.gz"
    path.write_text(text, encoding="utf-8")
    packed.write_bytes(gzip.compress(text.encode(), mtime=0))
    for each in (path, packed):
        with pytest.raises(KmscostError) as caught:
            COMMANDS[command](each)
        assert f"`kmscost {owner}` reads it" in str(caught.value)


def test_it_is_skipped_by_its_name_beside_answers(tmp_path):
    """A folder with a plan among the answers: the plan is named, the rest is read."""
    (tmp_path / "describe-organization.json").write_text(
        '{"Organization": {"MasterAccountId": "111122223333"}}', encoding="utf-8"
    )
    (tmp_path / "plan.json").write_text(OTHERS["a plan"][0], encoding="utf-8")
    draft = discover_aws_responses(tmp_path)
    assert any("`kmscost discover terraform` reads it" in line for line in draft.notices)


@pytest.mark.parametrize(
    "text",
    [
        '# aws_cloudtrail.org:\nresource "aws_cloudtrail" "org" {\n}\n',
        "\nTerraform used the selected providers to generate the following execution\nplan.\n",
        "OpenTofu will perform the following actions:\n",
    ],
)
def test_what_terraform_prints_for_people_is_named(text, tmp_path):
    """`terraform show` and `terraform plan` without -json: the way to JSON."""
    path = tmp_path / "plan.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KmscostError, match=r"for people.*terraform show -json"):
        discover_terraform(path)
