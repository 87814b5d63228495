"""Files that AWS itself writes beside a bill: known by name and content, and no bills."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_MOST = 4096  # bytes that are looked into

# a delivery for Athena has a template for a crawler, the SQL of its table and a table of one cell
# that says whether it may be queried; one for Redshift and QuickSight has manifests of their own.
# Data Exports guide, "Querying Cost and Usage Reports using Amazon Athena", checked 2026-11-28
_STATUS = re.compile(r"cost_and_usage_data_status[^/]*\.(?:parquet|csv)")
_BY_NAME: tuple[tuple[re.Pattern[str], re.Pattern[bytes]], ...] = (
    (re.compile(r"aws-programmatic-access-test-object"), re.compile(rb".{0,200}", re.DOTALL)),
    (re.compile(r"crawler-cfn\.ya?ml"), re.compile(rb"\s*AWSTemplateFormatVersion.*", re.DOTALL)),
    (
        re.compile(r".+-(?:create-table|RedshiftCommands)\.sql"),
        re.compile(rb"\s*(?:--|create\b|copy\b).*", re.DOTALL | re.IGNORECASE),
    ),
    # S3 puts an empty object where the console made a folder
    (re.compile(r".+_\$folder\$"), re.compile(rb"")),
)


def is_side_file(path: str) -> bool:
    """Tell whether AWS wrote a file beside a bill, and it is none.

    Raises
    ------
    OSError
        It cannot be read.
    """
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    if _STATUS.fullmatch(name):
        # a table of one cell; a bill would be larger
        return Path(path).stat().st_size < _MOST
    content = next((content for named, content in _BY_NAME if named.fullmatch(name)), None)
    if content is None:
        return False
    with Path(path).open("rb") as stream:
        return content.fullmatch(stream.read(_MOST)) is not None


def is_side_document(document: Any) -> bool:
    """Tell whether JSON is the manifest of a bill for Redshift or QuickSight."""
    if not isinstance(document, dict):
        return False
    entries = document.get("entries")
    if isinstance(entries, list) and entries:
        return all(isinstance(entry, dict) and "url" in entry for entry in entries)
    return isinstance(document.get("fileLocations"), list)
