"""AWS's command that turns an S3 Bucket Key on, what is lost by it, and who says so."""

from __future__ import annotations

import json
import shlex

SOURCE = (
    "Amazon S3 User Guide, Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys; AWS CloudTrail "
    "User Guide"
)
LOSES = (
    "fewer KMS events: the encryption context names the bucket instead of the {object}, so that "
    "KMS no longer tells who decrypted which one. New objects only: {objects} written before are "
    "read as before, which is not taken off here. Not with DSSE-KMS"
)


def bucket_key_question(bucket: str) -> str:
    """The command of AWS's own that tells whether a Bucket Key is on."""
    return f"aws s3api get-bucket-encryption --bucket {shlex.quote(bucket)}"


def bucket_key_command(bucket: str, key: str) -> str:
    """The command of AWS's own; without a key it would put the bucket under an AWS managed one."""
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    rules = json.dumps({"Rules": [rule]}, separators=(",", ":"))
    encrypt = f"aws s3api put-bucket-encryption --bucket {shlex.quote(bucket)}"
    return f"{encrypt} --server-side-encryption-configuration {shlex.quote(rules)}"
