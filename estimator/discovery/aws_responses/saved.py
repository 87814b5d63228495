"""`discover aws-responses`: saved responses of the AWS CLI, one file each, as it printed them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from estimator.discovery.aws_responses import COMMANDS, Origin, Responses
from estimator.discovery.aws_responses.buckets import NO_ENCRYPTION
from estimator.discovery.aws_responses.values import text_of
from estimator.discovery.drafting import Draft, draft
from estimator.measurement.paths import Found, as_paths, find_files
from estimator.measurement.skipped import SkippedFiles
from pricing.arns import is_account
from pricing.reading.files import MAX_BYTES
from pricing.reading.json_files import decode_json
from pricing.reading.problems import KmscostError, Problem

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
# what people put around the subject in a file's name
_AROUND = re.compile(rf"(?:s3api-|cloudtrail-|kms-)?(?:{'|'.join(COMMANDS)})")
_NOT_JSON = "not JSON: save the answer with --output json"
_OTHER = "not an answer that discover reads"
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}


def discover_aws_responses(
    paths: str | Path | Sequence[str | Path],
    merge: str | Path | None = None,
    replace: bool = False,
) -> Draft:
    """Draft an inventory from saved responses of the AWS CLI.

    Parameters
    ----------
    paths
        Files, or folders that are searched. Each file holds one response, recognised by its
        content: as the CLI prints it, or as recordings hold it, in an envelope
        (`{"status_code": 200, "data": {...}}`).
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.

    Raises
    ------
    KmscostError
        No file is a response of AWS.
    """
    names = as_paths(paths)
    skipped, responses, read = SkippedFiles(), Responses(), Counter[str]()
    files = sorted(find_files(names, skipped), key=lambda file: file.path)
    folder = _folder([file.path for file in files])
    for found in files:
        response = _load(found, skipped)
        if response is not None:
            path = os.path.relpath(found.path, folder)
            kind = _take(responses, response, Origin(path, _account_in(path), _names_in(path)))
            read[kind or ""] += 1
            if kind is None:
                skipped.add(found.path, _OTHER)
    answered = read.total() - read[""]
    if not answered:
        raise KmscostError(_nothing_read(names, skipped))
    estate = responses.finish()
    estate.found.update(files=answered)
    estate.notices[:0] = skipped.lines()
    return draft(estate, ["aws-responses", *names], merge, replace)


def _nothing_read(names: Sequence[str], skipped: SkippedFiles) -> Problem:
    found = "; ".join(skipped.lines()) or "no file"
    expected = f"JSON that the AWS CLI printed for {', '.join(COMMANDS[:3])} and others"
    fix = "save them: `aws cloudtrail describe-trails --output json > describe-trails.json`"
    return Problem(names[0], None, "", found, expected, fix)


def _load(found: Found, skipped: SkippedFiles) -> Mapping[str, Any] | None:
    if not Path(found.path).is_file():
        skipped.add(found.path, "no regular file")
        return None
    if found.size > MAX_BYTES:
        skipped.add(found.path, f"more than {MAX_BYTES // (1024 * 1024)} MB")
        return None
    try:
        response: dict[str, Any] = decode_json(found.path, dict[str, Any])
    except KmscostError as error:
        fault = error.problems[0].found
        skipped.add(found.path, _NOT_JSON if "not JSON" in fault else fault)
        return None
    return response


def _folder(paths: Sequence[str]) -> str:
    """The folder that all paths have in common: comments leave it out."""
    folders = {str(Path(path).absolute().parent) for path in paths}
    return os.path.commonpath(folders) if folders else os.curdir


def _take(responses: Responses, response: Mapping[str, Any], origin: Origin) -> str | None:
    """Read one response, a recording without its envelope; the command that prints it."""
    # recordings of botocore put the response into an envelope
    data = response.get("data")
    if "status_code" in response and isinstance(data, dict):
        response = data
    error = response.get("Error")
    return (
        _take_error(responses, error, origin)
        if isinstance(error, dict)
        else responses.take(response, origin)
    )


def _take_error(responses: Responses, error: Mapping[str, Any], origin: Origin) -> str:
    code = text_of(error, "Code") or "an error without a code"
    if code == NO_ENCRYPTION:
        responses.take_no_encryption(origin)
    elif code in _DENIED:
        responses.estate.note(
            f"{origin.source}: AWS denied this call ({code}): what it would tell is missing"
        )
    return "errors"


def _account_in(path: str) -> str | None:
    """The one account id in a path: the account that it is of."""
    # two ids in a path leave it open which account was asked
    found = set(_ACCOUNT.findall(path))
    only = found.pop() if len(found) == 1 else None
    return only if is_account(only) else None


def _names_in(path: str) -> tuple[str, ...]:
    """The names in a path that may be those of a bucket, a trail or a key.

    >>> _names_in("answers/111122223333/get-bucket-encryption-example-logs.json")
    ('answers', '111122223333', 'get-bucket-encryption-example-logs', 'example-logs')
    """
    parts = list(PurePath(path).parts)
    stem = parts.pop().removesuffix(".json")
    match = _AROUND.search(stem)
    rest = [stem[: match.start()], stem[match.end() :]] if match else []
    return (*parts, stem, *(name for part in rest if (name := part.strip("-_. "))))
