"""`discover aws-responses`: saved responses of the AWS CLI, one file each, as it printed them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from estimator.discovery.aws_responses import Origin, Responses
from estimator.discovery.aws_responses.answer_files import (
    CALL,
    EMPTY,
    TAKEN,
    AnswerFile,
    section_of,
)
from estimator.discovery.aws_responses.kinds import COMMANDS, kind_of, whole_response
from estimator.discovery.aws_responses.trails import NO_BUCKET, NO_ENCRYPTION
from estimator.discovery.aws_responses.values import text_of
from estimator.discovery.drafting import Draft, check_replace, draft
from estimator.discovery.estate import Estate
from estimator.discovery.key_states import cure_of_error, state_in
from estimator.measurement.paths import as_paths, find_files
from estimator.measurement.skipped import SkippedFiles
from pricing.arns import is_account
from pricing.reading.problems import KmscostError, Problem
from pricing.regions import is_region

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
# what people put around the subject in a file's name; get-trail-status begins with get-trail
_LONGEST_FIRST = "|".join(sorted(COMMANDS, key=len, reverse=True))
_AROUND = re.compile(rf"(?:s3api-|cloudtrail-|kms-)?(?:{_LONGEST_FIRST})")
_NO_ANSWER = "an empty file: its call gave no answer, and what it would tell is missing"
# scripts keep answers by account, and in each by Region
_MOST_LEVELS = 3
# errors of their own kind: nothing is missing
_NOTHING = {"AWSOrganizationsNotInUseException", "UnsupportedOperationException"}
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
        Files, or folders that are searched. Each file is recognised by its content: responses as
        the CLI prints them, also as YAML, or as recordings hold them, in an envelope
        (`{"status_code": 200, "data": {...}}`); items of AWS Config; rows of Steampipe and
        CloudQuery; accounts as CSV; findings; the manifest of a landing zone.
    merge, replace
        An inventory to add what it does not say to, as `Draft.text`; `replace` also takes the
        values that differ from what it says.

    Raises
    ------
    KmscostError
        No file is a response of AWS.
    """
    check_replace(merge, replace)
    estate, names = read_responses(paths)
    if not any(seen.section == "trails" for seen in estate.completeness.all()):
        reason = "no answer of `aws cloudtrail describe-trails` is here"
        estate.completeness.absent("trails", reason)
    return draft(estate, ["aws-responses", *names], merge, replace)


def read_responses(paths: str | Path | Sequence[str | Path]) -> tuple[Estate, tuple[str, ...]]:
    """Read saved responses of the AWS CLI: the estate that they tell of, and the paths as text.

    Raises
    ------
    KmscostError
        No file is a response of AWS.
    """
    names = as_paths(paths)
    skipped, responses, read = SkippedFiles(), Responses(), Counter[str]()
    # a script saves one call under one name in the folder of each account
    calls: dict[str, str] = {}
    empty: list[AnswerFile] = []
    files = sorted(find_files(names, skipped), key=lambda file: file.path)
    folder = _folder([file.path for file in files])
    for found in files:
        path = os.path.relpath(found.path, folder)
        file = AnswerFile(found, path, skipped, responses.estate)
        # of one account's folder the path in common has its id
        account = _account_in(path) or _account_in(found.path)
        origin = Origin(path, account, _names_in(path))
        for answer in file.answers():
            if answer is EMPTY:
                empty.append(file)
                continue
            kind = _take(responses, answer, origin)
            read[kind or ""] += 1
            calls.setdefault(PurePath(path).name, kind or "")
            if kind is None:
                file.skip_answer(answer)
    for file in empty:
        file.skip(_NO_ANSWER, calls.get(PurePath(file.label).name, ""))
    answered = read.total() - read[""]
    if not answered and not responses.estate.completeness.is_blind("trails"):
        raise KmscostError(_nothing_read(names, skipped))
    estate = responses.finish()
    estate.found.update(files=answered)
    estate.notices[:0] = skipped.lines()
    return estate, names


def _nothing_read(names: Sequence[str], skipped: SkippedFiles) -> Problem:
    found = "; ".join(skipped.lines()) or "no file"
    expected = f"JSON that the AWS CLI printed for {', '.join(COMMANDS[:3])} and others"
    fix = "save them: `aws cloudtrail describe-trails --output json > describe-trails.json`"
    return Problem(names[0], None, "", found, expected, fix)


def _folder(paths: Sequence[str]) -> str:
    """The folder that all paths have in common: comments leave it out."""
    folders = {str(Path(path).absolute().parent) for path in paths}
    return os.path.commonpath(folders) if folders else os.curdir


def _take(responses: Responses, answer: Any, origin: Origin) -> str | None:
    """Read one answer, a recording without its envelope; the command that prints it or its form."""
    if answer is TAKEN:
        return "accounts"
    response = whole_response(answer)
    if response is None:
        return responses.take_other(answer, origin)
    # recordings of botocore put the response into an envelope
    data = response.get("data")
    if "status_code" in response and isinstance(data, dict):
        response = data
    error = response.get("Error")
    if isinstance(error, dict):
        return _take_error(responses, error, origin, str(response.get(CALL) or ""))
    kind = responses.take(response, origin) or responses.take_other(response, origin)
    if kind is None:
        for part, place in _split_by_name(response, origin) or ():
            kind = _take(responses, part, place) or kind
    return kind


def _split_by_name(
    answer: Mapping[str, Any], origin: Origin, levels: int = _MOST_LEVELS
) -> list[tuple[Any, Origin]] | None:
    """The answers that a script keeps by account, Region or name; None for anything else."""
    found: list[tuple[Any, Origin]] = []
    for name, value in answer.items():
        # a field of AWS, or a resource of a template
        if re.fullmatch(r"[A-Z][A-Za-z0-9]*", str(name)):
            return None
        account = name if is_account(name) else origin.account
        place = Origin(f"{origin.source}: {name}", account, (*origin.names, str(name)))
        # a list alone is an answer without its name: other calls have lists that look like it
        is_place = is_account(name) or is_region(name)
        response = whole_response(value) if isinstance(value, Mapping) or is_place else None
        if response is not None and (kind_of(response) or isinstance(response.get("Error"), dict)):
            found.append((value, place))
            continue
        inside = (
            _split_by_name(value, place, levels - 1)
            if isinstance(value, Mapping) and levels > 1
            else None
        )
        if inside is None:
            return None
        found += inside
    return found or None


def _take_error(
    responses: Responses, error: Mapping[str, Any], origin: Origin, call: str = ""
) -> str:
    code = text_of(error, "Code") or "an error without a code"
    if code == NO_ENCRYPTION:
        responses.take_no_encryption(origin)
    elif code == NO_BUCKET:
        responses.take_no_bucket(origin)
    elif code not in _NOTHING:
        what = "denied" if code in _DENIED else "failed"
        message = text_of(error, "Message") or ""
        key, state = state_in(message)
        if key:
            responses.take_state(key, state, origin.source)
        words = f": {message}".rstrip(": ")
        cure = "" if code in _DENIED else cure_of_error(code)
        missing = f"what it would tell is missing{cure and '; '}{cure}"
        reason = f"AWS {what} this call ({code}{words:.200}): {missing}"
        # a call that no name tells may have been that for trails
        section = section_of(call) if call else section_of(origin.source)
        if section:
            responses.estate.completeness.missed(section, origin.source, reason)
        else:
            responses.estate.note(f"{origin.source}: {reason}")
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
