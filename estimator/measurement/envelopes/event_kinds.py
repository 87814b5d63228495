"""Kinds of events of KMS: which are requests, which say whose they are."""

from __future__ import annotations

KMS = "kms.amazonaws.com"
CLOUDTRAIL = "cloudtrail.amazonaws.com"  # as a caller

# no API requests: KMS's own deeds (rotation), and second records of a call by another feature;
# services' calls were recorded as AwsServiceEvent too until 2016 or so, with what they encrypt for
SERVICE_EVENT = "AwsServiceEvent"
NO_CALLS = frozenset({SERVICE_EVENT, "AwsCloudTrailInsight", "AwsVpceEvent"})
NO_CATEGORIES = frozenset({"Insight", "NetworkActivity", "Aggregated"})
# a trail may record these and no management events, such as KMS requests: of their hour they prove
# nothing
CATEGORIES_APART = NO_CATEGORIES | {"Data"}

# requests that have parameters always: without them nobody knows whose they are
WITH_PARAMETERS = frozenset(
    {
        *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
        *("ReEncrypt", "ReEncryptFrom", "ReEncryptTo"),
    }
)


OTHERS = "entries that are no CloudTrail events"


def must_have_parameters(
    operation: str | None, error: str | None, kind: str | None, category: str | None
) -> bool:
    """Whether an event is a request that has parameters always."""
    is_call = kind not in NO_CALLS and category not in NO_CATEGORIES
    return is_call and error is None and operation in WITH_PARAMETERS
