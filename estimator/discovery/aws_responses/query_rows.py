"""Rows of Steampipe and CloudQuery: trails, keys, buckets and accounts as tables of SQL.

Columns: the tables `aws_cloudtrail_trail`, `aws_kms_key`, `aws_s3_bucket` and
`aws_organizations_account` of Steampipe's AWS plugin, and `aws_cloudtrail_trails`,
`aws_cloudtrail_trail_event_selectors`, `aws_kms_keys`, `aws_s3_buckets` and
`aws_organizations_accounts` of CloudQuery's, checked 2026-11-28; `aws_kms_alias` and
`aws_kms_aliases`, 2026-11-30. Both write AWS's own fields in
snake case; cells of JSON hold AWS's answers as they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimator.discovery.aws_responses import keys, trails
from estimator.discovery.aws_responses.member_lists import judge_lists, take_accounts
from estimator.discovery.aws_responses.values import as_flag, parse_cell, text_of
from estimator.discovery.estate import Estate
from estimator.figures import plural
from pricing.arns import is_account, parse_arn, parse_key_arn

_TRAIL_FIELDS = {
    "name": "Name",
    "arn": "TrailARN",
    "home_region": "HomeRegion",
    "s3_bucket_name": "S3BucketName",
    "kms_key_id": "KmsKeyId",
    "account_id": trails.ACCOUNT,
    "region": trails.REGION,
}
_TRAIL_FLAGS = {
    "is_multi_region_trail": "IsMultiRegionTrail",
    "is_organization_trail": "IsOrganizationTrail",
    "log_file_validation_enabled": "LogFileValidationEnabled",
    "has_custom_event_selectors": "HasCustomEventSelectors",
    "has_insight_selectors": "HasInsightSelectors",
}
_STATUS_FIELDS = {
    "latest_delivery_error": "LatestDeliveryError",
    "latest_digest_delivery_error": "LatestDigestDeliveryError",
    "stop_logging_time": "StopLoggingTime",
}
_KEY_FIELDS = {
    "arn": "Arn",
    "aws_account_id": "AWSAccountId",
    "creation_date": "CreationDate",
    "deletion_date": "DeletionDate",
    "valid_to": "ValidTo",
    "key_manager": "KeyManager",
    "key_state": "KeyState",
    "key_spec": "KeySpec",
    "customer_master_key_spec": "CustomerMasterKeySpec",
    "multi_region_configuration": "MultiRegionConfiguration",
}
_ALIAS_FIELDS = {"arn": "AliasArn", "alias_name": "AliasName", "target_key_id": "TargetKeyId"}
_ACCOUNT_FIELDS = {
    "id": "Id",
    "arn": "Arn",
    "name": "Name",
    "status": "Status",
    "state": "State",
    "paths": "Paths",
    "tags": "Tags",
}
_PART = (
    "rows of a query: accounts, Regions and trails that its `where` and its connections leave out "
    "are missing"
)
_NULL = ("", "<null>", "null")
_NO_KEY = "the query did not select kms_key_id"
# columns that tables share, or that only one table has
_TRAIL_COLUMNS = {"is_multi_region_trail", "s3_bucket_name", "log_file_validation_enabled"}
_BUCKET_COLUMNS = {"server_side_encryption_configuration", "bucket_key_enabled"}
_ACCOUNT_COLUMNS = {"status", "state", "email", "joined_method"}


def rows_of(answer: Any) -> list[dict[str, Any]] | None:
    """The rows of a query; None for anything else."""
    if isinstance(answer, Mapping):
        # newer releases of Steampipe have the columns beside the rows
        listed = answer.get("rows") if "rows" in answer else [answer]
    else:
        listed = answer
    if not isinstance(listed, list) or not listed:
        return None
    listed = [row if isinstance(row, Mapping) else {} for row in listed]
    rows = [_read_cells(row) for row in listed]
    return rows if any(table_of(row) for row in rows) else None


def table_of(row: Mapping[str, Any]) -> str:
    """The kind of thing that a row is of, by its columns; "" for any other."""
    names, arn = set(row), row.get("arn")
    if "trail_arn" in names and {"include_management_events", "field_selectors"} & names:
        return "selectors"
    if parse_arn(arn, "cloudtrail") is not None or (_TRAIL_COLUMNS & names and "name" in names):
        return "trail"
    if {"alias_name", "target_key_id"} <= names:
        return "alias"
    if parse_key_arn(arn) is not None and {"key_manager", "key_state", "key_id", "id"} & names:
        return "key"
    if is_account(row.get("id")) and _ACCOUNT_COLUMNS & names:
        return "account"
    if _BUCKET_COLUMNS & names and {"name", "bucket_arn", "arn"} & names:
        return "bucket"
    return ""


def take_rows(
    estate: Estate, answer: Any, source: str, later: Callable[[Mapping[str, Any]], None]
) -> bool:
    """Read the rows of a query; False where they are none.

    Event selectors are handed to `later`, as answers of get-event-selectors: their trails may
    stand in a file that is read after this one.
    """
    rows = rows_of(answer)
    if rows is None:
        return False
    found: Counter[str] = Counter(table_of(row) for row in rows)
    selectors: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    members = []
    is_seen = False
    for row in rows:
        table = table_of(row)
        if table == "trail":
            is_seen = _take_trail(estate, row, source) or is_seen
        elif not table:
            continue
        elif table == "key":
            _take_key(estate, row, source)
        elif table == "alias":
            alias = {field: row.get(name) for name, field in _ALIAS_FIELDS.items()}
            keys.take_aliases(estate, {"Aliases": [alias]}, source)
        elif table == "bucket":
            _take_bucket(estate, row, source)
        elif table == "account":
            members.append(
                {field: row[name] for name, field in _ACCOUNT_FIELDS.items() if name in row}
            )
        else:
            selectors[str(row.get("trail_arn"))].append(row)
    for arn, listed in selectors.items():
        later(_join_selectors(arn, listed))
    if members:
        judge_lists(estate, [take_accounts(estate, {"Accounts": members}, source)])
    _note_odd(estate, found, source)
    if is_seen:
        estate.completeness.saw("trails", source)
        estate.completeness.missed("trails", source, _PART)
    return True


def _note_odd(estate: Estate, found: Counter[str], source: str) -> None:
    """Note rows that were left out: among rows of trails they may have been trails."""
    if found[""]:
        odd = plural(found[""], "row")
        reason = f"{odd} of no table that discover reads: left out"
        estate.note(f"{source}: {reason}")
        if found["trail"]:
            estate.completeness.missed("trails", source, reason)


def _read_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row, those of a CSV file too: null, and JSON in texts."""
    return {
        str(name).strip().lower(): None if value in _NULL else parse_cell(value)
        for name, value in row.items()
    }


def _take_trail(estate: Estate, row: Mapping[str, Any], source: str) -> bool:
    """Read a row of a trail; False where it does not say which."""
    trail = {field: row[name] for name, field in _TRAIL_FIELDS.items() if row.get(name) is not None}
    for name, field in _TRAIL_FLAGS.items():
        if row.get(name) is not None:
            trail[field] = as_flag(row[name])
    if "kms_key_id" in row:
        trail.setdefault("KmsKeyId", None)
    else:
        trail["Question"] = _NO_KEY
    resource = trails.take_trail(estate, trail, source)
    if resource is None:
        return False
    status = row.get("status")  # CloudQuery keeps the answer of get-trail-status as it is
    answer = dict(status) if isinstance(status, Mapping) else {}
    answer |= {f: row[name] for name, f in _STATUS_FIELDS.items() if row.get(name) is not None}
    if isinstance(as_flag(row.get("is_logging")), bool):
        answer["IsLogging"] = as_flag(row["is_logging"])
    trails.take_status(resource, answer, source)
    basic, advanced = row.get("event_selectors"), row.get("advanced_event_selectors")
    if basic or advanced:
        answer = {"EventSelectors": basic, "AdvancedEventSelectors": advanced}
        trails.take_selectors_of(resource, answer, source)
    return True


def _join_selectors(arn: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The event selectors that CloudQuery keeps in a table of their own."""
    answer: dict[str, Any] = {"TrailARN": arn, "EventSelectors": [], "AdvancedEventSelectors": []}
    for row in rows:
        if row.get("field_selectors"):
            answer["AdvancedEventSelectors"].append({"FieldSelectors": row["field_selectors"]})
        else:
            answer["EventSelectors"].append(
                {
                    "IncludeManagementEvents": as_flag(row.get("include_management_events")),
                    "ReadWriteType": row.get("read_write_type"),
                    "ExcludeManagementEventSources": row.get("exclude_management_event_sources"),
                }
            )
    return answer


def _take_key(estate: Estate, row: Mapping[str, Any], source: str) -> None:
    data = {field: row[name] for name, field in _KEY_FIELDS.items() if row.get(name) is not None}
    keys.take_key(estate, {"KeyMetadata": data}, source)
    arn = parse_key_arn(row.get("arn"))
    if arn is None or arn.text not in estate.keys:
        return
    rotates = as_flag(row.get("key_rotation_enabled", row.get("rotation_enabled")))
    if isinstance(rotates, bool):
        keys.take_rotation_status(estate.keys[arn.text], {"KeyRotationEnabled": rotates}, source)
    if isinstance(row.get("aliases"), list):
        keys.take_aliases(estate, {"Aliases": row["aliases"]}, source)


def _take_bucket(estate: Estate, row: Mapping[str, Any], source: str) -> None:
    arn = parse_arn(row.get("bucket_arn") or row.get("arn"), "s3")
    name = text_of(row, "name") or (arn.resource if arn is not None else None)
    if name is None:
        return
    bucket = estate.add_bucket(name, source)
    bucket.record("name", name, source, note="name")
    region = text_of(row, "region")
    if region and "bucket_arn" not in row:
        trails.take_location(bucket, {"LocationConstraint": region}, source)
    encryption = row.get("server_side_encryption_configuration")
    if "bucket_key_enabled" in row:
        rule = {
            "BucketKeyEnabled": as_flag(row["bucket_key_enabled"]),
            "ApplyServerSideEncryptionByDefault": row.get(
                "apply_server_side_encryption_by_default"
            ),
        }
        encryption = {"Rules": [rule]}
    if isinstance(encryption, Mapping):
        trails.take_encryption(bucket, {"ServerSideEncryptionConfiguration": encryption}, source)
