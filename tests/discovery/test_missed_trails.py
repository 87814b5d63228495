"""What was not seen of trails is never taken for "there are none"."""

import pytest

from estimator import KmscostError, discover_cloudformation, discover_terraform
from tests.discovery.plans import instance, plan, save

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
