"""`kmscost discover` on the command line: what goes where, and how it ends."""

import json

import pytest

from tests.acceptance.commands import kmscost, kmscost_process
from tests.discovery.plans import TRAIL, instance, plan, save
from tests.real_data import ROOT


def run(*arguments, cwd):
    """Run a command in this process."""
    return kmscost(*map(str, arguments), cwd=cwd)


def test_the_draft_is_data_and_the_rest_is_notes(tmp_path):
    """YAML to stdout, notes to stderr; as a file it passes check and makes a forecast."""
    path = save(tmp_path, plan([instance("aws_cloudtrail.org", TRAIL)]))
    done = run("discover", "terraform", path, cwd=tmp_path)
    assert done.code == 0
    assert done.out.startswith("# Drafted by")
    assert all(line.startswith("note: ") for line in done.err.splitlines())
    (tmp_path / "inventory.yaml").write_text(done.out, encoding="utf-8")
    for command in ("check", "forecast"):
        assert run(command, "inventory.yaml", cwd=tmp_path).code == 0


def test_a_plan_may_come_through_a_pipe(tmp_path):
    """`terraform show -json plan | kmscost discover terraform -`."""
    text = json.dumps(plan([instance("aws_cloudtrail.org", TRAIL)]))
    done = kmscost_process("discover", "terraform", "-", cwd=tmp_path, stdin=text)
    assert done.code == 0
    assert "name: org" in done.out


def test_json_has_what_is_open(tmp_path):
    """--format json: the draft, what was found, what is open, notices."""
    path = save(tmp_path, plan([instance("aws_cloudtrail.org", TRAIL)]))
    data = json.loads(run("discover", "terraform", path, "--format", "json", cwd=tmp_path).out)
    assert set(data) == {"draft", "found", "todo", "changes", "notices", "coverage"}
    assert data["found"] == {"trails": 1}
    assert "trails org: account" in {todo["at"] for todo in data["todo"]}


def test_nothing_to_draft_ends_well_and_writes_nothing(tmp_path):
    """Valid input without CloudTrail: exit 0, a sentence, and --output stays as it was."""
    path = save(tmp_path, plan([instance("aws_kms_key.other", {})]))
    target = tmp_path / "inventory.yaml"
    target.write_text("mine", encoding="utf-8")
    done = run("discover", "terraform", path, "--output", target, cwd=tmp_path)
    assert (done.code, done.out) == (0, "")
    assert "nothing to draft" in done.err
    assert target.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["discover", "terraform", "missing.json"], 1, "no such file"),
        (["discover", "terraform", "main.tf"], 1, "terraform show -json"),
        (["discover", "cloudformation", "main.tf"], 1, "main.tf"),
        (["discover", "aws-responses", "."], 1, "describe-trails"),
        (["discover", "terraform", "main.tf", "--account", "12"], 2, "--account"),
        (["discover", "terraform", "main.tf", "--region", "eu-wset-9"], 2, "did you mean eu-west"),
        (["discover", "cloudformation", "main.tf", "--parameter", "x"], 2, "NAME=VALUE"),
        # a name that no template has: its parameters would stay at their defaults
        (["discover", "cloudformation", "t.yaml", "--parameter", "Stge=x"], 2, "mean Stage?"),
        (["discover", "cloudformation", "t.yaml", "--parameter", "=x"], 2, "--parameter"),
        # AWS refuses it, and every condition that asks for it would not hold
        (["discover", "cloudformation", "t.yaml", "--parameter", "Log=All"], 2, "mean all?"),
        (["discover", "cloudformation", "t.yaml", "--parameter", "Days=a"], 2, "a number no less"),
        (["discover", "cloudformation", "t.yaml", "--parameter", "Days=89"], 2, "no less than 90"),
        # without --merge the draft itself would take the inventory's place
        (["discover", "terraform", "main.tf", "--replace"], 2, "name it with --merge"),
        (["discover", "cloudformation", "t.yaml", "--replace"], 2, "name it with --merge"),
        (["discover", "aws-responses", ".", "--replace"], 2, "name it with --merge"),
        (["discover", "aws", "--replace"], 2, "name it with --merge"),
        (["init", "-", "--force"], 2, "the name of a file"),
        (["init", "--example", "-"], 2, "--example: found '-'; expected the name of a folder"),
        (["discover", "aws", "--regions", "mars-1"], 2, "--regions"),
        (["discover", "aws", "--external-id", "abc"], 2, "--external-id"),
        (["discover", "aws", "--role", "r", "--external-id", "a b"], 2, "--external-id"),
        (["discover", "everything"], 2, "everything"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path, arguments, code, says):
    """Exit 1 for the user's data, 2 for options; no traceback."""
    (tmp_path / "main.tf").write_text('resource "aws_cloudtrail" "x" {\n', encoding="utf-8")
    (tmp_path / "t.yaml").write_text(
        "Parameters:\n  Stage: {Type: String, Default: y}\n"
        "  Log: {Type: String, AllowedValues: [all, none]}\n"
        "  Days: {Type: Number, MinValue: 90, Default: 365}\nResources: {}\n",
        encoding="utf-8",
    )
    done = run(*arguments, cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert "Traceback" not in done.err


def test_every_command_has_an_example():
    """--help of the group and of each command ends with an example."""
    for command in ([], ["terraform"], ["cloudformation"], ["aws-responses"], ["aws"]):
        assert "Example: " in run("discover", *command, "--help", cwd=ROOT).out
