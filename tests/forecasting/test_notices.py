"""Notices are true: 288 is named where it is used, and only there."""

import pytest

from estimator import forecast
from tests.inventory.files import read

A, B = "111122223333", "222222222222"

TEXT = """\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{a}"{of_a}}}, {{id: "{b}"{of_b}}}]
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: org, key: k{trail}}}]
"""


def names_rule_of_thumb(folder, of_a="", of_b="", trail=""):
    """True where a forecast names the rule of thumb."""
    text = TEXT.format(a=A, b=B, of_a=of_a, of_b=of_b, trail=trail)
    notices = forecast(read(folder, text), "2026-11", 1).notices
    return any("rule of thumb 288" in notice for notice in notices)


EVERY = ", files_per_day: 100"
ONE = ", files_per_day: {us-east-1: 100}"
BOTH = ", files_per_day: {us-east-1: 100, eu-west-1: 5}"


@pytest.mark.parametrize(
    ("of_a", "of_b", "trail", "is_named"),
    [
        ("", "", "", True),
        ("", "", EVERY, False),
        (EVERY, "", "", True),  # B still writes by the rule
        (EVERY, EVERY, "", False),  # every account has its own number
        (EVERY, BOTH, "", False),
        (EVERY, ONE, "", True),  # B in eu-west-1
        (EVERY, ONE, ", regions: [us-east-1]", False),
        (EVERY, "", ", scope: account", False),  # A alone
        ("", EVERY, ", scope: account", True),
        ("", "", ONE, True),  # eu-west-1 without `other`
        ("", "", ", files_per_day: {us-east-1: 100, other: 1}", False),
        (ONE, ONE, ", files_per_day: {eu-west-1: 5}", False),  # together they say all
    ],
)
def test_the_rule_of_thumb_is_named_where_a_stream_rests_on_it(
    tmp_path, of_a, of_b, trail, is_named
):
    """Account over trail over 288, each Region on its own; SSE-S3 needs none."""
    assert names_rule_of_thumb(tmp_path, of_a, of_b, trail) is is_named
