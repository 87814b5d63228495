"""Files that hold the error of the CLI, nothing, or several answers; whose status a file has."""

import json

import pytest

from estimator import discover_aws_responses

FIRST, SECOND = "111122223333", "222222222222"
DENIED = (
    "\nAn error occurred (AccessDeniedException) when calling the DescribeTrails operation: "
    "User: x is not authorized\n"
)


def trail(account, name="main"):
    """A trail of an account."""
    return {
        "Name": name,
        "TrailARN": f"arn:aws:cloudtrail:us-east-1:{account}:trail/{name}",
        "HomeRegion": "us-east-1",
        "S3BucketName": "logs",
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": False,
        "LogFileValidationEnabled": True,
        "HasCustomEventSelectors": False,
        "KmsKeyId": f"arn:aws:kms:us-east-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    }


def discover(folder, files):
    """The draft of files by their paths."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
    return discover_aws_responses(folder)


def reasons_of(draft, section="trails"):
    """Why a section was not seen whole."""
    return [r for seen in draft.coverage if seen.section == section for r in seen.reasons]


@pytest.mark.parametrize("prefix", ["", "aws: [ERROR]: "])
@pytest.mark.parametrize("name", ["describe-trails.json", "trails.json", "x.json", "x.yaml"])
def test_the_error_of_the_cli_is_a_missed_call(name, prefix, tmp_path):
    """Whatever the file is called: the error names the call, and AWS's words reach the draft."""
    text = DENIED.replace("An error", f"{prefix}An error")
    files = {
        f"{FIRST}/describe-trails.json": {"trailList": [trail(FIRST)]},
        f"{SECOND}/{name}": text,
    }
    draft = discover(tmp_path, files)
    assert any("User: x is not authorized" in reason for reason in reasons_of(draft))
    assert "TODO 222222222222" in draft.text


def test_an_error_after_an_answer_is_a_missed_call(tmp_path):
    """`>> all.json 2>&1` over two accounts."""
    text = json.dumps({"trailList": [trail(FIRST)]}) + DENIED
    draft = discover(tmp_path, {"all.json": text})
    assert len(draft.inventory.trails) == 1
    assert any("not authorized" in reason for reason in reasons_of(draft))


@pytest.mark.parametrize("text", ["", "\n"])
@pytest.mark.parametrize("name", ["describe-trails.json", "trails.json", "cloud.json"])
def test_an_empty_file_is_a_missed_call(name, text, tmp_path):
    """Its own name says which, or the answer of the same name in another account's folder."""
    files = {f"{FIRST}/{name}": {"trailList": [trail(FIRST)]}, f"{SECOND}/{name}": text}
    assert any("no answer" in reason for reason in reasons_of(discover(tmp_path, files)))


def test_an_error_without_a_call_is_one_of_the_file(tmp_path):
    """The CLI did not get as far as AWS."""
    files = {
        "a/describe-trails.json": {"trailList": [trail(FIRST)]},
        "b/describe-trails.json": "\nUnable to locate credentials. You can configure them.\n",
    }
    reasons = reasons_of(discover(tmp_path, files))
    assert any("Unable to locate credentials" in reason for reason in reasons)


def as_yaml(account, name, field="trailList"):
    """An answer as `--output yaml` prints it."""
    mark = "- " if field == "trailList" else "  "
    lines = [f"{key}: {json.dumps(value)}" for key, value in trail(account, name).items()]
    return f"{field}:\n{mark}" + "\n  ".join(lines) + "\n"


@pytest.mark.parametrize("between", ["", "---\n", "...\n---\n"])
@pytest.mark.parametrize("field", ["trailList", "Trail"])
def test_yaml_answers_one_after_another(field, between, tmp_path):
    """Every one is read: those of one call, and of two calls."""
    text = between.join(
        [as_yaml(FIRST, "one", field), as_yaml(SECOND, "two", field), as_yaml(SECOND, "three")]
    )
    draft = discover(tmp_path, {"all.yaml": text})
    found = sorted((trail.account, trail.name) for trail in draft.inventory.trails)
    assert found == [(FIRST, "one"), (SECOND, "three"), (SECOND, "two")]


STOPPED = {"IsLogging": False, "StopLoggingTime": "2026-10-01T00:00:00Z"}
BOTH = {"trailList": [trail(FIRST), trail(SECOND)]}


@pytest.mark.parametrize(
    "name",
    [
        f"{SECOND}/get-trail-status-main.json",
        f"{SECOND}/main/get-trail-status.json",
        f"get-trail-status-{SECOND}-main.json",
        f"get-trail-status-arn_aws_cloudtrail_us-east-1_{SECOND}_trail_main.json",
    ],
)
def test_the_status_of_one_of_two_trails_of_a_name(name, tmp_path):
    """The account in the path decides: only the second trail has an end."""
    draft = discover(tmp_path, {"describe-trails.json": BOTH, name: STOPPED})
    ends = {each.account: str(each.until) for each in draft.inventory.trails}
    assert ends == {FIRST: "None", SECOND: "2026-10-02"}


def test_a_status_that_may_be_of_either_is_open_at_both(tmp_path):
    """No account in the path: a TODO at each trail of the name."""
    draft = discover(
        tmp_path, {"describe-trails.json": BOTH, "get-trail-status-main.json": STOPPED}
    )
    assert draft.text.count("TODO get-trail-status-main.json") == 2
    assert all(each.until is None for each in draft.inventory.trails)


def test_a_status_is_never_that_of_another_accounts_trail(tmp_path):
    """The folder is one account's, the only trail of the name another's."""
    files = {"describe-trails.json": {"trailList": [trail(FIRST)]}}
    draft = discover(tmp_path, files | {f"{SECOND}/get-trail-status-main.json": STOPPED})
    assert draft.inventory.trails[0].until is None
    assert any("get-trail-status" in notice for notice in draft.notices)
