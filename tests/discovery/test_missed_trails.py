"""What was not seen of trails is never taken for "there are none"."""

import json

import pytest

from estimator import (
    KmscostError,
    discover_aws_responses,
    discover_cloudformation,
    discover_terraform,
)
from tests.discovery.plans import TRAIL, instance, plan, save
from tests.discovery.test_rows_without_arns import WHOLE

TRAILS = json.dumps({"trailList": [WHOLE]})
STACK_SET = "Resources: {S: {Type: 'AWS::CloudFormation::StackSet', Properties: {}}}\n"


@pytest.mark.parametrize(
    "document",
    [
        plan([instance("aws_controltower_landing_zone.l", {})]),
        plan(errored=True),
        plan([instance("aws_kms_key.k", {})], complete=False),
    ],
)
def test_a_plan_that_missed_trails_and_has_none_is_an_error(document, tmp_path):
    """Nothing drafted and trails not seen whole: exit 1 (a `KmscostError`), no draft."""
    with pytest.raises(KmscostError, match="a draft without trails would forecast nothing"):
        discover_terraform(save(tmp_path, document))


def test_a_template_whose_trails_stand_elsewhere_is_an_error(tmp_path):
    """So with a stack set without its template."""
    path = tmp_path / "a.yaml"
    path.write_text(STACK_SET, encoding="utf-8")
    with pytest.raises(KmscostError, match="its template does not stand here"):
        discover_cloudformation(path, "111122223333", "us-east-1")


PAGE = "\n<html><head><title>Zscaler</title></head><body>blocked</body></html>\n"


@pytest.mark.parametrize("name", ["describe-trails.json", "answers.json"])
@pytest.mark.parametrize("more", ["", TRAILS])
def test_a_page_after_an_answer_is_a_call_that_was_missed(name, more, tmp_path):
    """`>>` added a proxy's page to the answer: the trail is drafted, and trails are a part."""
    (tmp_path / name).write_text(TRAILS + PAGE + more, encoding="utf-8")
    draft = discover_aws_responses(tmp_path)
    assert len(draft.inventory.trails) == 1
    (gap,) = [todo.question for todo in draft.todo if todo.at == "trails"]
    assert "a web page (of a proxy, or of a login)" in gap
    assert [seen.seen for seen in draft.coverage if seen.section == "trails"] == ["part"]


LOGS = [
    "│ Error: No valid credential sources found\n",
    "Error: Failed to load plugin schemas\nERRO[0003] 1 error occurred: exit status 1\n",
    "time=2026-11-28T10:00:00Z level=error msg=failed\n",
]


@pytest.mark.parametrize("log", LOGS)
def test_an_error_in_the_log_around_a_plan_is_a_gap(log, tmp_path):
    """With a trail it is a TODO and "part", without one it is an error."""
    path = tmp_path / "p.json"
    path.write_text(log + json.dumps(plan([instance("aws_cloudtrail.a", TRAIL)])), encoding="utf-8")
    draft = discover_terraform(path)
    assert [seen.seen for seen in draft.coverage if seen.section == "trails"] == ["part"]
    path.write_text(json.dumps(plan()) + "\n" + log, encoding="utf-8")
    with pytest.raises(KmscostError, match="the log around the JSON has an error"):
        discover_terraform(path)


def test_a_preview_of_pulumi_that_failed_is_an_error(tmp_path):
    """Its diagnostics say so, whatever its steps are."""
    error = {"severity": "error", "message": "error: preview failed"}
    document = {"config": {}, "steps": [], "diagnostics": [error]}
    with pytest.raises(KmscostError, match="the preview ended with an error"):
        discover_terraform(save(tmp_path, document))


def test_a_trail_that_a_broken_update_of_pulumi_began_is_named(tmp_path):
    """The stack's pending operations have it."""
    resource = {"urn": "urn:pulumi:s::p::t::z", "type": "aws:cloudtrail/trail:Trail"}
    pending = [{"type": "creating", "resource": resource}]
    document = {"version": 3, "deployment": {"resources": [], "pending_operations": pending}}
    with pytest.raises(KmscostError, match="among it the trail z"):
        discover_terraform(save(tmp_path, document))
