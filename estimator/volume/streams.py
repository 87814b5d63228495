"""Streams, one (trail, account, Region) each, as arrays; those of the same period added up."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from estimator.inventory import Account, Inventory, Range
from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay
from estimator.inventory.coverage import covers_region
from estimator.inventory.sections import Trail
from estimator.months import FloatArray, IntArray

__all__ = ["IntArray", "Streams", "files_assumption", "streams_of"]


@dataclass(frozen=True)
class Streams:
    """Streams that write under a key.

    Attributes
    ----------
    trail, account, region : array of int
        Positions in the inventory's trails and accounts, and in its `region_codes`; account
        and region are -1 where streams of several are added up.
    files : array
        Log files of all streams of the row. [file/day]
    count : array
        Streams in the row. [stream]
    start, end : array
        First day and the day after the last one. [day ordinal]
    uncertain_input : array of int
        Position of the range that `files` rests on in `Inventory.uncertain_files`; -1 where it is
        a number, or where streams of several are added up.
    """

    trail: IntArray
    account: IntArray
    region: IntArray
    files: FloatArray
    count: FloatArray
    start: FloatArray
    end: FloatArray
    uncertain_input: IntArray

    def __len__(self) -> int:
        return len(self.trail)

    def where(self, chosen: npt.NDArray[np.bool_] | IntArray) -> Streams:
        """The chosen rows, by a mask or by their positions."""
        return Streams(
            trail=self.trail[chosen],
            account=self.account[chosen],
            region=self.region[chosen],
            files=self.files[chosen],
            count=self.count[chosen],
            start=self.start[chosen],
            end=self.end[chosen],
            uncertain_input=self.uncertain_input[chosen],
        )

    def with_a_file_each(self) -> Streams:
        """The same with a file a day for each stream, so that no range matters."""
        nothing = np.full(len(self), -1, dtype=np.int64)
        return dataclasses.replace(self, files=self.count, uncertain_input=nothing)

    def add_up(self, by_account: bool, by_region: bool, by_input: bool = False) -> Streams:
        """Rows with the same trail and period in one, apart by no more than is asked for."""
        account = self.account if by_account else np.full(len(self), -1, dtype=np.int64)
        region = self.region if by_region else np.full(len(self), -1, dtype=np.int64)
        input_codes = self.uncertain_input if by_input else np.full(len(self), -1, dtype=np.int64)
        columns = [self.trail, _codes(self.start), _codes(self.end), account, region, input_codes]
        group = _group(columns)
        size = int(group.max()) + 1 if len(self) else 0
        first = np.zeros(size, dtype=np.int64)
        # of several assignments to one place the last one stays: backwards that is the first row
        first[group[::-1]] = np.arange(len(self))[::-1]
        return Streams(
            trail=self.trail[first],
            account=account[first],
            region=region[first],
            files=np.bincount(group, weights=self.files, minlength=size).astype(np.float64),
            count=np.bincount(group, weights=self.count, minlength=size).astype(np.float64),
            start=self.start[first],
            end=self.end[first],
            uncertain_input=input_codes[first],
        )


def _codes(values: FloatArray) -> IntArray:
    # the usual case, without sorting a hundred thousand equal days
    if len(values) and (values == values[0]).all():
        return np.zeros(len(values), dtype=np.int64)
    return np.unique(values, return_inverse=True)[1].astype(np.int64)


def _group(columns: list[IntArray]) -> IntArray:
    """Number the different rows, in the order in which they first come."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        low, high = (int(column.min()), int(column.max())) if len(column) else (0, 0)
        # a column of one value tells no rows apart
        if low == high:
            continue
        code = code * (high - low + 1) + (column - low)
        if int(code.max()) > 2**40:  # keep the product of the next column inside 64 bits
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    # np.unique numbers by size; the numbers are to follow the order of the rows
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse]


class _Pairs:
    """Every (account, Region), in the order of the accounts."""

    def __init__(self, inventory: Inventory, inputs: dict[str, int]) -> None:
        accounts, active = inventory.accounts, inventory.active
        self.inputs = inputs
        self.code = {region: index for index, region in enumerate(inventory.region_codes)}
        spelled = {
            regions: np.array([self.code[region] for region in regions], dtype=np.int64)
            for regions in {account.regions for account in accounts}
        }
        lists = [spelled[account.regions] for account in accounts]
        sizes = np.array([len(codes) for codes in lists], dtype=np.int64)
        self.offset = np.concatenate([[0], np.cumsum(sizes)])
        self.account = np.repeat(np.arange(len(accounts)), sizes)
        self.region = np.concatenate(lists) if lists else np.zeros(0, dtype=np.int64)
        starts = np.array([active.account[account.id].start for account in accounts])
        ends = np.array([active.account[account.id].end for account in accounts])
        self.start, self.end = starts[self.account], ends[self.account]
        # not a number: the account says nothing, and the trail or the rule of thumb does
        self.files = np.full(len(self.account), np.nan)
        self.uncertain_input = np.full(len(self.account), -1, dtype=np.int64)
        for index, account in enumerate(accounts):
            files = account.files_per_day
            if files is not None:
                part = slice(self.offset[index], self.offset[index + 1])
                self._set_files(files, f"accounts[{account.id}]", part)
        self._coverage = inventory.coverage
        members = self._coverage.members
        self.pairs = {group: self._pairs_of(indices) for group, indices in members.items()}

    def _set_files(self, files: FilesPerDay, owner: str, part: slice) -> None:
        """Set the files a day of the pairs of an account that says them."""
        if not files.by_region and files.other is not None:  # one for all, ten times as fast
            self.files[part] = files.other.mid
            if self.inputs:
                self.uncertain_input[part] = self.inputs.get(files.path(owner, "other"), -1)
            return
        self.files[part] = self.files_of(files, np.nan)[self.region[part]]
        if self.inputs:
            self.uncertain_input[part] = self.input_of(files, owner)[self.region[part]]

    def files_of(self, files: FilesPerDay | None, otherwise: float) -> FloatArray:
        """Files per day of every Region, `otherwise` where nothing is said of it."""
        other = files.other.mid if files is not None and files.other is not None else otherwise
        by_region = np.full(len(self.code), other)
        for region, assumption in (files.by_region if files is not None else {}).items():
            by_region[self.code[region]] = assumption.mid
        return by_region

    def input_of(self, files: FilesPerDay | None, owner: str) -> IntArray:
        """The position of the range of every Region, -1 where it is a number or nothing is said."""
        input_codes = np.full(len(self.code), -1, dtype=np.int64)
        if files is None:
            return input_codes
        if files.other is not None:
            input_codes[:] = self.inputs.get(files.path(owner, "other"), -1)
        for region in files.by_region:
            input_codes[self.code[region]] = self.inputs.get(files.path(owner, region), -1)
        return input_codes

    def of(self, trail: Trail) -> IntArray:
        """The pairs that a trail covers."""
        pairs = self.pairs[self._coverage.group_of[trail.name]]
        if trail.regions is None:  # the usual case, without an array of all Regions
            return pairs
        is_covered = np.array([covers_region(trail, region) for region in self.code], dtype=bool)
        covered: IntArray = pairs[is_covered[self.region[pairs]]]
        return covered

    def _pairs_of(self, indices: list[int]) -> IntArray:
        """The pairs of some accounts."""
        if len(indices) == 1:  # as many trails of one account as accounts: no mask for each
            return np.arange(self.offset[indices[0]], self.offset[indices[0] + 1])
        is_member = np.zeros(len(self.offset) - 1, dtype=bool)
        is_member[indices] = True
        return np.flatnonzero(is_member[self.account])


def streams_of(inventory: Inventory) -> Streams:
    """Every stream that writes under a key, one row each.

    A stream is active while its account, its trail and the trail's key are.
    """
    inputs = {path: number for number, path in enumerate(inventory.uncertain_files)}
    pairs = _Pairs(inventory, inputs)
    default = pairs.files_of(None, FILES_PER_DAY)
    trail_number, chosen, files, input_codes, starts, ends = [], [], [], [], [], []
    for number, trail in enumerate(inventory.trails):
        # files under SSE-S3 make no request of KMS
        if trail.key is None:
            continue
        part = pairs.of(trail)
        own = default
        if trail.files_per_day is not None:
            own = pairs.files_of(trail.files_per_day, FILES_PER_DAY)
        chosen.append(part)
        trail_number.append(np.full(len(part), number, dtype=np.int64))
        override = pairs.files[part]
        # what an account says comes before what the trail says
        inherits = np.isnan(override)
        files.append(np.where(inherits, own[pairs.region[part]], override))
        if inputs:
            shared = pairs.input_of(trail.files_per_day, f"trails[{trail.name}]")
            input_codes.append(
                np.where(inherits, shared[pairs.region[part]], pairs.uncertain_input[part])
            )
        writing = inventory.active.writing[trail.name]
        starts.append(np.maximum(pairs.start[part], writing.start))
        ends.append(np.minimum(pairs.end[part], writing.end))
    rows = _join(chosen).astype(np.int64)
    return Streams(
        trail=_join(trail_number).astype(np.int64),
        account=pairs.account[rows],
        region=pairs.region[rows],
        files=_join(files),
        count=np.ones(len(rows)),
        start=_join(starts),
        end=_join(ends),
        uncertain_input=_join(input_codes).astype(np.int64)
        if inputs
        else np.full(len(rows), -1, dtype=np.int64),
    )


def files_assumption(trail: Trail, account: Account, region: str) -> tuple[str, Range] | None:
    """The assumption that a stream's files per day rest on, and its path; None for the default."""
    owners = (
        (f"accounts[{account.id}]", account.files_per_day),
        (f"trails[{trail.name}]", trail.files_per_day),
    )
    for owner, files in owners:
        assumption = None if files is None else files.of(region)
        if files is not None and assumption is not None:
            return files.path(owner, region if region in files.by_region else "other"), assumption
    return None


def _join(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)
