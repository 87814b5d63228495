"""What a ledger of keys shows: a table, then those that can go, and those nobody can tell of."""

from __future__ import annotations

from collections.abc import Iterator

from estimator.advice import Advice
from estimator.advice.key_ledger import UNKNOWN, UNUSED, KeyLedger, KeyRecord
from estimator.discovery.key_states import DISABLED
from estimator.figures import FEW, SEVERAL, count, listed, money
from estimator.report.blocks import Block, Command, Lines, Sheet

_MOST = 30  # keys of the table; JSON has all


def key_ledger_blocks(advice: Advice) -> Iterator[Block]:
    """Yield the table of keys and what to do about them; nothing where there is no ledger."""
    ledger = advice.ledger
    if ledger is None or not ledger.records:
        return
    yield _sheet(advice, ledger)
    lines = tuple(_unused(ledger, advice.currency))
    if lines:
        yield Lines(f"Keys without use in {ledger.unused_days:,} days", lines)
    rest = tuple(_rest(ledger))
    if rest:
        yield Lines("", rest)


def _sheet(advice: Advice, ledger: KeyLedger) -> Sheet:
    unit = advice.currency
    header = ("key", "state", "last use", f"{unit} a month", "after next rotation", "at most")
    rows = tuple(
        (
            record.name,
            record.state if record.manager != "AWS" else f"{record.state}, AWS managed",
            _use(record),
            *map(_cost, (record.cost, record.cost_after_rotation, record.cost_at_most)),
        )
        for record in ledger.records[:_MOST]
    )
    return Sheet("Keys", header, rows, numbers=3)


def _use(record: KeyRecord) -> str:
    use = record.last_use
    if use is None:
        return "unknown" if record.verdict == UNKNOWN else "none seen"
    who = use.caller.rpartition("/")[2]
    return f"{use.day} {use.operation}{f' {who}' if who else ''}"


def _cost(amount: float | None) -> str:
    return "unknown" if amount is None else money(amount)


def _unused(ledger: KeyLedger, unit: str) -> Iterator[str]:
    """Yield each key that can go: since when, who says so, what would break, how."""
    for record in ledger.of(UNUSED)[:_MOST]:
        longest = max(record.evidence, key=lambda each: each.days_without(record.last_use))
        breaks = (
            f"breaks: {listed(record.used_by, SEVERAL)}, and "
            if record.used_by
            else "breaks: nothing that the inventory or the logs know; "
        )
        cost = f"{unit} {money(record.cost)} a month" if record.cost is not None else "cost unknown"
        first = "" if record.state == DISABLED else ": disable it first"
        yield (
            f"{record.name} ({cost}): not used in {record.days_without_use:,} days, by "
            f"{longest.source} to {longest.end}. {breaks}what is encrypted under it is lost for "
            f"ever once it is deleted{first}. {_access(record)}"
        )
        yield from map(Command, record.commands)


# names of tags that tell whom to ask come first
_OWNERS = ("owner", "team", "contact", "service", "application", "app", "project", "cost")


def _access(record: KeyRecord) -> str:
    """Whom to ask before a key ends: who still may use it, and what its tags say."""
    who = "not known" if record.could_use is None else listed(record.could_use, SEVERAL, "; ")
    text = f"Could still use it: {who or 'nobody by what is answered'}"
    if record.access_open:
        text += f" (missing: {listed(record.access_open, SEVERAL)})"
    tags = sorted(
        record.tags.items(),
        key=lambda tag: (not any(word in tag[0].casefold() for word in _OWNERS), tag),
    )
    if tags:
        text += f". Tags: {listed((f'{name}={value}' for name, value in tags), SEVERAL)}"
    return text


def _rest(ledger: KeyLedger) -> Iterator[str]:
    unknown = ledger.of(UNKNOWN)
    if unknown:
        names = (
            f"{record.name} ({_reach(record)})"
            for record in sorted(unknown, key=lambda record: -record.days_without_use)
        )
        yield (
            f"Not known whether used in {ledger.unused_days:,} days: {listed(names, SEVERAL, '; ')}"
            ". `aws kms get-key-last-usage` tells it, or logs of so many days"
        )
    costs_unknown = [record for record in ledger.records if record.cost is None]
    if costs_unknown:
        yield (
            "What it costs is not known, for nobody says who manages it or how often it rotated: "
            f"{listed((record.name for record in costs_unknown), SEVERAL)}. `aws kms describe-key` "
            "and `list-key-rotations` tell it"
        )
    of_aws = [record for record in ledger.records if record.manager == "AWS"]
    if of_aws:
        requests = sum(record.requests for record in of_aws)
        yield (
            f"AWS managed keys cost nothing to keep, their requests do: {count(requests)} in the "
            f"logs, {listed((record.name for record in of_aws), SEVERAL)}"
        )
    waiting = [record for record in ledger.records if record.deletion is not None]
    if waiting:
        names = (f"{record.name} on {record.deletion}" for record in waiting)
        yield f"To be deleted, and free until then: {listed(names, SEVERAL)}"
    copied = [record for record in ledger.records if record.replicas]
    if copied:
        names = (f"{record.name} in {listed(record.replicas, FEW)}" for record in copied)
        yield f"Replicas are keys of their own, each paid: {listed(names, SEVERAL, '; ')}"
    left = len(ledger.records) - _MOST
    if left > 0:
        yield f"{left:,} more keys: see the JSON"


def _reach(record: KeyRecord) -> str:
    if not record.evidence:
        return "no evidence"
    days = record.days_without_use
    return f"without use for the {days:,} days that the evidence reaches back"
