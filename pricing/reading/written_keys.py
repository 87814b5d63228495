"""The key that was meant by one that names another unit: `files_per_month`, `retention_years`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pricing.reading.time_units import time_unit
from pricing.reading.units import unit_in_words
from pricing.reading.words import flow_of, nearest
from pricing.reading.written_numbers import Meant, numbers_meant

_CASES = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\s-]+")


def key_fix(key: str, value: Any, units: Mapping[str, str]) -> str | None:
    """How to write a key that differs from one of the format by its unit alone, with its value.

    Parameters
    ----------
    key : str
        The unknown key.
    value : Any
        Its value, a number or a range in the unit that the key names.
    units : mapping of str to str
        The keys of the format in its place, and the unit of each.

    >>> key_fix("files_per_month", 8640, {"files_per_day": "file/day"})
    'write files_per_day: 288, as a month is taken as 30 days'
    >>> key_fix("retention_years", {"low": 1, "high": 2}, {"retention_days": "day"})
    'write retention_days: {low: 365, high: 730}, as a year is taken as 365 days'
    >>> key_fix("eur_per_month", 25, {"usd_per_month": "USD/month"})
    'write usd_per_month, in USD a month: EUR is not converted'
    """
    known = key_meant(key, units)
    if known is None:
        return None
    unit, (money, period) = units[known], _own_unit(_words(key), known.split("_")) or ("", "")
    found = None if money else _convert(value, period, unit)
    if found is None:
        rest = f": {money.upper()} is not converted" if money else ""
        return f"write {known}, in {unit_in_words(unit)}{rest}"
    return f"write {known}: {found.text}" + (f", as {found.note}" if found.note else "")


def key_meant(key: str, units: Mapping[str, str]) -> str | None:
    """The key of the format that differs from a key by its unit alone; None for none."""
    words = _words(key)
    return next((known for known in units if _own_unit(words, known.split("_"))), None)


def _words(key: str) -> list[str]:
    return [word for word in _CASES.sub("_", key).casefold().split("_") if word]


def _own_unit(words: list[str], known: list[str]) -> tuple[str, str] | None:
    """The currency and the period that a key names where a known key has its own; None for none."""
    if len(words) != len(known) or words == known:
        return None
    pairs = [pair for pair in zip(words, known, strict=True) if pair[0] != pair[1]]
    # another unit of time, and not day for days
    times = [own for own, other in pairs if time_unit(own) not in (None, time_unit(other))]
    if any(time_unit(other) is None for own, other in pairs if own in times):
        return None
    money = [own for own, other in pairs if other == "usd" and len(own) == 3]
    if len(times) + len(money) != len(pairs):
        return None
    period = times[0] if times else known[-1]
    return "".join(money), f"per {period}" if "per" in known else period


def _convert(value: Any, other: str, unit: str) -> Meant | None:
    """A number or a range in the unit of the field; None where it has no meaning there."""
    if isinstance(value, dict):
        parts = {key: _convert(item, other, unit) for key, item in value.items()}
        if not parts or not set(parts) <= {"low", "mid", "high"}:
            return None
        found = [part for part in parts.values() if part is not None]
        if len(found) != len(parts):
            return None
        pairs = ", ".join(f"{key}: {part.text}" for key, part in zip(parts, found, strict=True))
        return Meant(f"{{{pairs}}}", "", found[0].note)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    # a text may have a unit of its own, which says what the key's does not
    text = flow_of(value) if not isinstance(value, str) else value
    found = numbers_meant(f"{text} {other}", unit) or (
        numbers_meant(text, unit) if isinstance(value, str) else []
    )
    return found[0] if len(found) == 1 else None


def key_in_other_number(key: str, choices: Iterable[str]) -> str | None:
    """The key of the format that is the plural of a key, or its singular; None for none.

    >>> key_in_other_number("reader", ["readers"]), key_in_other_number("keys", ["key", "name"])
    ('readers', 'key')
    """
    words = "_".join(_words(key))
    pairs = ((known, (f"{known}s", known.removesuffix("s"))) for known in choices)
    return next((known for known, others in pairs if words in others), None)


def nearest_key(key: str, choices: Iterable[str]) -> str | None:
    """The key of the format that is alike, or the one whose words a key has a part of.

    >>> nearest_key("retention", ["name", "retention_days"]), nearest_key("nmae", ["name"])
    ('retention_days', 'name')
    """
    known = list(choices)
    before_colon = key.partition(":")[0].strip()
    if before_colon in known:  # {name:logs}: no blank after the colon
        return before_colon
    other = key_in_other_number(key, known) or word_meant(key, known)
    if other is not None:
        return other
    words = set(_words(key))
    longer = [choice for choice in known if words and words <= set(choice.split("_"))]
    first = [choice for choice in longer if choice.startswith(f"{_words(key)[0]}_")] or longer
    return first[0] if len(first) == 1 else nearest("_".join(_words(key)), known)


# of each word of the format the others, without blanks, dashes and underscores
_OTHERS = {
    # choices
    "organization": "org organisation orgwide multiaccount allaccounts everyaccount all",
    "account": "singleaccount oneaccount single ownaccount",
    "query": "athena glue spark trino presto redshift emr sql scan",
    "every-file": "siem splunk datadog sentinel elastic lambda forwarder sqs everyfiles all",
    "validate": "validatelogs digest digests validation",
    "once": "backfill copy move migration",
    "replication": "crr srr replicate replica",
    "sse-kms": "kms awskms",
    "sse-s3": "s3 aes256",
    # keys
    "usd_per_month": "amount limit budget usd dollars cost monthlyamount monthlylimit",
    "bucket_key": "bucketkeyenabled",
    "key": "kmskey kmskeyid kmskeyarn",
    "home_region": "homeregion",
    "log_file_validation": "logfilevalidationenabled enablelogfilevalidation",
    "retention_days": "expiration expirationdays expiresafter",
    "name": "trailname accountname bucketname",
    "id": "accountid awsaccountid accountnumber keyid",
    "regions": "regioncodes",
    "kind": "type",
    "from": "start since begin begins startdate",
    "until": "end ends to enddate",
    "arn": "keyarn",
    "ou": "organizationalunit oupath",
}


def word_meant(word: str, choices: Iterable[str]) -> str | None:
    """The only word of the format, out of these, that another word stands for; None for none.

    >>> word_meant("multi-account", ["organization", "account"]), word_meant("amount", ["name"])
    ('organization', None)
    """
    plain = re.sub(r"[\s_-]", "", word[:80].casefold())
    found = [choice for choice in choices if plain in _OTHERS.get(choice, "").split()]
    return found[0] if len(found) == 1 else None
