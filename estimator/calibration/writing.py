"""Estimates into the text of the inventory, and the list of what changed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimator.calibration.files_per_day import FilesPerDayFound
from estimator.calibration.reader_assumptions import ReadersFound
from estimator.figures import factor
from estimator.frames import CHANGES
from estimator.inventory import FilesPerDay, Inventory, Range
from estimator.inventory.assumptions import FILES_PER_DAY
from estimator.inventory.others import FIELD
from estimator.inventory.text_edits import Document, Path
from estimator.inventory.units import SHARE, UNITS
from pricing.reading.document import Map
from pricing.reading.words import describe

# shares are not named, days need no brackets in the format
_UNITS = {name: "-" if unit == SHARE else unit for name, unit in UNITS.items()}
_UNITS |= {"from": "day", "as_of": "day"}


@dataclass(frozen=True)
class Found:
    """Everything that was estimated."""

    files: FilesPerDayFound
    readers: ReadersFound
    savings: dict[int, Range]
    checks: dict[int, Range]
    other: dict[str, Range]
    as_of: datetime.date


class Writer:
    """Puts estimates in their places, and notes each."""

    def __init__(self, inventory: Inventory, root: Map, text: str) -> None:
        self.inventory = inventory
        self.document = Document(text, inventory.path)
        self._rows: list[dict[str, Any]] = []
        self._places = _account_places(root)

    @property
    def in_other_files(self) -> frozenset[int]:
        """Accounts that stand in other files: positions in the inventory."""
        accounts = enumerate(self.inventory.accounts)
        return frozenset(n for n, account in accounts if account.id not in self._places)

    def write(self, found: Found) -> str:
        """The text with every estimate in it."""
        self._files(found.files)
        self._trails(found)
        self._readers(found.readers)
        self._others(found.other)
        growth = self.inventory.growth
        # without growth the day makes no difference, and is not written
        if growth.accounts_per_year.mid or growth.files_per_year.mid:
            path: Path = ("growth", "as_of")
            self.document.set(path, found.as_of)
            self._note(path, "growth", str(growth.as_of or ""), str(found.as_of), None)
        return self.document.result()

    def changes(self) -> pd.DataFrame:
        """A row for each value that was replaced or added."""
        columns = [column.name for column in CHANGES]
        frame = pd.DataFrame(self._rows, columns=columns)
        return frame.astype({column.name: column.dtype for column in CHANGES})

    def _files(self, found: FilesPerDayFound) -> None:
        for trail, mapping in found.trails.items():
            owner = self.inventory.trails[trail]
            path: Path = ("trails", trail, "files_per_day")
            self.document.set(path, _mapping(mapping))
            for region, measured in mapping.items():
                # a trail that said nothing had the rule of thumb
                before = self._range_of(owner.files_per_day, region) or Range.exactly(FILES_PER_DAY)
                self._note(
                    (*path, region), owner.name, _text_of(before), measured.source or "", measured
                )
        for account, mapping in found.accounts.items():
            own = self.inventory.accounts[account]
            path = ("accounts", self._places[own.id], "files_per_day")
            self.document.set(path, _mapping(mapping))
            for region, measured in mapping.items():
                own_range = self._range_of(own.files_per_day, region)
                shown = _text_of(own_range) if own_range else ""
                self._note((*path, region), own.id, shown, measured.source or "", measured)
        for account in sorted(found.plain):
            own = self.inventory.accounts[account]
            path = ("accounts", self._places[own.id], "files_per_day")
            if own.files_per_day is None:
                continue
            # what a merge (<<) brings stands elsewhere, and others share it
            if not self.document.remove(path):
                raise self.document.refuse(path, "a value that a merge (<<) brings in")
            gone = "removed: its trail's mapping holds for it too"
            other = own.files_per_day.other
            self._note(path, own.id, _text_of(other) if other else "by Region", gone, None)

    @staticmethod
    def _range_of(files: FilesPerDay | None, region: str) -> Range | None:
        return None if files is None else files.of(region)

    def _trails(self, found: Found) -> None:
        for number, checks in found.checks.items():
            trail = self.inventory.trails[number]
            path: Path = ("trails", number, "config_updates_per_month")
            self._set(path, trail.name, trail.config_updates_per_month, checks)
        for number, saving in found.savings.items():
            trail = self.inventory.trails[number]
            path = ("trails", number, "bucket", "bucket_key_saving")
            self._set(path, trail.name, trail.bucket.bucket_key_saving, saving)

    def _others(self, found: dict[str, Range]) -> None:
        """The number for each payer (""), or that of each id."""
        before = self.inventory.other_kms_requests_per_month
        number = before.each_payer
        if number is not None and found and "" not in found:
            # accounts in the place of a number: one edit, a mapping
            self.document.set((FIELD,), _mapping(found))
            if number.high:
                gone = "replaced: by account"
                self._note((FIELD,), "payer", _text_of(number), gone, None)
            for owner, measured in found.items():
                self._note((FIELD, owner), owner, "", measured.source or "", measured)
            return
        for owner, measured in found.items():
            path: Path = (FIELD, owner) if owner else (FIELD,)
            old = before.by_id.get(owner) if owner else before.each_payer
            self._set(path, owner or "payer", old, measured)

    def _readers(self, found: ReadersFound) -> None:
        for number, (name, measured) in sorted(found.known.items()):
            reader = self.inventory.readers[number]
            self._set(("readers", number, name), reader.name, getattr(reader, name), measured)
        for number, start in sorted(found.starts.items()):
            path: Path = ("readers", number, "from")
            self.document.set(path, start)
            self._note(path, self.inventory.readers[number].name, "", str(start), None)
        if not found.new:
            return
        self.document.append(("readers",), [_plain_stanza(stanza) for stanza in found.new])
        for position, stanza in enumerate(found.new, start=len(self.inventory.readers)):
            for name in ("gets_per_file", "gets_per_day"):
                if name in stanza:
                    measured = stanza[name]
                    path = ("readers", position, name)
                    source = f"new reader; {measured.source}"
                    self._note(path, stanza["name"], "", source, measured)

    def _set(self, path: Path, name: str, before: Range | None, measured: Range) -> None:
        self.document.set(path, _plain(measured))
        self._note(path, name, _text_of(before) if before else "", measured.source or "", measured)

    def _note(self, path: Path, of: str, before: str, source: str, measured: Range | None) -> None:
        assumption = str(path[-1])
        # the last part may be a Region: the mapping that it stands in names the assumption
        if assumption not in _UNITS:
            assumption = str(path[-2])
        row: dict[str, Any] = {
            "place": describe(path),
            "of": of,
            "assumption": assumption,
            "unit": _UNITS[assumption],
            "before": before,
            "source": source,
        }
        nothing = float("nan")
        for name in ("low", "mid", "high"):
            row[name] = nothing if measured is None else getattr(measured, name)
        self._rows.append(row)


def _account_places(root: Map) -> dict[str, int]:
    """The position of each account that is written out in the inventory itself."""
    listed = root.get("accounts")
    return {
        str(item["id"]): number
        for number, item in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(item, dict) and "id" in item
    }


def _mapping(ranges: dict[str, Range]) -> dict[str, Any]:
    return {region: _plain(range_) for region, range_ in ranges.items()}


def _plain(range_: Range) -> dict[str, Any]:
    """A range as the inventory holds it; zero and what has no width are one number."""
    ends = {} if range_.low == range_.high else {"low": range_.low, "high": range_.high}
    return {**ends, "mid": range_.mid, **({"source": range_.source} if range_.source else {})}


def _plain_stanza(stanza: dict[str, Any]) -> dict[str, Any]:
    return {
        name: (value.mid if value.source is None else _plain(value))
        if isinstance(value, Range)
        else value
        for name, value in stanza.items()
    }


def _text_of(range_: Range) -> str:
    return (
        factor(range_.mid) if range_.is_number else f"{factor(range_.low)} to {factor(range_.high)}"
    )
