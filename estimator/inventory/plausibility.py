"""Numbers that can hardly be meant: a month's where a day's stands, 12.000 for twelve thousand."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from estimator.figures import count
from estimator.inventory.accounts import Found
from estimator.inventory.assumptions import FILES_PER_DAY, FilesPerDay
from estimator.inventory.coverage import (
    Account,
    Group,
    TrailCoverage,
    covered_regions,
    covers_region,
    groups_of,
)
from estimator.inventory.draft import Draft
from estimator.inventory.sections import InventoryFile, Trail
from estimator.inventory.units import is_share
from pricing.reading.document import Location, Map, Seq, line_of
from pricing.reading.problems import printable
from pricing.reading.scalar_writer import flow
from pricing.reading.slips import RENDER, find_template, template_fix
from pricing.reading.words import describe
from pricing.reading.written_numbers import thousands_fix

_DAY = 24 * 60 * 60  # [s]
_DAYS_OF_A_MONTH = range(28, 32)
# the busiest accounts have several files a minute in a Region: none has one every second
_MOST_FILES = _DAY  # [file/day]
_MOST_GETS = 1_000 * _DAY  # [get/day]
_MOST_NOTICES = 5
_SMALL_PERCENT = re.compile(r"0?\.[0-9]+ ?%")
_SAVING = "bucket_key_saving"
_COUNTS = (  # whole numbers by their nature, so that thousands may have a point
    "other_kms_requests_per_month",
    "files_per_day",
    "gets_per_day",
    "queries_per_month",
    "runs_per_month",
    "usd_per_month",
    "config_updates_per_month",
)


def implausible_numbers(
    draft: Draft,
    document: InventoryFile,
    found: Iterable[Found],
    accounts: Sequence[Account],
    trails: Sequence[Trail],
) -> tuple[str, ...]:
    """A notice of each number, and of each text, that is taken and can hardly be meant.

    Parameters
    ----------
    draft, document
        The inventory as it is written.
    found
        Its accounts and those of its files, as they are written.
    accounts, trails
        The accounts and the document's trails, each with what it inherits.
    """
    notices = [
        *_monthly_files(draft, document, found),
        *([] if draft.has_unsure_regions else _idle_files(draft, found, accounts, trails)),
        *_savings_without_key(draft, document),
        *(slip for at, value in _parts(draft.root, ()) for slip in _slips_in(draft, at, value)),
    ]
    more = len(notices) - _MOST_NOTICES
    rest = [f"{more:,} more such numbers or texts"] if more > 0 else []
    return (*map(printable, notices[:_MOST_NOTICES]), *rest)


def _place(draft: Draft, at: Location) -> str:
    line = line_of(draft.root, at)
    # a mapping of Python has no lines
    where = f"{draft.path}:{line}" if line else draft.path
    return f"{where}: {describe(at)}"


def _monthly_files(draft: Draft, document: InventoryFile, found: Iterable[Found]) -> Iterator[str]:
    for account in found:
        where = f"{account.path}:{account.line}" if account.line else account.path
        for region, slip in _monthly_parts(account.entry.files_per_day):
            at = account.at.removesuffix("id") + "files_per_day"
            yield f"{where}: {at}{region}: {slip}"
        yield from _thousands(f"{where}: ", account.row)
    for index, trail in enumerate(document.trails):
        for region, slip in _monthly_parts(trail.files_per_day):
            place = _place(draft, draft.place(("trails", index, "files_per_day")))
            yield f"{place}{region}: {slip}"
    for index, reader in enumerate(document.readers):
        gets = getattr(reader, "gets_per_day", None)
        if gets is not None and gets.mid >= _MOST_GETS:
            at = _place(draft, draft.place(("readers", index, "gets_per_day")))
            rate = f"{count(gets.mid)} gets a day are {count(gets.mid / _DAY)} a second"
            yield f"{at}: {rate}; is it a month's number?"


def _idle_files(
    draft: Draft, found: Iterable[Found], accounts: Sequence[Account], trails: Sequence[Trail]
) -> Iterator[str]:
    """The numbers of files in Regions where no stream is that could have them."""
    why = "counts for nothing, as {} this Region: add it to {}, or remove it here"
    ids = {account.id for account in accounts}
    # an account that is not there is refused, by its name
    coverage = TrailCoverage(accounts, [trail for trail in trails if trail.account in ids])
    covering: defaultdict[Group, list[Trail]] = defaultdict(list)
    for trail in trails:
        if trail.account in ids:
            covering[coverage.group_of[trail.name]].append(trail)
    for written, account in zip(found, accounts, strict=True):
        files = account.files_per_day
        if files is None or not files.by_region:
            continue
        where = f"{written.path}:{written.line}" if written.line else written.path
        at = written.at.removesuffix("id") + "files_per_day"
        own = [trail for group in groups_of(account) for trail in covering[group]]
        streams = {region for trail in own for region in covered_regions(trail, account.regions)}
        for region in sorted(files.by_region.keys() - streams):
            if region not in account.regions:
                words = why.format("the account does not have", "`regions`")
                yield f"{where}: {at}.{region}: {words}"
            elif own:  # that no trail covers an account at all is no slip of a Region
                words = why.format("no trail of the account covers", "a trail's `regions`")
                yield f"{where}: {at}.{region}: {words}"
    for index, trail in enumerate(trails):
        files = trail.files_per_day
        if files is None or trail.account not in ids:
            continue
        for region in sorted(files.by_region.keys() - set(coverage.regions(trail))):
            place = _place(draft, draft.place(("trails", index, "files_per_day", region)))
            if covers_region(trail, region):
                words = why.format("no account of the trail has", "its `regions`")
            else:
                words = why.format("the trail does not cover", "`regions`")
            yield f"{place}: {words}"


def _savings_without_key(draft: Draft, document: InventoryFile) -> Iterator[str]:
    """The trails and readers of a Bucket Key's saving that have no Bucket Key, nor a word of it."""
    silent = {
        trail.name: (index, trail.bucket.model_fields_set)
        for index, trail in enumerate(document.trails)
        if not trail.bucket.bucket_key and "bucket_key" not in trail.bucket.model_fields_set
    }
    fix = "saves nothing, as no Bucket Key is named; add bucket_key: true to the bucket if it is on"
    for index, given in silent.values():
        if _SAVING in given:
            yield f"{_place(draft, draft.place(('trails', index, 'bucket', _SAVING)))}: {fix}"
    for index, reader in enumerate(document.readers):
        names = reader.trails or tuple(trail.name for trail in document.trails)
        if reader.bucket_key_saving is not None and names and set(names) <= set(silent):
            yield f"{_place(draft, draft.place(('readers', index, _SAVING)))}: {fix}"


def _monthly_parts(files: FilesPerDay | None) -> Iterator[tuple[str, str]]:
    """The Regions of files per day whose number can hardly be meant, and why."""
    parts = {f".{region}": number for region, number in files.by_region.items()} if files else {}
    if files is not None and files.other is not None:
        parts[".other" if files.by_region else ""] = files.other
    for region, number in parts.items():
        slip = _month_of_files(number.mid)
        if slip is not None:
            yield region, slip


def _month_of_files(number: float) -> str | None:
    question = "is it a month's number?"
    for days in _DAYS_OF_A_MONTH:
        if number == FILES_PER_DAY * days:
            return f"{count(number)} files a day are {days} x 288, which is usual; {question}"
    if number < _MOST_FILES:
        return None
    second = f"{count(number / _DAY)} a second in one account and Region"
    return f"{count(number)} files a day are {second}; {question}"


def _slips_in(draft: Draft, at: Location, value: Map | Seq) -> Iterator[str]:
    if isinstance(value, Map) and value.written and at[:1] != ("accounts",):
        is_count = any(part in _COUNTS for part in at)
        for key, text in value.written.items():
            slip = thousands_fix(text) if is_count or key in _COUNTS else None
            if slip is not None:
                yield f"{_place(draft, (*at, key))}: {slip}"
    if isinstance(value, Map) and at[-1:] == ("tags",) and set(value) == {"Key", "Value"}:
        tag = flow({str(value["Key"]): str(value["Value"])})
        yield f"{_place(draft, at)}: two tags, Key and Value; write {tag} if one is meant"
    for part, text in _items(value):
        if isinstance(text, str) and _SMALL_PERCENT.fullmatch(text) and is_share(str(part)):
            plain = text.replace(" ", "").removesuffix("%")
            yield (
                f"{_place(draft, (*at, part))}: {text} is less than one percent; write {plain} "
                f"for {float(plain) * 100:.6g} percent"
            )
        fix = template_fix(text)
        if fix is not None:
            kind = "a template that was not rendered" if fix == RENDER else "a placeholder"
            yield f"{_place(draft, (*at, part))}: {find_template(text) or text} looks like {kind}"


def _thousands(where: str, row: Any) -> Iterator[str]:
    """The number of files in an account, its own or in a mapping of Regions."""
    if isinstance(row, Map):
        inner = row.get("files_per_day")
        written = {**row.written, **(inner.written if isinstance(inner, Map) else {})}
        for slip in filter(None, map(thousands_fix, written.values())):
            yield f"{where}files_per_day: {slip}"


def _items(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, Map):
        yield from value.items()
    elif isinstance(value, Seq):
        yield from enumerate(value)


def _parts(value: Any, at: Location) -> Iterator[tuple[Location, Map | Seq]]:
    """Every mapping and list of a document, and where it stands."""
    if isinstance(value, Map | Seq):
        yield at, value
        for key, item in _items(value):
            yield from _parts(item, (*at, key))
