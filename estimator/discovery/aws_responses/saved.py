"""`discover aws-responses`: saved responses of the AWS CLI, one file each, as it printed them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from estimator.discovery.aws_responses import (
    COMMANDS,
    SINGLE_FIELDS,
    Origin,
    Responses,
    landing_zone,
    query_rows,
    tables,
    texts,
    whole_response,
)
from estimator.discovery.aws_responses.buckets import NO_BUCKET, NO_ENCRYPTION
from estimator.discovery.aws_responses.values import text_of
from estimator.discovery.drafting import Draft, draft
from estimator.discovery.estate import Estate
from estimator.measurement.paths import Found, as_paths, find_files
from estimator.measurement.skipped import SkippedFiles
from pricing.arns import is_account
from pricing.reading.document import parse_value
from pricing.reading.files import MAX_BYTES, decode, read_bytes, to_utf8
from pricing.reading.json_files import decode_json_documents
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import shown

_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
# what people put around the subject in a file's name; get-trail-status begins with get-trail
_LONGEST_FIRST = "|".join(sorted(COMMANDS, key=len, reverse=True))
_AROUND = re.compile(rf"(?:s3api-|cloudtrail-|kms-)?(?:{_LONGEST_FIRST})")
# an answer begins a line: `>>` adds one to another
_BEGINS = re.compile(r"^[ \t]*([\[{])", re.MULTILINE)
_NOT_JSON = "not JSON: save the answer with --output json"
_YAML = "YAML"
_TABLE = "a table, not JSON: save the answer with --output json"
_PAGE = "a web page (of a proxy, or of a login), not an answer of AWS"
_OTHER = "not an answer that discover reads"
_LIST_TRAILS = "an answer of list-trails, which names no keys: save that of describe-trails"
# what a file would have told, by its name: `describe-trails-x.json`, `cloudtrail.DescribeTrails_1`
_SECTIONS = (
    ("gettrailstatus", ""),
    ("describetrails", "trails"),
    ("gettrail", "trails"),
    ("trails", "trails"),
    ("listtrails", "trails"),
    ("listaccounts", "accounts"),
    ("describeorganization", "accounts"),
    ("describekey", "keys"),
)
_CUSTOMIZATIONS = (
    "a manifest of Customizations for Control Tower, which only names templates: name these to "
    "`discover cloudformation`"
)
_CALL = "Call"  # beside an error: what the CLI called
_NO_ANSWER = "an empty file: its call gave no answer, and what it would tell is missing"
_EMPTY = object()  # in place of an answer that is not there
_TAKEN = object()  # in place of an answer: the file was read already
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
    empty: list[Found] = []
    files = sorted(find_files(names, skipped), key=lambda file: file.path)
    folder = _folder([file.path for file in files])
    for found in files:
        path = os.path.relpath(found.path, folder)
        origin = Origin(path, _account_in(path), _names_in(path))
        for answer in _load(found, path, skipped, responses.estate):
            if answer is _EMPTY:
                empty.append(found)
                continue
            kind = _take(responses, answer, origin)
            read[kind or ""] += 1
            calls.setdefault(PurePath(path).name, kind or "")
            if kind is None:
                _skip(found, path, skipped, responses.estate, _name_answer(answer))
    for found in empty:
        path = os.path.relpath(found.path, folder)
        call = calls.get(PurePath(path).name, "")
        _skip(found, path, skipped, responses.estate, _NO_ANSWER, call)
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


def _load(found: Found, path: str, skipped: SkippedFiles, estate: Estate) -> Iterator[Any]:
    """The answers in a file: one, or several that were added one to another."""
    if not Path(found.path).is_file():
        skipped.add(found.path, "no regular file")
        return
    if found.size > MAX_BYTES:
        _skip(found, path, skipped, estate, f"more than {MAX_BYTES // (1024 * 1024)} MB")
        return
    try:
        answers, lines = decode_json_documents(found.path, Any, _BEGINS)
    except KmscostError as error:
        fault = error.problems[0].found
        if fault == "an empty file":
            yield _EMPTY
        elif "not JSON" in fault:
            yield from _load_text(found, path, skipped, estate)
        else:
            _skip(found, path, skipped, estate, fault)
        return
    if lines:
        estate.note(f"{path}: {lines:,} lines around the answers were skipped")
        yield from _failures(read_bytes(found.path).decode("utf-8", "replace"))
    listed = [answer for answer, _ in answers]
    # a row to a line: together they are one table
    if len(listed) > 1 and all(
        isinstance(row, Mapping) and query_rows.table_of(row) for row in listed
    ):
        yield listed
        return
    if len(answers) > 1:
        estate.note(f"{path}: {len(answers):,} answers in one file, each is read")
    yield from (answer for answer, _ in answers)


def _load_text(found: Found, path: str, skipped: SkippedFiles, estate: Estate) -> Iterator[Any]:
    """What is in a file that is no JSON: YAML of the CLI, or a CSV file."""
    try:
        text = decode(found.path, to_utf8(found.path, read_bytes(found.path)))
    except KmscostError as error:
        _skip(found, path, skipped, estate, error.problems[0].found)
        return
    if not text.strip():
        yield _EMPTY
        return
    failures = list(_failures(text))
    text = texts.without_failures(text) if failures else text
    yield from failures
    if not text.strip():
        return
    reason = _name_text(text)
    if reason == _YAML:
        answers, fault = _read_yaml(text, found.path)
        if len(answers) > 1:
            estate.note(f"{path}: {len(answers):,} answers in one file, each is read")
        yield from answers
        if not fault:
            return
        reason = f"YAML that is not read: {fault}"
    elif reason == _NOT_JSON and tables.is_account_table(text):
        if not tables.take_account_table(estate, Path(found.path), text, path):
            reason = "a CSV file of accounts with mistakes"
        else:
            yield _TAKEN
            return
    elif reason == _NOT_JSON:
        rows = tables.read_table(text)
        if rows is not None:
            yield rows
            return
    _skip(found, path, skipped, estate, reason)


def _read_yaml(text: str, path: str) -> tuple[list[Any], str]:
    """The answers in YAML documents, and what is wrong with the first that is not read."""
    answers, fault = [], ""
    for line, document in texts.split_yaml(text, SINGLE_FIELDS):
        try:
            root, problems = parse_value(document, path)
        except KmscostError as error:
            root, problems = None, list(error.problems)
        if not problems:
            answers.append(root)
        elif not fault:
            fault = f"found {problems[0].found} in line {line + (problems[0].line or 1) - 1}"
    return answers, fault


def _failures(text: str) -> Iterator[Any]:
    """What the CLI printed in place of answers, in the form of AWS's errors."""
    for code, call, words in texts.failures_in(text):
        yield {"Error": {"Code": code or "the CLI", "Message": words}, _CALL: call}


def _name_answer(answer: Any) -> str:
    """Why an answer is not read."""
    if isinstance(answer, Mapping) and "Trails" in answer:
        return _LIST_TRAILS
    if landing_zone.is_stack_manifest(answer):
        return _CUSTOMIZATIONS
    response = answer if isinstance(answer, Mapping) else whole_response(answer)
    return _OTHER if response is not None else f"another shape ({shown(answer)})"


def _skip(
    found: Found, path: str, skipped: SkippedFiles, estate: Estate, reason: str, call: str = ""
) -> None:
    """Leave a file out, and note what it would have told, as far as its name says so."""
    skipped.add(found.path, reason)
    section = _section_of(path) or _section_of(call)
    if section:
        estate.completeness.missed(section, path, reason)


def _section_of(path: str) -> str:
    """The section that an answer would tell of, by the name of its file; "" where it does not say.

    >>> _section_of("a/cloudtrail.DescribeTrails_1.json"), _section_of("get-trail-status-x.json")
    ('trails', '')
    """
    name = re.sub(r"[^a-z]", "", PurePath(path).name.lower())
    return next((section for word, section in _SECTIONS if word in name), "")


def _name_text(text: str) -> str:
    """What a text is that is no JSON."""
    start = text[:2_000].lstrip()
    if start.startswith("<"):
        return _PAGE
    if start.startswith(("+-", "|", "---")) and "--+" in start[:400]:
        return _TABLE
    return _YAML if re.match(r"(?:- )?[A-Za-z]+:(?: |\r?\n)", start) else _NOT_JSON


def _folder(paths: Sequence[str]) -> str:
    """The folder that all paths have in common: comments leave it out."""
    folders = {str(Path(path).absolute().parent) for path in paths}
    return os.path.commonpath(folders) if folders else os.curdir


def _take(responses: Responses, answer: Any, origin: Origin) -> str | None:
    """Read one answer, a recording without its envelope; the command that prints it or its form."""
    if answer is _TAKEN:
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
        return _take_error(responses, error, origin, str(response.get(_CALL) or ""))
    return responses.take(response, origin) or responses.take_other(response, origin)


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
        words = f": {text_of(error, 'Message') or ''}".rstrip(": ")
        reason = f"AWS {what} this call ({code}{words:.200}): what it would tell is missing"
        # a call that no name tells may have been that for trails
        section = _section_of(call) if call else _section_of(origin.source)
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
