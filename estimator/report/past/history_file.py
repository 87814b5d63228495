"""The history file: what each report forecast, so that later ones are held against it."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from estimator.figures import HALF_CENT, listed
from estimator.files import write_whole
from estimator.inventory import Inventory, load_inventory
from estimator.months import parse_month
from pricing.reading.problems import KmscostError, Problem

VERSION = 1
_KEY = "kmscost_history"
# an inventory of thousands of accounts would make the file as large as itself, every month anew
_MOST_ACCOUNTS = 2_000
_MOST_NAMES = 3
_FIX = "give the file that --history wrote, or another name for a new one"


@dataclass(frozen=True)
class KeptReport:
    """What one report said.

    Attributes
    ----------
    month : str
        The month that it reported.
    expected : mapping
        The expected cost of that month and of the months ahead, as it was first. [currency]
    billed : float or None
        CloudTrail's part of the bill of that month, where a bill covered all of it. [currency]
    inventory : mapping or None
        The document of its inventory, with its accounts; None of a large one.
    payers : tuple of str
        Its payers; empty of a report that an older program kept.
    budgets : mapping or None
        Its budgets of everything, by name; None of a report that an older program kept. [USD/month]
    """

    month: str
    expected: Mapping[str, float]
    billed: float | None = None
    inventory: Mapping[str, Any] | None = None
    payers: tuple[str, ...] = ()
    budgets: Mapping[str, float] | None = None

    def load_inventory(self, path: str | Path) -> Inventory | None:
        """The inventory of that report; None where it was not kept.

        Raises
        ------
        KmscostError
            What was kept in the history at `path` is no inventory.
        """
        if self.inventory is None:
            return None
        try:
            return load_inventory(self.inventory)
        except KmscostError as error:
            problem = error.problems[0]
            found = f"an inventory of {self.month} that cannot be read: {problem.found}"
            raise _wrong(path, found) from None


@dataclass(frozen=True)
class History:
    """The reports kept so far, in the order of their months."""

    currency: str
    reports: tuple[KeptReport, ...] = ()

    def of_month(self, month: str) -> KeptReport | None:
        """The report of a month."""
        return next((each for each in self.reports if each.month == month), None)

    def before(self, month: str) -> KeptReport | None:
        """The last report of a month before this one."""
        return next((each for each in reversed(self.reports) if each.month < month), None)

    def forecast_then(self, month: str) -> float | None:
        """The expected cost of a month by the last report made before it. [currency]"""
        earlier = [each for each in self.reports if each.month < month and month in each.expected]
        return earlier[-1].expected[month] if earlier else None

    def differs(self, month: str, expected: Mapping[str, float]) -> bool:
        """Tell whether the report of a month is kept with another forecast than this."""
        earlier = self.of_month(month)
        return earlier is not None and any(
            abs(expected[label] - cost) >= HALF_CENT
            for label, cost in earlier.expected.items()
            if label in expected
        )

    def billed(self) -> dict[str, float]:
        """The months billed by their reports. [currency]"""
        return {each.month: each.billed for each in self.reports if each.billed is not None}

    def add(self, report: KeptReport) -> History:
        """Return it with a report more, in the place of one of the same month.

        What that one was billed stays known where this one has no bill. What it forecast stays:
        a forecast made again may know the bills that it is held against.
        """
        earlier = self.of_month(report.month)
        if earlier is not None:
            billed = earlier.billed if report.billed is None else report.billed
            expected = {**report.expected, **earlier.expected}
            report = replace(
                report,
                billed=billed,
                expected={month: expected[month] for month in sorted(expected)},
            )
        others = [each for each in self.reports if each.month != report.month]
        whole = sorted([*others, report], key=lambda each: each.month)
        return History(self.currency, tuple(whole))

    def to_json(self) -> str:
        """The text of the file."""
        code = self.currency.lower()
        document = {
            _KEY: VERSION,
            "currency": self.currency,
            "reports": [
                {
                    "month": each.month,
                    f"expected_{code}": dict(each.expected),
                    f"billed_{code}": each.billed,
                    "payers": list(each.payers),
                    "budgets": None if each.budgets is None else dict(each.budgets),
                    "inventory": each.inventory,
                }
                for each in self.reports
            ],
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def keep_report(path: Path, report: KeptReport, known: History) -> None:
    """Write a history with a report more, whole or not at all, and after whoever writes it now.

    Parameters
    ----------
    known : History
        What was read before; what somebody else has kept in the meantime stays.

    Raises
    ------
    KmscostError
        The place cannot be written, or holds no history now: what was there is there still.
    """
    with _turn(path):
        history = known
        for each in read_history(path, known.currency).reports:
            history = history.add(each)
        write_whole(path, history.add(report).to_json(), "choose another --history")


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Wait until nobody else writes into the folder, where the system knows such locks."""
    try:
        import fcntl

        # the folder, not the file: that is replaced, and no lock file is left over
        handle = os.open(path.resolve().parent, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_history_of(
    inventory: Inventory, path: str | Path | None, currency: str
) -> tuple[History, tuple[str, ...]]:
    """As `read_history`, held against an inventory: is it of the same organization?

    Returns
    -------
    History, tuple of str
        With a notice where that cannot be told, or hardly any account is in both.

    Raises
    ------
    KmscostError
        As `read_history`; or the two have no payer and no account in common.
    """
    history = read_history(path, currency)
    doubt = None if path is None else _doubt_owner(history, inventory, path)
    return history, () if doubt is None else (doubt,)


def _doubt_owner(history: History, inventory: Inventory, path: str | Path) -> str | None:
    """What makes it doubtful that a history is of an inventory; None where nothing does."""
    if not history.reports:
        return None
    last, payers = history.reports[-1], set(inventory.payers())
    accounts = {account.id for account in inventory.accounts}
    known = last.load_inventory(path)
    before = None if known is None else {account.id for account in known.accounts}
    of_then = last.payers or (() if known is None else known.payers())
    name = Path(path).name
    if not of_then:
        return (
            f"{name} does not say whose history it is: a report of {last.month} that was kept by "
            "an older program, of an inventory too large to be kept"
        )
    common = accounts if before is None else accounts & before
    if not common or (before is None and not payers & set(of_then)):
        whose = f"payer{'s' * (len(of_then) > 1)} {listed(of_then, _MOST_NAMES)}"
        expected = f"one of {listed(sorted(payers), _MOST_NAMES)}, as {Path(inventory.path).name}"
        raise _wrong(path, f"a history of {whose}, of which no account is in common", expected)
    if before is not None and len(common) < len(before) / 2:
        return (
            f"{name} may be of another inventory: only {len(common):,} of the {len(before):,} "
            f"accounts of {last.month} are in this one"
        )
    return None


def describe_inventory(inventory: Inventory) -> dict[str, Any] | None:
    """The document of an inventory as JSON takes it; None where there is none, or it is large."""
    if inventory.document is None or len(inventory.accounts) > _MOST_ACCOUNTS:
        return None
    found: dict[str, Any] = _plain(inventory.document)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def read_history(path: str | Path | None, currency: str) -> History:
    """Read a history file; an empty history where none is given, or there is none yet.

    Raises
    ------
    KmscostError
        It is no history, is of another version, or of another currency.
    """
    if path is None:
        return History(currency)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        return History(currency)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no text"
        raise _wrong(path, f"a file that cannot be read ({reason})") from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(path, "text that is not JSON") from None
    if not isinstance(document, dict) or _KEY not in document:
        raise _wrong(path, "a file without kmscost_history")
    if document[_KEY] != VERSION:
        raise _wrong(
            path, f"a history of version {str(document[_KEY])[:20]!r}", f"version {VERSION}"
        )
    if document.get("currency") != currency:
        found = f"a history in {str(document.get('currency'))[:20]}"
        raise _wrong(path, found, f"{currency}, as the rates")
    reports = document.get("reports")
    if not isinstance(reports, list):
        raise _wrong(path, "no list of reports")
    found_reports = [
        _read_report(path, number, entry, currency.lower()) for number, entry in enumerate(reports)
    ]
    months = [each.month for each in found_reports]
    if months != sorted(set(months)):
        raise _wrong(path, "reports that are not in the order of their months, each once")
    return History(currency, tuple(found_reports))


def _read_report(path: str | Path, number: int, entry: Any, code: str) -> KeptReport:
    at = f"reports[{number}]"
    expected = entry.get(f"expected_{code}") if isinstance(entry, dict) else None
    if not isinstance(expected, dict):
        raise _wrong(path, f"no expected_{code} in {at}")
    billed, inventory = entry.get(f"billed_{code}"), entry.get("inventory")
    for month in (entry.get("month"), *expected):
        try:
            parse_month(str(month))
        except ValueError:
            raise _wrong(path, f"{str(month)[:20]!r} in {at}", "a month such as 2026-10") from None
    budgets = entry.get("budgets")
    if not isinstance(budgets, dict | None):
        raise _wrong(path, f"budgets in {at} that are no mapping")
    known = [] if billed is None else [billed]
    for amount in (*expected.values(), *known, *(budgets or {}).values()):
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise _wrong(path, f"{str(amount)[:20]!r} in {at}", "an amount")
        if not math.isfinite(amount):
            raise _wrong(path, f"{amount} in {at}", "an amount")
    if not isinstance(inventory, dict | None):
        raise _wrong(path, f"an inventory in {at} that is no mapping")
    payers = entry.get("payers", [])
    if not isinstance(payers, list) or not all(isinstance(payer, str) for payer in payers):
        raise _wrong(path, f"payers in {at} that are no list of ids")
    return KeptReport(entry["month"], expected, billed, inventory, tuple(payers), budgets)


def _wrong(path: str | Path, found: str, expected: str = "a history of reports") -> KmscostError:
    return KmscostError(Problem(str(path), None, "", found, expected, _FIX))
