"""Which KMS events advanced selectors take in, by AWS's rule for several conditions of a field.

Operators that include are joined by or, those that exclude by and, both groups by and. The two
events are GenerateDataKey and Decrypt, of kms.amazonaws.com, which are read events.
"""

import pytest

from estimator.discovery.estate import Resource
from estimator.discovery.selectors import record_selectors

KMS = "kms.amazonaws.com"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        # either of them holds: KMS's own name, or a beginning of it
        ({"Equals": [KMS], "StartsWith": ["s3"]}, True),
        ({"Equals": ["sts.amazonaws.com"], "StartsWith": ["kms"]}, True),
        ({"Equals": ["sts.amazonaws.com"], "EndsWith": [".amazonaws.com"]}, True),
        # none of them holds
        ({"Equals": ["sts.amazonaws.com"], "StartsWith": ["s3"]}, False),
        # one that excludes is enough, whatever includes
        ({"StartsWith": ["kms"], "NotEquals": [KMS]}, False),
        ({"NotEquals": ["sts.amazonaws.com"], "NotStartsWith": ["kms"]}, False),
        ({"NotEquals": ["sts.amazonaws.com", KMS]}, False),
        # neither of them excludes it
        ({"NotEquals": ["sts.amazonaws.com"], "NotStartsWith": ["s3"]}, True),
    ],
)
def test_several_conditions_of_one_field(conditions, expected):
    """The trail takes in KMS events, or it does not: nothing is open."""
    fields = [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "eventSource", **conditions},
    ]
    trail = Resource("trail", "")
    record_selectors(trail, [], [{"FieldSelectors": fields}], "a.json")
    assert trail.value("kms_events") is expected
