"""The answers in a file: JSON, YAML of the CLI or CSV, with what scripts print around them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from estimator.discovery.aws_responses import hints, query_rows, texts
from estimator.discovery.aws_responses.kinds import SINGLE_FIELDS, kind_of, whole_response
from estimator.discovery.estate import Estate
from estimator.discovery.surroundings import (
    PAGE,
    failures_in,
    find_error,
    find_page,
    without_failures,
)
from estimator.measurement.paths import Found
from estimator.measurement.recognition import kind_of_file
from estimator.measurement.skipped import SkippedFiles
from pricing.arns import is_account
from pricing.reading.document import parse_value
from pricing.reading.files import MAX_BYTES, decode, read_bytes, to_utf8
from pricing.reading.json_files import decode_json_documents
from pricing.reading.magic_numbers import BZIP2, GZIP, XZ, ZIP, ZSTD
from pricing.reading.problems import KmscostError, Problem
from pricing.reading.words import shown

# an answer begins a line: `>>` adds one to another, and `[default] account 111122223333` is none.
# Behind a prompt (`Enter MFA code for ...: `) it stands on the same line, and its first field tells
_BEGINS = re.compile(
    r'^[ \t]*(\[\s*[\[{"\]]|\{\s*["}])|(\{\s*"(?:' + "|".join(sorted(SINGLE_FIELDS)) + r')"\s*:)',
    re.MULTILINE,
)
_NOT_JSON = "not JSON: save the answer with --output json"
_YAML = "YAML"
_TABLE = "a table, not JSON: save the answer with --output json"
_PYTHON = "Python's own form of an answer: write it with json.dumps(answer, default=str)"
_TEXT = "an answer of --output text: save it with --output json"
_PACKED = "a packed file: unpack it"
_MAGIC = (GZIP, ZIP, BZIP2, ZSTD, XZ)
_OTHER = "not an answer that discover reads"
_LIST_TRAILS = "an answer of list-trails, which names no keys: save that of describe-trails"
_CUSTOMIZATIONS = (
    "a manifest of Customizations for Control Tower, which only names templates: name these to "
    "`discover cloudformation`"
)
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
_COLUMNS = "a list of accounts, as it seems: name its columns id, name and status"
_FIELDS = (
    "accounts without the names of their fields: save the answer whole, or with `--query Accounts`"
)
COMMAND = "discover aws-responses"
CALL = "Call"  # beside an error: what the CLI called
EMPTY = object()  # in place of an answer that is not there
TAKEN = object()  # in place of an answer: the file was read already


@dataclass(frozen=True)
class AnswerFile:
    """A file that may hold answers, and where to note what in it is none."""

    file: Found
    # its path from the folder that all files have in common
    label: str
    skipped: SkippedFiles
    estate: Estate

    def answers(self) -> Iterator[Any]:
        """The answers in the file: one, or several that were added one to another."""
        path = self.file.path
        if not Path(path).is_file():
            self.skipped.add(path, "no regular file")
            return
        if self.file.size > MAX_BYTES:
            self.skip(f"more than {MAX_BYTES // (1024 * 1024)} MB")
            return
        try:
            documents, lines = decode_json_documents(path, Any, _BEGINS)
        except KmscostError as error:
            fault = error.problems[0].found
            if fault == "an empty file":
                yield EMPTY
            elif "not JSON" in fault:
                yield from self._text_answers()
            else:
                self.skip(_name_file(path) or fault)
            return
        answers: list[Any] = [answer for answer, _ in documents]
        if lines:
            self._note_lines(lines, answers)
            yield from _failures("\n".join(lines))
        # a row to a line: together they are one table
        if len(answers) > 1 and all(
            isinstance(row, Mapping) and query_rows.table_of(row) for row in answers
        ):
            yield answers
            return
        yield from self._each(answers)

    def _text_answers(self) -> Iterator[Any]:
        """What is in a file that is no JSON: YAML of the CLI, or a CSV file."""
        path = self.file.path
        try:
            text = decode(path, to_utf8(path, read_bytes(path)))
        except KmscostError as error:
            problem = error.problems[0]
            self.skip(_name_file(path) or _describe_encoding(problem, path))
            return
        if not text.strip():
            yield EMPTY
            return
        failures = list(_failures(text))
        text = without_failures(text) if failures else text
        yield from failures
        if not text.strip():
            return
        lines: list[str] = []
        if _name_text(text) == _NOT_JSON:
            text, lines = texts.without_prelude(text, SINGLE_FIELDS)
        reason = _name_text(text)
        if reason == _YAML:
            answers, fault = _read_yaml(text, path)
            if lines:
                self._note_lines(lines, answers)
            yield from self._each(answers)
            if not fault:
                return
            reason = f"YAML that is not read: {fault}"
        elif reason == _NOT_JSON and texts.is_account_table(text):
            if texts.take_account_table(self.estate, Path(path), text, self.label):
                yield TAKEN
                return
            reason = "a CSV file of accounts with mistakes"
        elif reason == _NOT_JSON:
            rows = texts.read_table(text)
            if rows is not None:
                yield rows
                return
        self.skip(_name_file(path) or reason)

    def _each(self, answers: list[Any]) -> Iterator[Any]:
        # `jq -s` and --output yaml-stream make one list of many answers
        if len(answers) == 1 and _is_list_of_answers(answers[0]):
            answers = answers[0]
        if len(answers) > 1:
            self.estate.note(f"{self.label}: {len(answers):,} answers in one file, each is read")
        yield from answers

    def _note_lines(self, lines: list[str], answers: list[Any]) -> None:
        """Note the lines around answers; a page or an error there stands for an answer more."""
        what = (
            "1 line around the answers was"
            if len(lines) == 1
            else f"{len(lines):,} lines around the answers were"
        )
        self.estate.note(f"{self.label}: {what} skipped")
        error = find_error([line for line in lines if not next(failures_in(line), None)])
        reason = find_page(lines) or (error and f"a program failed ({error:.200})")
        if not reason:
            return
        # what a call would have told that no name tells is what those beside it tell
        kinds = (kind_of(answer) or "" for answer in answers if isinstance(answer, Mapping))
        sections = (section_of(self.label), *(section_of(kind) for kind in kinds))
        section = next((section for section in sections if section), "")
        reason = f"among the answers is {reason}: what its call would tell is missing"
        if section:
            self.estate.completeness.missed(section, self.label, reason)
        else:
            self.estate.note(f"{self.label}: {reason}")

    def skip(self, reason: str, call: str = "") -> None:
        """Leave the file out, and note what it would have told, as far as its name says so."""
        self.skipped.add(self.file.path, reason)
        section = section_of(self.label) or section_of(call)
        if section:
            self.estate.completeness.missed(section, self.label, reason)

    def skip_answer(self, answer: Any) -> None:
        """Leave out an answer that is not read, by its own name."""
        if isinstance(answer, Mapping) and "Trails" in answer:
            self.skip(_LIST_TRAILS)
        elif hints.is_stack_manifest(answer):
            self.skip(_CUSTOMIZATIONS)
        elif (reason := _accounts_in(answer)) and not _name_file(self.file.path):
            self.skip(reason, "list-accounts")
        else:
            response = answer if isinstance(answer, Mapping) else whole_response(answer)
            what = _OTHER if response is not None else f"another shape ({shown(answer)})"
            self.skip(_name_file(self.file.path) or what)


def section_of(path: str) -> str:
    """The section that an answer would tell of, by the name of its file; "" where it does not say.

    >>> section_of("a/cloudtrail.DescribeTrails_1.json"), section_of("get-trail-status-x.json")
    ('trails', '')
    """
    name = re.sub(r"[^a-z]", "", PurePath(path).name.lower())
    return next((section for word, section in _SECTIONS if word in name), "")


def _name_file(path: str) -> str:
    """What a file of another command is, and which one reads it; or that it is packed."""
    kind = kind_of_file(path)
    if kind is not None and kind.command != COMMAND:
        return kind.sentence
    with contextlib.suppress(OSError), Path(path).open("rb") as file:
        return _PACKED if file.read(8).startswith(_MAGIC) else ""
    return ""


def _accounts_in(answer: Any) -> str:
    """What a list that may be one of accounts lacks to be read; empty where it is none.

    >>> _accounts_in([["111122223333", "prod"]]).partition(":")[0]
    'accounts without the names of their fields'
    >>> _accounts_in([{"Konto-ID": "111122223333"}]).partition(":")[0]
    'a list of accounts, as it seems'
    """
    rows = answer if isinstance(answer, list) else []
    if rows and all(isinstance(row, Mapping) for row in rows):
        # an account to a row: tables of other things name one again and again
        columns = ([row.get(name) for row in rows] for name in rows[0])
        if any(all(map(is_account, ids)) and len(set(ids)) == len(ids) for ids in columns):
            return _COLUMNS
        return ""
    cells = [row if isinstance(row, list) else [row] for row in rows]
    return _FIELDS if cells and all(any(map(is_account, row)) for row in cells) else ""


def _describe_encoding(problem: Problem, path: str) -> str:
    """Why a text is not read, and how to save it."""
    excel = ' (in Excel: "CSV UTF-8")' if path.lower().endswith(".csv") else ""
    return f"{problem.found}: {problem.fix}{excel}"


def _is_list_of_answers(answer: Any) -> bool:
    return (
        isinstance(answer, list)
        and bool(answer)
        and all(isinstance(part, Mapping) and kind_of(part) is not None for part in answer)
    )


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
    for code, call, words in failures_in(text):
        yield {"Error": {"Code": code or "the CLI", "Message": words}, CALL: call}


def _name_text(text: str) -> str:
    """What a text is that is no JSON."""
    start = text[:2_000].lstrip()
    if start.startswith("<"):
        return PAGE
    if start.startswith(("{'", "[{'")):
        return _PYTHON
    if re.match(r"[A-Z]+\t", start):
        return _TEXT
    if start.startswith(("+-", "|", "---")) and "--+" in start[:400]:
        return _TABLE
    return _YAML if re.match(r"(?:- )?[A-Za-z]+:(?: |\r?\n)", start) else _NOT_JSON
