"""The JSON of `aws ce get-cost-and-usage`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from estimator.measurement.billing.cells import product_of_usage_type
from estimator.measurement.billing.cost_explorer.entries import COMMAND, Entry
from estimator.measurement.billing.periods import moments
from estimator.measurement.unreadable import UnreadableError
from pricing.regions import is_region

_GROUPS = f"groups by USAGE_TYPE, alone or with OPERATION, LINKED_ACCOUNT or REGION ({COMMAND})"

# a tag or another dimension splits the usage further: its groups are added up
_FIELDS = {
    "USAGE_TYPE": "usage_type",
    "OPERATION": "operation",
    "LINKED_ACCOUNT": "account",
    "REGION": "region",
    "RECORD_TYPE": "kind",
    "SERVICE": "service_name",
}


# such as no other dimension has
_OPERATIONS = {"Decrypt", "Encrypt", "GenerateDataKey", "CurrentKeys", "CreateKey", "DescribeKey"}


class MissingPageError(UnreadableError):
    """An answer that is not whole: pages split periods and groups anywhere."""


def is_cost_explorer(document: Any) -> bool:
    """Tell whether JSON is an answer of Cost Explorer, or its periods alone."""
    if isinstance(document, list):
        return bool(document) and all(map(is_cost_explorer, document))
    keys = document.keys() if isinstance(document, dict) else ()
    return "ResultsByTime" in keys or (
        "TimePeriod" in keys and ("Groups" in keys or "Total" in keys)
    )


def read_answers(documents: Sequence[Any]) -> list[Entry]:
    """The entries of one or several answers.

    Raises
    ------
    UnreadableError
        They are grouped in a way that tells no requests, damaged, or not all that there is.
    """
    entries: list[Entry] = []
    waiting = False
    answers = _flat(documents)
    guessed = _guess_dimensions(answers)
    for answer in answers:
        results = answer.get("ResultsByTime", [answer])
        groups = _definitions(answer.get("GroupDefinitions"))
        groups = guessed if groups is None else groups
        waiting = bool(answer.get("NextPageToken"))
        if not isinstance(results, list):
            raise _refuse_damaged("ResultsByTime")
        for result in results:
            entries += _entries(result, groups)
    if not entries:
        raise _refuse_damaged("a period")
    if waiting:
        raise MissingPageError(
            "a page of Cost Explorer whose next page is missing (NextPageToken)",
            "all pages of the answer",
            "ask again with --next-page-token, and put all pages into one file",
        )
    return entries


def _flat(documents: Sequence[Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for document in documents:
        if isinstance(document, list):
            found += _flat(document)
        elif is_cost_explorer(document):
            found.append(document)
        else:
            raise _refuse_damaged("an answer")
    return found


def _refuse_damaged(what: str) -> UnreadableError:
    return UnreadableError(
        f"an export of Cost Explorer without {what} that can be read",
        "the JSON of `aws ce get-cost-and-usage` as it was written",
        "export it again",
    )


def _definitions(definitions: Any) -> list[str] | None:
    if definitions is None:
        return None
    if not isinstance(definitions, list):
        raise _refuse_damaged("GroupDefinitions")
    names = []
    for definition in definitions:
        key = definition.get("Key") if isinstance(definition, dict) else None
        if not isinstance(key, str):
            raise _refuse_damaged("GroupDefinitions")
        # a tag or a cost category splits the usage further, and may be of any name
        names.append(key if definition.get("Type", "DIMENSION") == "DIMENSION" else f"tag {key}")
    return names


def _entries(result: Any, groups: list[str] | None) -> list[Entry]:
    if not isinstance(result, dict):
        raise _refuse_damaged("ResultsByTime")
    period, found = result.get("TimePeriod"), result.get("Groups")
    if not isinstance(period, dict) or not isinstance(found, list | None):
        raise _refuse_damaged("TimePeriod")
    if not found and (result.get("Total") or (groups is not None and not groups)):
        raise UnreadableError("an export of Cost Explorer that is not grouped", _GROUPS, COMMAND)
    start, end = _moment(period.get("Start")), _moment(period.get("End"))
    entries = []
    for group in found or []:
        if not isinstance(group, dict):
            raise _refuse_damaged("Groups")
        keys, metrics = group.get("Keys"), group.get("Metrics")
        if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            raise _refuse_damaged("Keys")
        if not isinstance(metrics, dict):
            raise _refuse_damaged("Metrics")
        names = groups if groups is not None else []
        if len(names) != len(keys):
            raise _refuse_damaged("as many Keys as GroupDefinitions")
        if "USAGE_TYPE" not in names:
            by = " and ".join(names) or "nothing"
            raise UnreadableError(
                f"an export of Cost Explorer grouped by {by}, which tells no requests",
                _GROUPS,
                COMMAND,
            )
        cost, currency = _metric(metrics, "UnblendedCost")
        if cost is None and metrics.keys() - {"UsageQuantity"}:
            raise UnreadableError(
                f"an export of Cost Explorer with {', '.join(sorted(metrics))}",
                "the metrics UnblendedCost and UsageQuantity",
                COMMAND,
            )
        quantity, unit = _metric(metrics, "UsageQuantity")
        fields = zip(names, keys, strict=True)
        entries.append(
            Entry(
                start,
                end,
                # any other value than false is no word that the month is over
                result.get("Estimated") is not False,
                tuple(sorted((_FIELDS.get(name, name), key) for name, key in fields)),
                cost,
                quantity,
                unit,
                currency,
            )
        )
    # a period without groups has no usage: it is told, and covers its hours
    if not entries:
        entries.append(Entry(start, end, result.get("Estimated") is not False, (), "0", "0"))
    return entries


def _metric(metrics: Mapping[str, Any], name: str) -> tuple[str | None, str]:
    metric = metrics.get(name)
    if metric is None:
        return None, ""
    amount = metric.get("Amount") if isinstance(metric, dict) else None
    if isinstance(amount, bool) or not isinstance(amount, str | int | float):
        raise _refuse_damaged(f"{name}.Amount")
    unit = metric.get("Unit", "")
    return str(amount), unit if isinstance(unit, str) else ""


def _moment(text: Any) -> pd.Timestamp:
    if not isinstance(text, str) or not text:
        raise _refuse_damaged("TimePeriod")
    return moments([text], "TimePeriod")[text]


def _guess_dimensions(answers: Sequence[Mapping[str, Any]]) -> list[str]:
    """The dimensions of keys where the answer does not name them, as after `--query`."""
    columns: list[set[str]] = []
    for answer in answers:
        results = answer.get("ResultsByTime", [answer])
        for result in results if isinstance(results, list) else []:
            groups = result.get("Groups") if isinstance(result, dict) else None
            for group in groups if isinstance(groups, list) else []:
                keys = group.get("Keys") if isinstance(group, dict) else None
                for at, key in enumerate(keys if isinstance(keys, list) else []):
                    columns += [set() for _ in range(at + 1 - len(columns))]
                    columns[at].add(str(key))
    return [_guess_dimension(column) for column in columns]


def _guess_dimension(keys: set[str]) -> str:
    if any(product_of_usage_type(key) for key in keys):
        return "USAGE_TYPE"
    if all(re.fullmatch(r"\d{12}", key) for key in keys):
        return "LINKED_ACCOUNT"
    if all(is_region(key) or key in ("global", "NoRegion") for key in keys):
        return "REGION"
    return "OPERATION" if keys & _OPERATIONS else "another dimension"
