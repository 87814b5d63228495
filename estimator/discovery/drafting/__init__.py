"""From an estate to a draft: one writer for every source."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from estimator.discovery.completeness import PART, SECTIONS, Seen
from estimator.discovery.drafting.accounts import MEMBERS
from estimator.discovery.drafting.changes import Change, Merged, find_leftovers
from estimator.discovery.drafting.keys import STATE, find_key
from estimator.discovery.drafting.lines import head_lines, section_lines
from estimator.discovery.drafting.merging import merge
from estimator.discovery.drafting.outline import Outline, Todo, outline_of, replace_gaps
from estimator.discovery.drafting.uncovered import find_uncovered
from estimator.discovery.estate import Estate
from estimator.figures import listed
from estimator.inventory.load import InventoryError, parse_inventory
from estimator.inventory.model import Inventory
from pricing.notebook import NotebookResult
from pricing.reading.files import decode, read_bytes
from pricing.reading.problems import DocumentError, KmscostError, Problem, UsageError
from pricing.reading.scalar_writer import comment

_UNSEEN = (
    "other_kms_requests_per_month and readers (who gets the log files) are told by no "
    "description of an estate: fill them in, or let `kmscost measure` and your bill tell them"
)
_HEAD = """\
# Drafted by `{command}`. What follows a # is where a value was read.
# TODO marks what is not known: what stands there is a placeholder, never a finding.
# Then: kmscost check FILE, kmscost forecast FILE. A stream (trail, account, Region) writes 288
# files a day unless files_per_day says otherwise; `kmscost measure` counts yours.
version: 1
"""
_TAIL = """
# TODO who gets the log files: each get is a Decrypt. Such as
#   - {name: siem, kind: every-file, account: "111122223333", gets_per_file: 1}
readers: []
"""
_MOST_PLACES = 3
_TRAILS = re.compile(r"^trails:.*", re.MULTILINE)
_ONE = re.compile(r"^(\w+)s\b")


@dataclass(frozen=True, repr=False)
class Draft(NotebookResult):
    """An inventory drafted from a description of an estate.

    `text` is the YAML, empty where there is nothing to draft; `inventory` is what it means;
    `todo` lists what is not known; `changes` is what a merge did to an existing file; `coverage`
    is what each source saw of accounts, keys and trails.
    """

    text: str
    inventory: Inventory | None
    notices: tuple[str, ...] = ()
    todo: tuple[Todo, ...] = ()
    found: dict[str, int] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    coverage: tuple[Seen, ...] = ()

    def __repr__(self) -> str:
        summary = (
            self.inventory.summary().partition(".")[0] if self.inventory else "nothing to draft"
        )
        return f"<Draft: {summary}; {len(self.todo)} TODO>"

    def to_dict(self) -> dict[str, Any]:
        """As documented JSON."""
        return {
            "draft": self.text,
            "found": dict(self.found),
            "todo": [todo.to_dict() for todo in self.todo],
            "changes": [change.to_dict() for change in self.changes],
            "notices": list(self.notices),
            "coverage": [seen.to_dict() for seen in self.coverage],
        }


def check_replace(merge: str | Path | None, replace: bool) -> None:
    """Refuse to replace values of an inventory that is not named, before anything is read."""
    if replace and merge is None:
        expected, fix = "an inventory whose values it replaces", "name it with --merge"
        raise UsageError(Problem("replace", None, "", "no --merge", expected, fix))


def draft(
    estate: Estate, command: Sequence[str], into: str | Path | None = None, replace: bool = False
) -> Draft:
    """The inventory that an estate's description makes, or makes of the one at `into`.

    Raises
    ------
    KmscostError
        `into` is no inventory that passes `check`; trails could not be read at all, or not all of
        them and there is nothing else to draft.
    """
    outline = outline_of(estate)
    is_missed = any(estate.completeness.failures("trails"))
    if (outline is None and is_missed) or (
        estate.completeness.is_blind("trails") and not estate.trails
    ):
        raise KmscostError(_blind(estate))
    coverage = estate.completeness.all()
    own = _read(into) if into is not None else ""
    seen = (f"found {_describe_found(estate)}",)
    if outline is None:
        inventory = parse_inventory(own, str(into)) if into is not None else None
        ended = list(find_leftovers(estate, inventory)) if inventory is not None else []
        coverage += _coverage_of(str(into), ended)
        gaps = tuple(
            Todo(section, gap) for section in SECTIONS for gap in estate.completeness.gaps(section)
        )
        named = (reason for _, reason in ended)
        notices = (*estate.notices, *_notices(gaps), *named, _nothing_found(estate))
        return Draft(own, inventory, notices, gaps, dict(estate.found), (), coverage)
    if into is not None:
        merged = merge(own, str(into), outline, replace)
        merged.gaps += find_leftovers(estate, merged.inventory)
        return _merge_draft(merged, estate, outline, seen, str(into))
    text = _text_of(outline, f"kmscost discover {' '.join(shlex.quote(word) for word in command)}")
    inventory = parse_inventory(text, "draft")
    unknown, bare = find_uncovered(estate, inventory)
    if unknown and not estate.completeness.is_absent("trails"):
        estate.completeness.absent("trails", unknown)
        outline = replace_gaps(outline, estate)
        # behind the name of the section: no line moves, so the inventory need not be read again
        text = _TRAILS.sub(lambda found: f"{found[0]}  # TODO {unknown}", text, count=1)
        coverage = estate.completeness.all()
    todo = tuple(outline.todo())
    notices = (
        *seen,
        *estate.notices,
        *_notices(todo),
        *filter(None, [bare]),
        *_left_out(estate, outline),
        _UNSEEN,
    )
    return Draft(text, inventory, notices, todo, dict(estate.found), (), coverage)


def _blind(estate: Estate) -> Iterator[Problem]:
    """A problem for each reason why nothing is known: an empty draft would say "no trails"."""
    why = "a draft without trails would forecast nothing"
    for where, reason in estate.completeness.failures("trails"):
        fix = f"{estate.completeness.fix_of(reason) or 'mend that and run it again'}: {why}"
        yield Problem(where, None, "", reason, "what tells of trails", fix)


def _read(path: str | Path) -> str:
    try:
        return decode(path, read_bytes(path))
    except DocumentError as error:
        raise InventoryError(error.problems) from None


def _coverage_of(path: str, gaps: Sequence[tuple[str, str]]) -> tuple[Seen, ...]:
    """What an inventory keeps against its sources, as a source that saw a part."""
    sections = dict.fromkeys(section for section, _ in gaps)
    return tuple(
        Seen(path, section, PART, tuple(reason for at, reason in gaps if at == section))
        for section in sections
    )


def _merge_draft(
    merged: Merged, estate: Estate, outline: Outline, seen: tuple[str, ...], path: str
) -> Draft:
    """The merged inventory; questions are those of what was added, the rest is answered already."""
    added = {(item.value("name") or item.value("id")) for item in merged.added}
    # what was not seen is missing from the merged file too, and what ended goes on in it
    todo = tuple(
        item for item in outline.todo() if _is_gap(item) or _is_end(item) or _subject(item) in added
    )
    hint = ["values that differ were kept as they are written: --replace takes the source's"]
    notices = (
        *seen,
        *estate.notices,
        *merged.notices,
        *(reason for _, reason in merged.gaps),
        *filter(None, find_uncovered(estate, merged.inventory)),
        *(hint if any(item.startswith("kept ") for item in merged.notices) else []),
        *_notices(todo),
        *_left_out(estate, outline),
        *([] if merged.changes else ["nothing to change"]),
    )
    return Draft(
        merged.text,
        merged.inventory,
        notices,
        todo,
        dict(estate.found),
        tuple(merged.changes),
        (*estate.completeness.all(), *_coverage_of(path, merged.gaps)),
    )


def _is_gap(todo: Todo) -> bool:
    return todo.at in SECTIONS and todo.question != MEMBERS


def _is_end(todo: Todo) -> bool:
    """True where a trail delivers nothing, or its key cannot be used: no placeholder, but news."""
    return todo.at.endswith(": files_per_day") or todo.question.startswith(STATE)


def _subject(todo: Todo) -> str:
    return todo.at.partition(" ")[2].partition(": ")[0]


def _text_of(outline: Outline, command: str) -> str:
    """The YAML, with every comment."""
    lines = [
        *head_lines(outline.head),
        *section_lines(
            "accounts",
            outline.accounts,
            (*outline.remarks, *_remarks(outline, "accounts")),
            in_braces=True,
        ),
        *section_lines("keys", outline.keys, _remarks(outline, "keys")),
        *section_lines("trails", outline.trails, _remarks(outline, "trails")),
    ]
    return _HEAD.format(command=comment(command)) + "\n".join(lines) + "\n" + _TAIL


def _remarks(outline: Outline, section: str) -> list[str]:
    return [f"TODO {gap}" for gap in outline.gaps.get(section, ())]


def _notices(todo: Sequence[Todo]) -> Iterator[str]:
    """One line for each question, with the places where it is open."""
    places: dict[str, list[str]] = {}
    for item in todo:
        if item.at != "other_kms_requests_per_month":
            places.setdefault(item.question, []).append(item.at)
    for question, at in places.items():
        yield f"TODO {listed(at, _MOST_PLACES)}: {question}"


def _left_out(estate: Estate, outline: Outline) -> Iterator[str]:
    """Keys that no trail uses are none of CloudTrail's cost."""
    sure = [trail for trail in estate.trails.values() if trail.value("key")]
    used = [key for trail in sure if (key := find_key(estate, trail))]
    # the rest of a multi-Region key's family costs because of it, and is named there
    family = {name for key in used for name in key.value("relatives") or ()}
    family = (family & set(estate.keys)) - {key.identity for key in used}
    spare = len(estate.keys) - len(outline.keys) - len(family)
    if spare == 1:
        yield "1 key that no trail uses was left out: CloudTrail does not cause its cost"
    elif spare > 1:
        yield f"{spare:,} keys that no trail uses were left out: not CloudTrail causes their cost"


def _nothing_found(estate: Estate) -> str:
    """Why there is nothing to draft."""
    reason = "nothing to draft: no CloudTrail trail and no list of accounts in it"
    seen = _describe_found(estate)
    return f"{reason} (found {seen})" if seen else reason


def _describe_found(estate: Estate) -> str:
    found = [(what, count) for what, count in estate.found.items() if count]
    seen = ((count, _ONE.sub(r"\1", what) if count == 1 else what) for what, count in found)
    return ", ".join(f"{count:,} {what}" for count, what in seen)
