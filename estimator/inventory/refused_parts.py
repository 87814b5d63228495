"""What is left of a document without its refused parts, and the mistakes that these hid."""

from __future__ import annotations

from typing import Any

from estimator.inventory.documents import MISSING, remove_at
from estimator.inventory.draft import Draft
from estimator.inventory.sections import InventoryFile
from pricing.reading.document import Location, Seq
from pricing.reading.nodes import value_at
from pricing.reading.problems import Problem
from pricing.reading.validation import find_problems, validate

_MOST_LEFT_OUT = 200  # each costs a copy of its list
_MOST_ROUNDS = 3  # of mistakes that hide behind others of the same item


def understand_sections(draft: Draft) -> InventoryFile | None:
    """The document as sections; where some are refused, all that is left without them."""
    document, problems, places = validate(InventoryFile, draft.root, draft.path)
    draft.problems += problems
    if document is None:
        draft.problems += _behind(draft, places)
        # an account file whose entry was refused: who it lists is not known
        draft.incomplete |= any(_is_file(draft, place) for place in places)
        unsure = [place for place in places if place[:1] in (("accounts",), ("regions",))]
        draft.has_unsure_regions = bool(unsure)
        document, _, _ = validate(InventoryFile, _leave_out(draft, places), draft.path)
    return document


def _behind(draft: Draft, refused: list[Location]) -> list[Problem]:
    """The problems that show only where what was refused before is left out."""
    found: list[Problem] = []
    root: Any = draft.root
    left_out: set[Location] = set()
    for _ in range(_MOST_ROUNDS):
        # of a list the whole of it, so that other items stay in their places
        keys = {
            place[:2] if _is_file(draft, place) else place[: _last_key(place)] for place in refused
        }
        if not refused or len(keys) > _MOST_LEFT_OUT:
            break
        left_out |= keys
        for place in keys:
            if (
                place
                and not _is_file(draft, place)
                and value_at(root, place, MISSING) is not MISSING
            ):
                root = remove_at(root, place)
        fresh = [
            (problem, place)
            for problem, place in find_problems(InventoryFile, root, draft.path)
            # neither of what was left out, nor of what lacks it now
            if not any(place[: len(key)] == key[: len(place)] for key in left_out)
        ]
        found += [problem for problem, _ in fresh]
        refused = [place for _, place in fresh]
    return found


def _is_file(draft: Draft, place: Location) -> bool:
    """True for a place in an entry that names a file of accounts: without it, it is none."""
    entry = value_at(draft.root, place[:2]) if place[:1] == ("accounts",) else None
    if isinstance(entry, str):  # the name of the file alone
        return entry.endswith((".csv", ".json"))
    return len(place) > 1 and isinstance(entry, dict) and "file" in entry


def _last_key(place: Location) -> int:
    return max((index + 1 for index, part in enumerate(place) if isinstance(part, str)), default=0)


def _leave_out(draft: Draft, refused: list[Location]) -> dict[str, Any]:
    """The document without its refused items, so that the rest can be checked as well."""
    rest: dict[str, Any] = dict(draft.root)
    if any(place[:1] == ("version",) for place in refused):
        rest["version"] = 1
    for name in {str(place[0]) for place in refused if place} - {"version"}:
        items = rest.get(name)
        if isinstance(items, Seq):
            bad = {place[1] for place in refused if place[0] == name and len(place) > 1}
            draft.places[name] = [i for i in range(len(items)) if i not in bad]
            rest[name] = [items[i] for i in draft.places[name]]
        else:
            rest.pop(name, None)
    return rest
