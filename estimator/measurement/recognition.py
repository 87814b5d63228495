"""The one place that knows every form of file by its beginning: what it is, and what reads it.

A reader knows its own forms in full, and refuses the rest; whoever gave it the rest wants to know
what that is, and which command takes it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from estimator.measurement.compressed import plain_stream
from estimator.measurement.plain_files import is_utf16
from estimator.measurement.unreadable import UnreadableError, readable
from pricing.reading.magic_numbers import AVRO, PDF
from pricing.reading.problems import KmscostError, Problem, UsageError

HEAD = 64 * 1024  # bytes

# columns that every CSV of `kmscost measure` has
MEASURE_COLUMNS = frozenset({"unit", "source", "coverage"})


class FileKind(NamedTuple):
    """What a file is.

    Attributes
    ----------
    words : str
        In words, as an error names it.
    command : str
        The command that reads it, without ``kmscost``; empty where none does.
    """

    words: str
    command: str

    @property
    def fix(self) -> str:
        """The command that reads it, as advice; empty where none does."""
        return f"`kmscost {self.command}` reads it" if self.command else ""

    @property
    def sentence(self) -> str:
        """The words and the advice, as the reason why another reader skips it."""
        return f"{self.words}; {self.fix}" if self.command else self.words


LOGS = FileKind("CloudTrail events", "measure cloudtrail")
_ACCESS_LOGS = FileKind("lines of S3 server access logs", "measure access-logs")
_LISTING = FileKind("a listing of a bucket", "measure s3-listing")
MANIFEST = FileKind("the manifest of an S3 Inventory", "measure s3-inventory")
_INVENTORY_DATA = FileKind(
    "a data file of an S3 Inventory, as its manifest.json names it", "measure s3-inventory"
)
_BILL = FileKind("a bill", "measure bill")
BILL_MANIFEST = FileKind("the manifest of a bill", "measure bill")
_COST_EXPLORER = FileKind("an answer of Cost Explorer", "measure bill")
_ATHENA = FileKind("a result of the query for Athena", "measure athena")
_PRICES = FileKind("a price list of AWS", "rates import")
_RATES = FileKind("a rate table of kmscost", "rates show --rates")
_PLAN = FileKind("a plan or state of Terraform", "discover terraform")
_STACK = FileKind("a stack of Pulumi", "discover terraform")
_TEMPLATE = FileKind("a template of CloudFormation", "discover cloudformation")
_ANSWERS = FileKind("an answer of the AWS CLI", "discover aws-responses")
_CONFIG = FileKind("items of AWS Config", "discover aws-responses")
_ROWS = FileKind("rows of a query about trails, keys or accounts", "discover aws-responses")
_ACCOUNTS = FileKind("a list of accounts", "discover aws-responses")
INVENTORY = FileKind("an inventory of kmscost", "forecast")
MEASUREMENT = FileKind("a measurement of `kmscost measure`", "calibrate")
FORECAST = FileKind("the CSV of `kmscost forecast`", "")
RECONCILIATION = FileKind("the CSV of `kmscost reconcile`", "")
RESULT = FileKind("the JSON of another command of kmscost than measure", "")

# what AWS writes beside a bill for other programs: only its name and its place tell
BESIDE_A_BILL = FileKind("a file that AWS writes beside a bill", "")
_OWN = (MEASUREMENT, FORECAST, RECONCILIATION, RESULT)

# JSON by keys at its beginning, whatever their depth; the first kind whose keys are all there
_BY_KEYS: tuple[tuple[Collection[str], FileKind], ...] = (
    (("fileSchema", "sourceBucket"), MANIFEST),
    (("reportKeys",), BILL_MANIFEST),
    (("dataFiles", "executionId"), BILL_MANIFEST),
    (("ResultsByTime",), _COST_EXPLORER),
    (("offerCode", "products"), _PRICES),
    (("FormatVersion", "PriceList"), _PRICES),
    (("format_version", "terraform_version"), _PLAN),
    (("terraform_version", "lineage"), _PLAN),
    (("format_version", "planned_values"), _PLAN),
    (("format_version", "values"), _PLAN),
    (("deployment", "manifest", "resources"), _STACK),
    (("config", "steps", "urn"), _STACK),
    (("AWSTemplateFormatVersion",), _TEMPLATE),
    (("trailList",), _ANSWERS),
    (("KeyMetadata", "KeyId"), _ANSWERS),
    (("Accounts", "JoinedMethod"), _ANSWERS),
    (("eventVersion", "eventSource", "eventName"), LOGS),
    # behind events, which repeat parts of templates and answers
    (("Resources", "Type", "Properties"), _TEMPLATE),
    (("TrailARN",), _ANSWERS),
    (("IsLogging", "LatestDeliveryTime"), _ANSWERS),
    (("AliasArn", "TargetKeyId"), _ANSWERS),
    (("Organization", "FeatureSet"), _ANSWERS),
    (("JoinedMethod", "Email", "Id"), _ANSWERS),
    (("KeyManager", "KeyState"), _ANSWERS),
    (("ServerSideEncryptionConfiguration", "Rules"), _ANSWERS),
    (("RegionName", "OptInStatus"), _ANSWERS),
    (("resourceType", "configurationItemStatus"), _CONFIG),
    (("s3_bucket_name", "is_multi_region_trail"), _ROWS),
    (("CloudTrailEvent", "EventId"), LOGS),
    (("Contents",), _LISTING),
    (("Versions",), _LISTING),
)
_KEY = re.compile(rb'"([A-Za-z_]{3,40})"\s*:')
_FIRST_KEY = re.compile(rb'\{\s*"([^"\\]*)"\s*:')

# the first keys of what kmscost writes, as it writes them and sorted by other tools; an event of
# CloudTrail begins with none of them
_FIRST_OF_MEASURE = frozenset({b"source", b"coverage"})
_FIRST_OF_OTHERS = frozenset(
    {b"totals", b"month", b"months", b"problems", b"rates", b"quantiles", b"free_tier", b"steps"}
)

# tables by columns, without what is no letter or digit; the first kind of which one set is there
_BY_COLUMNS: tuple[tuple[tuple[Collection[str], ...], FileKind], ...] = (
    ((MEASURE_COLUMNS,), MEASUREMENT),
    ((("costotherreading",), ("driver", "billedaccount", "quantity")), FORECAST),
    ((("billed", "forecast", "relativedifference"),), RECONCILIATION),
    ((("what", "recorder", "callerarn"),), _ATHENA),
    (
        (
            ("lineitemusagetype", "lineitemproductcode"),
            ("chargecategory", "billedcost"),
            ("usagetype", "recordtype", "usagequantity"),
        ),
        _BILL,
    ),
    ((("eventname", "eventsource"), ("cloudtrailevent",)), LOGS),
    ((("accountid", "joinedmethod"), ("id", "ou"), ("id", "filesperday")), _ACCOUNTS),
    ((("s3bucketname", "kmskeyid"), ("s3bucketname", "ismultiregiontrail")), _ROWS),
)

# texts by how they begin
_BY_TEXT: tuple[tuple[re.Pattern[bytes], FileKind], ...] = (
    (
        re.compile(rb"[0-9a-f]{64} \S+ \[\d\d/\w{3}/\d{4}:|\w+ \S+ \[\d\d/\w{3}/\d{4}:"),
        _ACCESS_LOGS,
    ),
    (re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S* +\d+ \S"), _LISTING),
    (re.compile(rb"[0-9a-fA-F]{32}\s*\Z"), FileKind("the checksum of a manifest", "")),
    (
        re.compile(rb"s3://\S+/symlink|s3://\S+\.(?:csv\.gz|parquet|orc)\s"),
        FileKind("a symlink.txt for Hive, which names data files of an S3 Inventory", ""),
    ),
    (re.compile(rb'"[^"\n]{3,63}","[^"\n]*AWSLogs'), _INVENTORY_DATA),
    (re.compile(rb"(?:#[^\n]*\n|---[^\n]*\n|\s)*AWSTemplateFormatVersion\s*:"), _TEMPLATE),
    (re.compile(rb"(?:#[^\n]*\n|---[^\n]*\n|\s)*version\s*:\s*1\b"), INVENTORY),
    (re.compile(rb"(?:#[^\n]*\n|---[^\n]*\n|\s)*meters\s*:"), _RATES),
    (re.compile(rb"(?:#[^\n]*\n|---[^\n]*\n|\s)*(?:trailList|Accounts)\s*:"), _ANSWERS),
    (re.compile(rb"(?ms)(?=.*^Resources[ \t]*:[ \t]*\r?$).*AWS::"), _TEMPLATE),
)

# bytes of formats that hold no text
_BY_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (PDF, FileKind("a PDF", "")),
    (b"\x89PNG", FileKind("a picture", "")),
    (b"\xff\xd8\xff", FileKind("a picture", "")),
    (b"SQLite format 3", FileKind("a database of SQLite", "")),
    (AVRO, FileKind("an Avro file: export as JSON or Parquet", "")),
    (b"<!DOCTYPE", FileKind("a web page", "")),
    (b"<!doctype", FileKind("a web page", "")),
    (b"<html", FileKind("a web page", "")),
)
_BLANK = b"\xef\xbb\xbf \t\r\n"


def kind_of_text(begin: bytes) -> FileKind | None:
    """The kind of a file by its first bytes, unpacked; None where nobody knows.

    >>> kind_of_text(b'{"ResultsByTime": []}').command
    'measure bill'
    """
    for mark, kind in _BY_MAGIC:
        if begin.startswith(mark):
            return kind
    text = beginning_as_utf8(begin)
    if text is None:
        return None
    if text[:1] in (b"{", b"["):
        return _kind_of_json(text)
    by_text = next((kind for mark, kind in _BY_TEXT if mark.match(text)), None)
    return by_text or kind_of_columns(columns_of(text))


def _kind_of_json(text: bytes) -> FileKind | None:
    own = own_json(text)
    if own is not None:
        return own
    return kind_of_keys({key.decode() for key in _KEY.findall(text)})


def kind_of_keys(keys: Collection[str]) -> FileKind | None:
    """The kind of a JSON document by keys at its beginning."""
    return next((kind for marks, kind in _BY_KEYS if all(mark in keys for mark in marks)), None)


def own_json(text: bytes) -> FileKind | None:
    """A measurement, or another result of kmscost, by its first key; None for other JSON."""
    first = _FIRST_KEY.match(text)
    if first is None:
        return None
    if first[1] in _FIRST_OF_MEASURE:
        return MEASUREMENT
    return RESULT if first[1] in _FIRST_OF_OTHERS else None


def kind_of_columns(columns: Collection[str]) -> FileKind | None:
    """The kind of a table by the names of its columns, however they are spelled."""
    plain = {re.sub(r"[^a-z0-9]", "", column.casefold()) for column in columns}
    return next(
        (
            kind
            for choices, kind in _BY_COLUMNS
            if any(plain.issuperset(choice) for choice in choices)
        ),
        None,
    )


def columns_of(text: bytes) -> list[str]:
    """The cells of the first line of a table."""
    header = text.splitlines()[0].decode("utf-8", "replace").strip() if text else ""
    return header.replace('"', "").split(delimiter_of(header))


def delimiter_of(header: str) -> str:
    """What separates the cells of a table: spreadsheets of half of Europe write semicolons.

    >>> delimiter_of("day;cause;quantity"), delimiter_of("day,cause")
    (';', ',')
    """
    return max(",;\t", key=header.count)


def beginning_as_utf8(begin: bytes) -> bytes | None:
    """The beginning of a file in UTF-8, without blanks before it; None where it is no text."""
    if is_utf16(begin):
        begin = begin[: len(begin) // 2 * 2].decode("utf-16", "replace").encode()
    text = begin.lstrip(_BLANK)
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        # a character that the end of the beginning cuts is no fault of the text
        if error.end < len(text) - 8:
            return None
    return None if b"\0" in text else text


def kind_of_file(path: str) -> FileKind | None:
    """The kind of a file, packed or not; None where nobody knows, or where it cannot be read."""
    try:
        if not Path(path).is_file():  # opening a pipe would wait for whoever writes
            return None
        packed = Path(path).stat().st_size
        with readable(), Path(path).open("rb") as file, plain_stream(file, packed) as stream:
            return kind_of_text(stream.read(HEAD))
    except (UnreadableError, OSError, KmscostError):
        return None


@contextlib.contextmanager
def naming_files(command: str) -> Iterator[None]:
    """Let an error about a file of another kind say what the file is, and what reads it.

    Parameters
    ----------
    command : str
        The command whose reader runs, without ``kmscost``.
    """
    try:
        yield
    except UsageError:
        raise
    except KmscostError as error:
        raise KmscostError(
            [_name_problem(problem, command) for problem in error.problems]
        ) from None


def _name_problem(problem: Problem, command: str) -> Problem:
    if problem.found == BESIDE_A_BILL.words:
        return problem
    kind = kind_of_file(problem.path) if problem.path else None
    # of kmscost's own files each reader of measurements knows more than their beginning tells
    is_own = kind in _OWN and not command.startswith("discover")
    if kind is None or is_own or kind.command == command:
        return problem
    # where nothing reads it, what was expected is all the help there is
    return replace(problem, found=kind.words, fix=kind.fix or problem.fix, line=None)
