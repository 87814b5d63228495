"""What the program says, in the words of the truth: the only place that knows its spelling.

A caller is its ARN, `role/NAME` or NAME; a resource is its ARN or its name. Any of these is right,
as long as it names one thing. What else stands in the column is wrong, and fails here.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from tests.acceptance.attribution.organization import callers
from tests.acceptance.attribution.specimens import Fact, forms
from tests.acceptance.commands import kmscost

Answer = dict[str, Any]
COLUMNS = "service,caller,resource,operation,key,meter"
SERVICES = {"ec2": "ebs", "ebs/ec2": "ebs"}  # the issue writes ebs/ec2


def measure(folder: Path, by: str = COLUMNS, *more: str, path: str = ".") -> Answer:
    done = kmscost("measure", "cloudtrail", path, "--by", by, "--format", "json", *more, cwd=folder)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    return answer


def meter_of(name: str) -> str:
    """One of symmetric, asymmetric, pairs, hmac: whatever the meter is called."""
    low = name.lower()
    if "pair" in low:
        return "pairs"
    if "hmac" in low or "mac" in low.split("-"):
        return "hmac"
    if "asymmetric" in low or "rsa" in low or "ecc" in low:
        return "asymmetric"
    return "symmetric" if low else "none"


def caller_of(name: str) -> str:
    """The truth's name of a caller."""
    found = {truth for names, truth in callers(forms()).items() if name in names}
    assert len(found) == 1, f"caller {name!r}: {sorted(found) or 'nobody of this organization'}"
    return found.pop()


def resource_of(name: str, service: str) -> str:
    """The truth's name of a resource; `*` where AWS's event says it in no words."""
    of = [form for form in forms() if form.service == service]
    found = {form.name for form in of if name in form.resource}
    if not found and any("*" in form.resource for form in of):
        return "*"
    assert len(found) == 1, f"resource {name!r} of {service}: {sorted(found) or 'none there'}"
    return found.pop()


def facts(answer: Answer) -> Counter[tuple[str, ...]]:
    """The rows as (service, caller, resource, operation, key, meter), counted."""
    out: Counter[tuple[str, ...]] = Counter()
    for row in answer["rows"]:
        service = SERVICES.get(row["service"], row["service"])
        out[
            service,
            caller_of(row["caller"]),
            wild(service, row["operation"], resource_of(row["resource"], service)),
            row["operation"],
            row["key"],
            meter_of(row["meter"]),
        ] += row["quantity"]
    return out


def wild(service: str, operation: str, resource: str) -> str:
    """A resource is held only where the event names one (`ANY` in the forms)."""
    of = [form for form in forms() if (form.service, form.operation) == (service, operation)]
    return "*" if any("*" in form.resource for form in of) else resource


def expected(truth: Counter[Fact]) -> Counter[tuple[str, ...]]:
    """The truth in the same columns."""
    out: Counter[tuple[str, ...]] = Counter()
    for fact, number in truth.items():
        resource = wild(fact.service, fact.operation, fact.resource)
        row = (fact.service, fact.caller, resource, fact.operation, fact.key, fact.meter)
        out[row] += number
    return out


def column(counts: Counter[tuple[str, ...]], at: int) -> Counter[str]:
    """The counts by one column."""
    out: Counter[str] = Counter()
    for row, number in counts.items():
        out[row[at]] += number
    return out
