"""Words that people write for a key or a choice of the format: `amount`, `athena`."""

from __future__ import annotations

import re
from collections.abc import Iterable

# of each word of the format the others, without blanks, dashes and underscores
_OTHERS = {
    # choices
    "organization": "org organisation orgwide multiaccount allaccounts everyaccount all",
    "account": "singleaccount oneaccount single ownaccount",
    "query": "athena glue spark trino presto redshift emr sql scan",
    "every-file": "siem splunk datadog sentinel elastic lambda forwarder sqs everyfiles all",
    "validate": "validatelogs digest digests validation",
    "once": "backfill copy move migration",
    "replication": "crr srr replicate replica",
    "sse-kms": "kms awskms",
    "sse-s3": "s3 aes256",
    # keys
    "usd_per_month": "amount limit budget usd dollars cost monthlyamount monthlylimit",
    "bucket_key": "bucketkeyenabled",
    "home_region": "homeregion",
    "log_file_validation": "logfilevalidationenabled enablelogfilevalidation",
    "retention_days": "expiration expirationdays expiresafter",
    "name": "trailname accountname bucketname",
    "id": "accountid awsaccountid accountnumber keyid",
    "regions": "regioncodes",
    "kind": "type",
    "from": "start since begin begins startdate",
    "until": "end ends to enddate",
    "arn": "keyarn",
    "ou": "organizationalunit oupath",
}


def word_meant(word: str, choices: Iterable[str]) -> str | None:
    """The only word of the format, out of these, that another word stands for; None for none.

    >>> word_meant("multi-account", ["organization", "account"]), word_meant("amount", ["name"])
    ('organization', None)
    """
    plain = re.sub(r"[\s_-]", "", word[:80].casefold())
    found = [choice for choice in choices if plain in _OTHERS.get(choice, "").split()]
    return found[0] if len(found) == 1 else None
