"""The values of an event's fields: nothing, a name, an account, a time, or of another type.

What is there and is no text is refused, never taken for nothing: a request whose `errorCode` is an
object would count as one that succeeded, and one whose `eventType` is a number as a call.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from estimator.measurement.unreadable import UnreadableError

_LETTERS = re.compile(r"[^a-z0-9]+")
_NOTHING = {"", "null", "none", "nan", "-", "nil", r"\n", "<na>", "nat"}
# no table has numbers or times for these
_TEXTS = {"eventSource", "eventName", "awsRegion", "errorCode", "eventType", "eventCategory"}
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_DAY_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}")
# a time with anything behind it but Z: an offset, UTC, or a zone that nobody can count with
ZONED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.,]*\s*(?![Zz]$)[^\d:.,\s].*", re.ASCII)
# UTC by its names, as other writers have it: " GMT", "Z[UTC]", " Etc/UTC"
_IN_UTC = re.compile(r"\s*(?:Z|(?:Z?\[)?(?:Etc/)?(?:UTC|GMT)\]?)$", re.IGNORECASE)
_LONGEST = 12  # with a few blanks around it
_SHOWN = 12
_SHOWN_TIME = 40


def is_nothing(value: Any) -> bool:
    """Whether a cell is empty, in whatever way its table shows that."""
    if value is None:
        return True
    if isinstance(value, str):
        return len(value) < _LONGEST and value.strip().lower() in _NOTHING
    return isinstance(value, float) and math.isnan(value)


def scalar_of(row: Mapping[str, Any], columns: tuple[str, ...]) -> str | None:
    """The first of some cells that is not empty, as text."""
    for column in columns:
        value = row[column]
        if isinstance(value, str) and len(value) >= _LONGEST:
            return value
        if isinstance(value, list) and value:
            value = value[0]  # Splunk and Elasticsearch: fields of several values
        if is_nothing(value) or isinstance(value, Mapping | list | tuple):
            continue
        if isinstance(value, datetime.datetime):
            return value.isoformat()
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value)
    return None


def account_of(text: str | None) -> str | None:
    """An account id with the zeros that a number has lost.

    Raises
    ------
    UnreadableError
        A spreadsheet has shortened it.
    """
    if text is None or (len(text) == 12 and text.isdigit()):
        return text
    if _SHORTENED.fullmatch(text):
        found = f"an account id that a spreadsheet has shortened ({text})"
        raise UnreadableError(found, "12 digits", "export the file again, and do not save it there")
    return text.zfill(12) if text.isdigit() and 8 <= len(text) < 12 else text


def utc(text: str | None, strict: bool) -> str | None:
    """A time as CloudTrail writes it, UTC.

    >>> utc("2026-10-01 12:00:10.000 +02:00", strict=True)
    '2026-10-01T10:00:10Z'

    Raises
    ------
    UnreadableError
        It is of a zone that is no offset from UTC; or, if `strict`, it is no time.
    """
    if text is None or (len(text) == 20 and text[10] == "T" and text[19] == "Z"):
        return text
    moment = read_moment(text.strip())
    if moment is not None:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year >= 1000 else text
    # its day and hour are those of another place, not of UTC
    if strict or ZONED.fullmatch(text):
        found = f"a time that cannot be read ({text[:_SHOWN_TIME]!r})"
        raise UnreadableError(found, "a time such as 2026-10-01T10:00:10Z")
    return text


def read_moment(text: str) -> datetime.datetime | None:
    """A time that a text has, in UTC, or of no zone where it names none; None where it has none."""
    try:
        if text.replace(".", "", 1).isdigit() and text.isascii() and len(text) >= 10:
            number = float(text)
            number /= 1000 if number > 1e11 else 1  # milliseconds
            return datetime.datetime.fromtimestamp(number, datetime.UTC)
        if not _DAY_FIRST.match(text):
            return None  # 10/1/2026: nobody knows which number is the month
        text = _IN_UTC.sub("", text).replace(" +", "+")
        moment = datetime.datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.astimezone(datetime.UTC) if moment.tzinfo else moment


@lru_cache(maxsize=1 << 14)
def plain_name(name: str) -> str:
    """A name by its letters and digits.

    >>> plain_name("requestParameters.encryptionContext.aws:cloudtrail:arn")
    'requestparametersencryptioncontextawscloudtrailarn'
    """
    return _LETTERS.sub("", name.lower())


def check_type(field: str, value: Any, in_log: bool) -> None:
    """Refuse a value of another type than the field has, or can have in a table.

    Raises
    ------
    UnreadableError
        It stands where a text should.
    """
    if is_nothing(value):
        # an event older than the field has none of it; with null it is no such event
        if in_log and field == "eventType":
            raise unreadable(field, value)
    elif not _is_of_type(field, value, in_log):
        raise unreadable(field, value)


def _is_of_type(field: str, value: Any, in_log: bool) -> bool:
    # Splunk and Elasticsearch have fields of several values
    if isinstance(value, list) and not in_log:
        return bool(value) and all(_is_of_type(field, each, in_log=True) for each in value)
    if field in _TEXTS:
        return isinstance(value, str)
    return not isinstance(value, bool | Mapping | list | tuple)


def unreadable(field: str, value: Any) -> UnreadableError:
    """The error of a field of a request to KMS that is there and cannot be read."""
    found = f"{field} of a request to KMS that cannot be read ({str(value)[:_SHOWN]!r})"
    fix = "export the whole event, or its nested fields as JSON"
    return UnreadableError(found, "an object, or JSON of it", fix)
