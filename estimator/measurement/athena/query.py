"""The query for Athena: what SQL does well, while the rules of counting stay in Python.

One scan of the table filters the events of KMS, takes from each what `Traits` says of it, counts
each request once and groups; beside the requests it gives the hours that events of any kind cover.

Sources: Athena User Guide, "Create a table for CloudTrail logs in Athena" (columns and their types,
partitions; checked 2026-11-24); Trino documentation, JSON and window functions.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable

from estimator.measurement.athena.template import TEMPLATE
from estimator.measurement.cloudtrail_logs.callers import REPLICATION_SESSION, SERVICE
from estimator.measurement.cloudtrail_logs.requests import COPIES
from estimator.measurement.envelopes.event_kinds import (
    CATEGORIES_APART,
    KMS,
    NO_CALLS,
    NO_CATEGORIES,
    SERVICE_EVENT,
    WITH_PARAMETERS,
)
from estimator.measurement.services import (
    CONSOLES,
    CONTEXT_RULES,
    FOLDS,
    HOSTS,
    INTERNAL,
    LONGEST_KEY,
    MOST_KEYS,
    ContextRule,
)
from pricing.reading.problems import Problem, UsageError

TABLE = "cloudtrail_logs"  # as AWS's guide names it

REQUEST, HOURS = "request", "hours"

# the day in an object's name, and the file's own name: neither tells requests apart
ANY_DAY = "/YYYY/MM/DD/"

TRAITS = (
    "day", "recorder", "recorder_region", "operation", "error", "trail", "target", "key",
    "caller_account", "caller_type", "caller_arn", "caller_service", "caller_role",
    "context", "resource", "address", "agent", "context_keys", "algorithm", "pair_spec",
)  # fmt: skip

_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){0,2}")
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_DAY = re.compile(r"\d{4}-\d{2}(?:-\d{2})?", re.ASCII)

# the host name of a service of AWS, and of those the ones that a person's browser talks to
_HOSTS = f"^[^ /]+({'|'.join(end.replace('.', '[.]') for end in HOSTS)})$"
_CONSOLES = f"(^|[.])({'|'.join(sorted(CONSOLES))})[.]"

_KEY_ARN = "^[^:]*:[^:]*:kms:[^:]*:[^:]*:key/[^:]*$"


def athena_sql(
    table: str = TABLE,
    start: str | datetime.date | None = None,
    until: str | datetime.date | None = None,
) -> str:
    """The query whose result `measure_athena` reads, for AWS's standard table of CloudTrail logs.

    Parameters
    ----------
    table : str
        Name of the table, with its database before a dot where it needs one.
    start, until : str or date, optional
        First day of events, and the day after the last one; a month stands for its first day. [UTC]

    Returns
    -------
    str
        One statement in the dialect of Athena (Trino).

    Raises
    ------
    UsageError
        A name or a day that is none.
    """
    first, end = _day(start, "start"), _day(until, "until")
    if first and end and end <= first:
        raise UsageError(Problem("until", None, "", str(end), f"a day after {first}", ""))
    return TEMPLATE.format(
        table=_quote_table(table),
        kms=_text(KMS),
        no_calls=_texts(NO_CALLS),
        calls=_texts(WITH_PARAMETERS),
        service_event=_text(SERVICE_EVENT),
        no_categories=_texts(NO_CATEGORIES),
        categories_apart=_texts(CATEGORIES_APART),
        request=_text(REQUEST),
        hours=_text(HOURS),
        any_day=_text(f"{ANY_DAY}*"),
        key_arn=_text(_KEY_ARN),
        replication=_text(f"%{REPLICATION_SESSION}"),
        reads=_texts({"Decrypt", *COPIES}),
        span=_span(first, end),
        context_key=_cases(lambda rule: _text(rule.key)),
        context_value=_cases(_value_of),
        hosts=_text(_HOSTS),
        consoles=_text(_CONSOLES),
        internal=_text(INTERNAL),
        service=_text(SERVICE),
        most_keys=MOST_KEYS,
        longest_key=LONGEST_KEY,
        traits=",\n  ".join(TRAITS),
    )


def _cases(result: Callable[[ContextRule], str]) -> str:
    """The first rule of attribution that a context meets, in the order of the rules."""
    return "\n      ".join(
        f"WHEN {_extract(rule.key)} IS NOT NULL THEN {result(rule)}" for rule in CONTEXT_RULES
    )


def _value_of(rule: ContextRule) -> str:
    """SQL of what a rule's key names, as far as FOLDS tells names apart."""
    value = _extract(rule.key)
    if rule.within:
        # no CONCAT of nothing: engines differ in what that is
        within = _extract(rule.within)
        return f"IF(COALESCE({within}, '') = '', {value}, CONCAT({within}, '/', {value}))"
    if rule.key not in FOLDS:
        return value
    pattern = _text(FOLDS[rule.key])
    return f"COALESCE(NULLIF(REGEXP_EXTRACT({value}, {pattern}), ''), {value})"


def _extract(key: str) -> str:
    return f"JSON_EXTRACT_SCALAR(whose, '$[\"{key}\"]')"


def _span(first: datetime.date | None, end: datetime.date | None) -> str:
    """The conditions on time, and how a table with partitions is read at less cost."""
    conditions = "".join(
        f"\n    AND log.eventtime {sign} {_text(str(day))}"
        for sign, day in ((">=", first), ("<", end))
        if day
    )
    # files are delivered within minutes of the call, some of them on the next day
    low, high = first or datetime.date(2026, 10, 1), end or datetime.date(2026, 11, 1)
    return (
        f"{conditions}\n    -- a table with partitions costs less with its own condition, such as:"
        f'\n    -- AND log."timestamp" BETWEEN {_text(f"{low:%Y/%m/%d}")} AND '
        f"{_text(f'{high:%Y/%m/%d}')}"
    )


def _day(value: str | datetime.date | None, option: str) -> datetime.date | None:
    """A day, or the first one of a month.

    >>> _day("2026-10", "start")
    datetime.date(2026, 10, 1)
    """
    if value is None or type(value) is datetime.date:
        return value
    text = value.isoformat()[:10] if isinstance(value, datetime.date) else str(value)
    try:
        if _DAY.fullmatch(text):
            return datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        pass  # a day that no calendar has
    expected = "a day such as 2026-10-01, or a month such as 2026-10"
    raise UsageError(Problem(option, None, "", repr(value), expected, ""))


def _quote_table(name: str) -> str:
    """A table's name as SQL takes it.

    >>> _quote_table("security-logs.cloudtrail_logs")
    '"security-logs".cloudtrail_logs'
    """
    if not _NAME.fullmatch(name):
        expected = "a table's name such as cloudtrail_logs or database.cloudtrail_logs"
        fix = "use letters, digits, _ and - only"
        raise UsageError(Problem("table", None, "", repr(name), expected, fix))
    parts = name.split(".")
    return ".".join(part if _PLAIN.fullmatch(part) else f'"{part}"' for part in parts)


def _text(value: str) -> str:
    """A text of SQL; nothing of a user's reaches it but days."""
    return f"'{value}'"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(_text(value) for value in sorted(values))
