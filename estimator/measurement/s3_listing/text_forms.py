"""Listings as text: the lines that each tool writes, and which of them a file is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from estimator.measurement.s3_listing.entries import (
    CUT_LINE,
    DAMAGED,
    FOLDER,
    NO_OBJECT,
    BadLine,
    Entry,
    Folder,
    Total,
    is_cloudtrails,
    iso,
    names_in,
)
from estimator.measurement.unreadable import UnreadableError

_LONGEST = 1 << 16  # a name has 1,024 bytes at most; what has no lines must not fill the memory
_LOOKED_AT = 400  # lines, to tell the form

_SIZE = r"(?:\d[\d.]* (?:Bytes?|[KMGTPE]iB)|\d+)"


@dataclass(frozen=True)
class Form:
    """The lines that a tool writes.

    Attributes
    ----------
    tool : str
        The command, in words.
    line : pattern
        A line of an object: its name, and day and time where it has them.
    local : bool
        Its times are of the place where it ran.
    folder : pattern, optional
        A line of a folder whose objects are not listed.
    """

    tool: str
    line: re.Pattern[str]
    local: bool = False
    folder: re.Pattern[str] | None = None


def _form(tool: str, line: str, *, local: bool = False, folder: str = "") -> Form:
    pattern = re.compile(folder) if folder else None
    return Form(tool, re.compile(line, re.DOTALL), local, pattern)


# in this order where as many lines are of two: the one that reads more of a line comes first.
# s5cmd: its source, command/ls.go; mc: contentMessage of cmd/ls.go; checked 2026-11-28
FORMS = (
    _form(
        "aws s3 ls",
        rf"(?P<day>\d{{4}}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d) +{_SIZE} (?P<name>.+)",
        local=True,
        folder=r" +PRE .+",
    ),
    _form(
        "s5cmd ls",
        r"(?P<day>\d{4}/\d\d/\d\d) (?P<time>\d\d:\d\d:\d\d) +(?:[A-Z][A-Z_]* +)?"
        r'(?:"?[0-9a-f]{32}(?:-\d+)?"? +)?\d[\d.]*[KMGTPE]? +(?P<name>.+)',
        folder=r" +DIR +.+",
    ),
    _form(
        "mc ls",
        r"\[(?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d) (?P<zone>\S+)\] +"
        r"[\d.]+ ?(?:[KMGTPE]i?)?B +"
        r"(?:(?:STANDARD\w*|REDUCED_REDUNDANCY|GLACIER\w*|DEEP_ARCHIVE|ONEZONE_IA|"
        r"INTELLIGENT_TIERING|OUTPOSTS|SNOW|EXPRESS_ONEZONE|COLD|WARM) +)?"
        r"(?:(?P<version>\S+ v\d+) (?P<what>PUT|DEL) +)?(?P<name>.+)",
        folder=r"\[[^\]]+\] +0B (?:\S+ +)?.+/",
    ),
    _form(
        "rclone lsl",
        r" *-?\d+ (?P<day>\d{4}-\d\d-\d\d) (?P<time>\d\d:\d\d:\d\d)(?:\.\d+)? (?P<name>.+)",
        local=True,
    ),
    _form("rclone ls", r" *-?\d+ (?P<name>\S.*)"),
)
NAMES = Form("names alone", re.compile(r"(?P<name>.+)", re.DOTALL))
# `--output text` without --query: labels, then the values by the alphabet of their keys
AWS_TEXT = _form(
    "aws s3api --output text",
    r"(?:CONTENTS|VERSIONS|DELETEMARKERS)\t.+",
    folder=r"COMMONPREFIXES\t.+",
)

_BEGUN = re.compile(r"AWSLogs|CloudTr|(?:^|/)\d{12}[/_]")
_SUMMARY = re.compile(r"\s*Total (?:Objects|Size): .*")
_OBJECTS = re.compile(r"\s*Total Objects: (\d{1,18})\s*", re.ASCII)
_LABEL = re.compile(r"[A-Z]+(?:\t.*)?")
_SCALARS = re.compile(r"(?:None|True|False|null|\d+|)(?:\t(?:None|True|False|\d+|))*")

# recognized by how they begin, and not read
_OTHERS = (
    (re.compile(r"(?:- )?\"?(?:Contents|Versions|IsTruncated|CommonPrefixes)\"?:"), "YAML"),
    (re.compile(r"[|+-]-{4,}|\|\s+List"), "the table of --output table"),
    (re.compile(r"\s*<\?xml|\s*<(?:ListBucketResult|ListVersionsResult)"), "XML of S3's API"),
)
_AS_JSON = "write it with --output json"
_CELLS = re.compile(r'^(?:"[^"]*",)+"[^"]*"$')


def form_of(head: str, whole: bool) -> Form:
    """The form of a text by its first lines; names alone where no other has one.

    Parameters
    ----------
    head : str
        The beginning of the text.
    whole : bool
        Nothing follows it; else its last line may be cut.

    Raises
    ------
    UnreadableError
        It is a listing in a form that is not read.
    """
    for pattern, words in _OTHERS:
        if pattern.match(head):
            raise UnreadableError(f"a listing as {words}", "text or JSON", _AS_JSON)
    lines = head.splitlines()[:_LOOKED_AT]
    lines = [line for line in (lines if whole else lines[:-1] or lines) if line.strip()]
    if sum(bool(AWS_TEXT.line.match(line)) for line in lines):
        return AWS_TEXT
    counts = [sum(bool(form.line.fullmatch(line)) for line in lines) for form in FORMS]
    named = sum(_names_cloudtrails(line) for line in lines)
    if any(_CELLS.match(line) and "CloudTr" in line for line in lines):
        found = "CSV in quotes, as a data file of an S3 Inventory"
        fix = "measure an inventory by its manifest: kmscost measure s3-inventory manifest.json"
        raise UnreadableError(found, "a listing", fix)
    if max(counts) and max(counts) >= named:
        return FORMS[counts.index(max(counts))]
    # an empty bucket: nothing but a summary, or folders
    empty = any(_SUMMARY.fullmatch(line) or _is_folder(FORMS[0], line) for line in lines)
    if empty and not named:
        return FORMS[0]
    folders = [form for form in FORMS if any(_is_folder(form, line) for line in lines)]
    return folders[0] if folders and not named else NAMES


def _names_cloudtrails(line: str) -> bool:
    return any(is_cloudtrails(cell) for cell in _cells(line)) if "CloudTr" in line else False


def _is_folder(form: Form, line: str) -> bool:
    return form.folder is not None and form.folder.fullmatch(line) is not None


def read_lines(text: TextIO, form: Form) -> Iterator[Entry | Folder | Total | BadLine]:
    """Every line that says something: an object, a folder, or why it is none."""
    entries = _read_names(text) if form is NAMES else _read_tool(text, form)
    for number, ended, entry in entries:
        if isinstance(entry, Entry) and _is_damaged(entry.name):
            yield BadLine(number, DAMAGED)
        elif not ended and isinstance(entry, Entry) and _is_cut(entry.name, form):
            yield BadLine(number, CUT_LINE)
        else:
            yield entry


def _is_damaged(name: str) -> bool:
    """Tell whether a name is none: S3's have no NUL, CloudTrail's are of ASCII and end once."""
    odd = "\N{REPLACEMENT CHARACTER}" in name or '"' in name or ".json" in name[:-8]
    return "\0" in name or (odd and _BEGUN.search(name) is not None)


def _is_cut(name: str, form: Form) -> bool:
    """Tell whether a name that ends the file may be the beginning of one of CloudTrail's."""
    if is_cloudtrails(name):
        return False
    # tools end their last line; names that somebody joined have no end there
    return form is not NAMES or _BEGUN.search(name) is not None


# its line, whether this has an end, and what it is
_Numbered = Iterator[tuple[int, bool, Entry | Folder | Total | BadLine]]


def _read_tool(text: TextIO, form: Form) -> _Numbered:
    number = 0
    while line := text.readline(_LONGEST):
        number += 1
        ended = line.endswith("\n")
        for entry in _entries_of(line.rstrip("\r\n"), form, number):
            yield number, ended, entry


def _entries_of(line: str, form: Form, number: int) -> Iterator[Entry | Folder | Total | BadLine]:
    found = form.line.fullmatch(line)
    # mc writes folders with a size of nothing, so they look like objects
    if found is not None and not (form.folder and form.folder.fullmatch(line)):
        yield from _read_labelled(line, number) if form is AWS_TEXT else (_entry(found),)
    elif _is_folder(form, line):
        yield BadLine(number, FOLDER)
    elif total := _OBJECTS.fullmatch(line):
        yield Total(number, int(total[1]))
    elif _SUMMARY.fullmatch(line):
        yield BadLine(number, "")
    elif line.strip() and not (
        form is AWS_TEXT and (_LABEL.fullmatch(line) or _SCALARS.fullmatch(line))
    ):
        yield BadLine(number, NO_OBJECT)


def _entry(found: re.Match[str]) -> Entry:
    values = found.groupdict()
    day, time, zone = values.get("day"), values.get("time"), values.get("zone")
    modified = f"{day.replace('/', '-')}T{time}" if day and time else ""
    if zone == "UTC":
        modified += "Z"
    version = values.get("version") or ""
    return Entry(values["name"], modified, values.get("what") == "DEL", version)


def _read_labelled(line: str, number: int) -> Iterator[Entry | BadLine]:
    """A line of `--output text`: the name stands before its LastModified."""
    label, *cells = line.split("\t")
    at = next((at for at, cell in enumerate(cells) if at and names_in([cell])[1]), 0)
    if at:
        version = line if label == "VERSIONS" else ""
        yield Entry(cells[at - 1], iso(cells[at]), label == "DELETEMARKERS", version)
    else:
        yield BadLine(number, NO_OBJECT)


def _cells(line: str) -> Sequence[str]:
    """The values of a line of names: one name, or a row with tabs, or with rclone's semicolons."""
    if len(line) > 1 and line[0] == line[-1] == '"':
        line = line[1:-1]
    if "\t" in line:
        return line.split("\t")
    cells = line.split(";")
    # a name may hold a semicolon: a row has a moment or a number beside it
    return cells if len(cells) > 1 and len(names_in(cells)[0]) == 1 else (line,)


def _read_names(text: TextIO) -> _Numbered:
    number, rest = 1, ""
    while line := text.readline(_LONGEST):
        # --query writes all names of a page into one line, which may be cut anywhere
        ended = line.endswith("\n")
        line = rest + line.rstrip("\r\n")
        rest = ""
        if not ended and "\t" in line[:-1] and len(line) >= _LONGEST - 1:
            line, _, rest = line.rpartition("\t")
        for entry in _names_of(line, number):
            yield number, ended or bool(rest), entry
        if not ended and line.endswith("\t"):
            yield number, False, BadLine(number, CUT_LINE)
        number += ended
    for entry in _names_of(rest, number):
        yield number, False, entry


def _names_of(line: str, number: int) -> Iterator[Entry | Folder | BadLine]:
    if not line.strip() or _SCALARS.fullmatch(line):
        return
    cells = _cells(line)
    names, moment = (cells, "") if len(cells) == 1 else names_in(cells)
    if not names:
        yield BadLine(number, NO_OBJECT)
    for name in names:
        yield Entry(name, iso(moment) if len(names) == 1 and moment else "")
        if name.endswith("/"):  # an object of S3's console, or a folder of rclone
            yield Folder(number)
