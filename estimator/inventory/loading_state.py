"""An inventory on its way: what was understood so far, and every problem with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from estimator.inventory.account_ids import account_meant
from estimator.inventory.documents import set_key
from pricing.reading.document import Location, Map, Seq, line_of
from pricing.reading.problems import Problem
from pricing.reading.words import describe


@dataclass
class Draft:
    """An inventory on its way: the document, what was understood of it, what is wrong with it."""

    path: str
    root: Map
    problems: list[Problem]
    notices: list[str] = field(default_factory=list)
    # where the understood items of a section stand in the document
    places: dict[str, list[int]] = field(default_factory=dict)
    # whether accounts are missing because their file could not be understood
    incomplete: bool = False
    # the accounts of each file, by the place in `accounts` of the entry that names it
    rows: dict[int | str, list[Map]] = field(default_factory=dict)
    # accounts of files that are not active, and what the file says of them
    left_out: dict[str, str] = field(default_factory=dict)
    # whether an account or its Regions were refused, so that others need not be missing
    has_unsure_regions: bool = False
    known: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def names(self, section: str, label: str) -> dict[str, None]:
        """The names that a section gives, those of refused items too: they are not dangling."""
        # asked once for each reference: without a memory a long file takes a square of its length
        known = self.known.get((section, label))
        if known is None:
            items = self.root.get(section)
            listed = list(items) if isinstance(items, Seq) else []
            # a bare text was refused where a mapping is wanted, and is the name all the same
            given = [
                item.get(label) if isinstance(item, Map) else item
                for item in listed
                if isinstance(item, Map | str | int)
            ]
            # a number was refused for its missing quotes: its digits are the name all the same, as
            # the digits of an account are behind dashes or in an ARN
            known = self.known[section, label] = {
                (section == "accounts" and account_meant(name)) or str(name): None
                for name in given
                if isinstance(name, str | int | list) and not isinstance(name, bool)
            }
        return known

    def refuse(self, at: Location, found: str, expected: str, fix: str = "") -> None:
        """Note a problem at a location of the understood items."""
        place = self.place(at)
        line = line_of(self.root, place)
        self.problems.append(Problem(self.path, line, describe(place), found, expected, fix))

    def place(self, at: Location) -> Location:
        """The location in the document of a location among the understood items."""
        positions = self.places.get(str(at[0])) if len(at) > 1 else None
        return (at[0], positions[int(at[1])], *at[2:]) if positions is not None else at

    def line(self, at: Location) -> int | None:
        """The line of a location among the understood items."""
        return line_of(self.root, self.place(at))

    def whole_document(self) -> Map:
        """The document, with the accounts of other files in the place of the entry naming one.

        In it every account has a path of its own, wherever it is written.
        """
        if not self.rows:
            return self.root
        accounts = self.root["accounts"]
        listed = Seq(accounts.line)
        for index, (item, line) in enumerate(zip(accounts, accounts.lines, strict=True)):
            rows = self.rows.get(index, [item])
            listed.extend(rows)
            listed.lines += [line] * len(rows)
        return set_key(self.root, "accounts", listed)
