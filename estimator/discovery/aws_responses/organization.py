"""What AWS says of an organization: who pays, the Regions of its accounts, and the tree of its OUs.

The answers about a parent or a child do not name it: its id stands in the name of the file.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate, Fact, Resource
from pricing.arns import is_account

# ids as the API reference of AWS Organizations has them, checked 2026-11-28
_UNIT = re.compile(
    r"(?<![a-z0-9])(?:ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})(?![a-z0-9])"
)
_ID = re.compile(r"(?:ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32})\Z")
_ABOVE = "the OUs above it are not known: `aws organizations list-parents`"
_NAMES = "the name of an OU is not known: `aws organizations list-organizational-units-for-parent`"
_ENABLED = ("opt-in-not-required", "opted-in", "ENABLED", "ENABLED_BY_DEFAULT", None)
_DEEPEST = 10  # AWS nests OUs five levels deep


def take_organization(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The management account pays for all (consolidated billing); two make an open question."""
    organization = response.get("Organization")
    owner = organization.get("MasterAccountId") if isinstance(organization, Mapping) else None
    if is_account(owner):
        estate.record_payer(str(owner), source, "MasterAccountId")


def take_identity(estate: Estate, response: Mapping[str, Any], source: str) -> None:
    """The account that asked."""
    if is_account(response.get("Account")):
        estate.add_account(response["Account"], source)


def enabled_regions(response: Mapping[str, Any]) -> tuple[str, ...]:
    """The Regions of describe-regions or list-regions that an account may use."""
    return tuple(
        sorted(
            name
            for region in items_of(response, "Regions")
            if (name := text_of(region, "RegionName"))
            and region.get("OptInStatus", region.get("RegionOptStatus")) in _ENABLED
        )
    )


def take_regions(
    estate: Estate, account: str | None, response: Mapping[str, Any], source: str
) -> None:
    """The Regions of one account, or of all where the response belongs to none."""
    found = enabled_regions(response)
    if not found:
        return
    if account is not None:
        estate.add_account(account, source).record("regions", found, source, note="Regions")
        return
    holder = Resource("regions", "", {"regions": estate.regions} if estate.regions else {})
    holder.record("regions", found, source, note="Regions")
    estate.regions = holder.fact("regions") or Fact(found, source)


def unit_in(text: str) -> str | None:
    """The one id of an OU or a root in a text, such as the name of a file.

    >>> unit_in("list-accounts-for-parent-ou-ab12-34cd56ef.json"), unit_in("r-ab12 r-cd34")
    ('ou-ab12-34cd56ef', None)
    """
    found = set(_UNIT.findall(text))
    return found.pop() if len(found) == 1 else None


def read_tags(value: Any) -> dict[str, str]:
    """Tags as AWS lists them, or as other tools have them: a mapping, or Key and Value."""
    if isinstance(value, Mapping):
        return {str(name): text for name, text in value.items() if isinstance(text, str)}
    tags = {}
    for tag in value if isinstance(value, list | tuple) else ():
        if isinstance(tag, Mapping) and isinstance(tag.get("Key"), str):
            text = tag.get("Value")
            tags[tag["Key"]] = text if isinstance(text, str) else ""
    return tags


def take_tags(account: Resource, tags: Any, source: str) -> None:
    """The tags of an account."""
    found = read_tags(tags)
    if found:
        account.record("tags", found, source, note="Tags")


class Organization:
    """The tree of OUs, as far as answers tell it."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        # an account, and where its parent was read
        self._sources: dict[str, str] = {}

    def take_unit(self, unit: Mapping[str, Any], parent: str | None = None) -> None:
        """An OU or a root, with the path of ids that newer answers have."""
        identity, name = text_of(unit, "Id"), text_of(unit, "Name")
        if identity is None or not _ID.match(identity):
            return
        if name is not None:
            # a slash parts the levels of a path: in a name it would look like one more
            self._names[identity] = name.replace("/", "_").strip()
        if parent is not None and parent != identity:
            self._parents.setdefault(identity, parent)
        self.take_path(text_of(unit, "Path"))

    def take_path(self, path: str | None) -> None:
        """A path of ids from the organization down: `o-.../r-.../ou-.../111122223333/`."""
        ids = [part for part in (path or "").split("/") if _ID.match(part) or is_account(part)]
        for above, below in itertools.pairwise(ids):
            self._parents.setdefault(below, above)

    def take_child(self, child: str, parent: str, source: str) -> None:
        """An account or OU, and the one above it."""
        if child != parent:
            self._parents[child] = parent
            self._sources[child] = source

    def take_account(self, account: Mapping[str, Any], parent: str | None, source: str) -> None:
        """The place of an account of a list."""
        identity, paths = account.get("Id"), account.get("Paths")
        if not is_account(identity):
            return
        if isinstance(paths, list | tuple) and paths and isinstance(paths[0], str):
            path = paths[0].rstrip("/")
            self.take_path(path if path.endswith(str(identity)) else f"{path}/{identity}")
        if parent is not None:
            self.take_child(str(identity), parent, source)
        self._sources.setdefault(str(identity), source)

    def take(self, kind: str, response: Mapping[str, Any], source: str) -> bool:
        """Read an answer about the tree; False where it does not say whose it is."""
        named = unit_in(source)
        if kind == "list-roots":
            for root in items_of(response, "Roots"):
                self.take_unit(root)
        elif kind == "describe-organizational-unit":
            unit = response["OrganizationalUnit"]
            self.take_unit(unit if isinstance(unit, Mapping) else {})
        elif kind == "list-organizational-units-for-parent":
            for unit in items_of(response, "OrganizationalUnits"):
                self.take_unit(unit, named)
            return named is not None or all(
                "Path" in unit for unit in items_of(response, "OrganizationalUnits")
            )
        elif kind == "list-children":
            for child in items_of(response, "Children"):
                identity = text_of(child, "Id")
                if named is not None and identity is not None:
                    self.take_child(identity, named, source)
            return named is not None
        return True

    def take_parents(self, child: str, response: Mapping[str, Any], source: str) -> None:
        """The answer of list-parents for an account or an OU."""
        for parent in items_of(response, "Parents"):
            identity = text_of(parent, "Id")
            if identity is not None and _ID.match(identity):
                self.take_child(child, identity, source)

    def place(self, estate: Estate) -> None:
        """Note the OU of each account of the estate."""
        for account in estate.accounts.values():
            if account.identity in self._parents:
                path, question = self._path(account.identity)
                source = self._sources.get(account.identity, account.source)
                account.record("ou", path, source, question, "OU")

    def _path(self, account: str) -> tuple[str, str]:
        ids: list[str] = []
        at = account
        while at in self._parents and len(ids) <= _DEEPEST and self._parents[at] not in ids:
            at = self._parents[at]
            ids.insert(0, at)
        named = [self._names.get(identity, identity) for identity in ids]
        question = "" if ids[0].startswith("r-") else _ABOVE
        # a root without a name is the usual case of `Paths`: AWS calls it Root
        if ids[0].startswith("r-") and ids[0] not in self._names:
            named[0] = "Root"
        if not question and any(
            name == identity for name, identity in zip(named, ids, strict=True)
        ):
            question = _NAMES
        return "/".join(named), question
