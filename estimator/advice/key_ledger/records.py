"""What is known of a key, and of all of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.advice.key_ledger.last_use import Evidence, KeyUse
from estimator.advice.keys import end_commands
from estimator.discovery.key_states import DISABLED

UNUSED_DAYS = 90
UNUSED, UNKNOWN, USED, NO_COST = VERDICTS = ("unused", "unknown", "used", "no cost")
CUSTOMER, AWS = "customer", "AWS"


@dataclass(frozen=True)
class KeyRecord:
    """What is known of a key.

    Attributes
    ----------
    id, arn, account, region, alias : str
        The inventory's name, and AWS's; empty where nobody says.
    state : str
        As describe-key has it; `active` and the like where only the inventory says; `unknown`.
    manager : str
        `customer`, `AWS`, or empty where nobody says.
    cost, cost_after_rotation, cost_at_most : float or None
        A month; after the next rotation; with all rotations that count. None: not known. [currency]
    next_rotation, deletion : date or None
    replicas : tuple of str
        Regions of its other keys, each paid for itself.
    requests : float
        In the logs. [request]
    last_use : KeyUse or None
    evidence : tuple of Evidence
    used_by : tuple of str
        What of the inventory, and which resources of the logs, are under it.
    tags : mapping
        A hint at whose it is.
    could_use : tuple of str or None
        Who still may, by grants and by its policy; None where no answer tells it.
    access_open : tuple of str
        What of these answers is missing.
    verdict : str
        `used`, `unused`, `unknown`, or `no cost` where keeping it costs nothing.
    days_without_use : int
        At the end of what the evidence covers. [day]
    """

    id: str
    arn: str
    account: str
    region: str
    alias: str
    state: str
    manager: str
    cost: float | None
    cost_after_rotation: float | None
    cost_at_most: float | None
    next_rotation: datetime.date | None
    deletion: datetime.date | None
    replicas: tuple[str, ...]
    requests: float
    last_use: KeyUse | None
    evidence: tuple[Evidence, ...]
    used_by: tuple[str, ...]
    tags: Mapping[str, str]
    could_use: tuple[str, ...] | None
    access_open: tuple[str, ...]
    verdict: str
    days_without_use: int

    @property
    def name(self) -> str:
        """Its shortest name."""
        return self.id or self.alias or self.arn.rpartition("/")[2]

    @property
    def commands(self) -> tuple[str, ...]:
        """AWS's own commands that end it; none for a key that can stay."""
        if self.verdict != UNUSED:
            return ()
        disable, delete = end_commands(self.arn or self.id)
        return (delete,) if self.state == DISABLED else (disable, delete)

    def to_row(self, currency: str) -> dict[str, Any]:
        """As a row of the frame `estimator.frames.ADVICE`: lists as text."""
        record = self.to_dict(currency)
        use = record.pop("last_use") or {"day": None, "operation": "", "caller": ""}
        tags, could_use = record.pop("tags"), record.pop("could_use")
        record.pop("evidence")
        joined = {
            "tags": (f"{name}={value}" for name, value in tags.items()),
            "could_use": could_use or (),
            "could_use_missing": record.pop("could_use_missing"),
            "used_by": record.pop("used_by"),
            "replicas": record.pop("replicas"),
        }
        return {
            **record,
            **{name: "; ".join(texts) for name, texts in joined.items()},
            "last_use": use["day"],
            "last_operation": use["operation"],
            "last_caller": use["caller"],
            "commands": "\n".join(record["commands"]),
        }

    def to_dict(self, currency: str) -> dict[str, Any]:
        """As documented JSON."""
        code, use = currency.lower(), self.last_use
        return {
            "key": self.name,
            **{name: getattr(self, name) for name in ("id", "arn", "account", "region", "alias")},
            "state": self.state,
            "manager": self.manager,
            f"cost_{code}": self.cost,
            f"cost_{code}_after_next_rotation": self.cost_after_rotation,
            f"cost_{code}_at_most": self.cost_at_most,
            "next_rotation": _text(self.next_rotation),
            "deletion": _text(self.deletion),
            "replicas": list(self.replicas),
            "requests_in_the_logs": self.requests,
            "last_use": None
            if use is None
            else {
                "day": _text(use.day),
                "operation": use.operation,
                "caller": use.caller,
                "source": use.source,
            },
            "evidence": [
                {"from": _text(each.start), "to": _text(each.end), "source": each.source}
                for each in self.evidence
            ],
            "used_by": list(self.used_by),
            "tags": dict(self.tags),
            "could_use": None if self.could_use is None else list(self.could_use),
            "could_use_missing": list(self.access_open),
            "verdict": self.verdict,
            "days_without_use": self.days_without_use,
            "commands": list(self.commands),
        }


@dataclass(frozen=True)
class KeyLedger:
    """Every key that is known.

    Attributes
    ----------
    records : tuple of KeyRecord
        Those that can go first, then by what they cost.
    unused_days : int
        So long without use makes a key one that can go. [day]
    notices : tuple of str
    """

    records: tuple[KeyRecord, ...] = ()
    unused_days: int = UNUSED_DAYS
    notices: tuple[str, ...] = ()

    def of(self, verdict: str) -> tuple[KeyRecord, ...]:
        """The keys of a verdict."""
        return tuple(record for record in self.records if record.verdict == verdict)


def _text(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()
