"""What AWS itself says of the numbers that an inventory need not give: title, address, day read."""

from __future__ import annotations

import datetime

from pricing.reading.validation import Source

FILES_PER_DAY_SOURCE = Source(
    title="AWS KMS Developer Guide, How AWS CloudTrail uses AWS KMS, text of 2017-11-15 to "
    "2021-09-11",
    url="https://docs.aws.amazon.com/kms/latest/developerguide/services-cloudtrail.html",
    checked=datetime.date(2026, 11, 23),
)
DIGESTS_SOURCE = Source(
    title="AWS CloudTrail User Guide, Validating CloudTrail log file integrity",
    url="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
    "cloudtrail-log-file-validation-intro.html",
    checked=datetime.date(2026, 11, 23),
)
DIGESTS_UNDER_KEY_SOURCE = Source(
    title="AWS CloudTrail User Guide, Document history, 2025-05-22",
    url="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
    "cloudtrail-document-history.html",
    checked=datetime.date(2026, 11, 28),
)
BUCKET_KEY_SOURCE = Source(
    title="Amazon S3 User Guide, Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys: "
    "up to 99 percent",
    url="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html",
    checked=datetime.date(2026, 11, 24),
)
KEY_MONTHS_SOURCE = Source(
    title="AWS KMS pricing: prorated by the hour; rotations one and two count, from 2024-05-01",
    url="https://aws.amazon.com/kms/pricing/",
    checked=datetime.date(2026, 11, 23),
)
