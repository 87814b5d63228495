"""Responses of AWS, as its CLI prints them, in any order: an estate out of all of them.

Where a response does not name its subject (the encryption of which bucket?), its caller does, or
the name of its file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.discovery.aws_responses import (
    config_items,
    hints,
    keys,
    organization,
    query_rows,
    trails,
)
from estimator.discovery.aws_responses.hints import Findings
from estimator.discovery.aws_responses.kinds import TREE, kind_of
from estimator.discovery.aws_responses.member_lists import MemberList, judge_lists, take_accounts
from estimator.discovery.aws_responses.organization import Organization, take_tags, unit_in
from estimator.discovery.aws_responses.pages import Pages
from estimator.discovery.aws_responses.values import items_of, text_of
from estimator.discovery.estate import Estate, Resource
from estimator.figures import plural
from pricing.arns import is_account, parse_arn


@dataclass(frozen=True)
class Origin:
    """The source of a response, and whom it may be about where it does not name anybody."""

    source: str
    account: str | None = None
    # names that the response may be about: words of the file's path, or the subject of the call
    names: Sequence[str] = ()


class Responses:
    """An estate out of responses in any order: what names no subject waits until all are read."""

    def __init__(self) -> None:
        self.estate = Estate()
        self._organization, self._findings = Organization(), Findings()
        self._config = config_items.ConfigItems()
        self._waiting: list[tuple[str, Mapping[str, Any], Origin]] = []
        # lists of OUs and of what is in them
        self._pages = Pages()
        # lists of the accounts of the organization, and of those of one OU
        self._members: list[MemberList] = []
        self._units: list[tuple[Mapping[str, Any], str]] = []
        # states of keys, as errors name them
        self._states: list[tuple[str, str, str]] = []
        # landing zones by their sources, and what their manifests say
        self._zones: dict[str, str] = {}
        # lists of trails, and the accounts of those who asked
        self._lists: list[tuple[Mapping[str, Any], Origin]] = []
        self._callers: set[str] = set()

    def take(self, response: Mapping[str, Any], origin: Origin) -> str | None:
        """Read a response; returns the command that prints it."""
        kind, estate, source = kind_of(response), self.estate, origin.source
        if kind == "describe-trails":
            listed = list(items_of(response, "trailList"))
            taken = [trails.take_trail(estate, trail, source) for trail in listed]
            self._lists.append((response, origin))
            # a list in which no trail has a name tells of none
            is_list = isinstance(response["trailList"], list | tuple) and len(listed) == len(
                response["trailList"]
            )
            self._saw("trails", is_list and (not taken or any(taken)), source)
        elif kind == "get-trail":
            if isinstance(response["Trail"], Mapping):
                trails.take_trail(estate, response["Trail"], source)
            self._saw("trails", isinstance(response["Trail"], Mapping), source)
        elif kind == "list-accounts" and unit_in(source) is not None:
            # a part of the accounts, unless the whole list is there too
            self._units.append((response, source))
            self._pages.take((kind, unit_in(source)), response, source)
        elif kind == "list-accounts":
            self._members.append(take_accounts(estate, response, source))
            self.place_accounts(None, response, source)
        elif kind == "describe-regions":
            organization.take_regions(estate, origin.account, response, source)
        elif kind in _AT_ONCE:
            if kind == "get-caller-identity" and is_account(response["Account"]):
                self._callers.add(response["Account"])
            _AT_ONCE[kind](estate, response, source)
        elif kind in dict(TREE):
            self._pages.take((kind, unit_in(source)), response, source)
            if not self._organization.take(kind, response, source):
                estate.note(_NO_PARENT.format(source=source, kind=kind))
        elif kind is not None:
            self._waiting.append((kind, response, origin))
        return kind

    def judge_accounts(self) -> None:
        """Tell whether the lists of accounts are whole, once all of them are read."""
        judge_lists(self.estate, self._members)
        self._members.clear()

    def _finish_units(self) -> None:
        """Read the lists of OUs: parts of the accounts, where no list has all of them."""
        is_listed = bool(self.estate.members)
        units: dict[str | None, list[MemberList]] = {}
        for response, source in self._units:
            unit = unit_in(source)
            if not is_listed:
                found = take_accounts(self.estate, response, source)
                units.setdefault(unit, []).append(found)
            self.place_accounts(unit, response, source)
        self._units.clear()
        for lists in units.values():
            judge_lists(self.estate, lists)

    def place_accounts(self, parent: str | None, response: Mapping[str, Any], source: str) -> None:
        """Note where listed accounts are; those of one OU are no more than a part of all."""
        for account in items_of(response, "Accounts"):
            self._organization.take_account(account, parent, source)

    def take_other(self, answer: Any, origin: Origin) -> str | None:
        """Read what is no response of the CLI: AWS Config, rows, findings, a landing zone.

        Returns
        -------
        str or None
            What it is; None for what discover does not read.
        """
        estate, source = self.estate, origin.source
        if self._config.take(answer, source):
            return "AWS Config"

        def wait(selectors: Mapping[str, Any]) -> None:
            self._waiting.append(("get-event-selectors", selectors, origin))

        if query_rows.take_rows(estate, answer, source, wait):
            return "rows of a query"
        if self._findings.take(answer, source):
            return "findings"
        details = hints.read_landing_zone(answer)
        if details is not None:
            self._zones[source] = details
        return None if details is None else "a landing zone"

    def _saw(self, section: str, is_whole: bool, source: str) -> None:
        if is_whole:
            self.estate.completeness.saw(section, source)
        else:
            self.estate.completeness.missed(section, source, "the documented field is no answer")

    def take_no_encryption(self, origin: Origin) -> None:
        """Take the error that a bucket without default encryption gives."""
        self._waiting.append(("get-bucket-encryption", {"Error": trails.NO_ENCRYPTION}, origin))

    def take_no_bucket(self, origin: Origin) -> None:
        """Take the error that a bucket gives which is not there."""
        self._waiting.append(("get-bucket-location", {"Error": trails.NO_BUCKET}, origin))

    def take_state(self, key: str, state: str, source: str) -> None:
        """Take the state of a key that an error names."""
        self._states.append((key, state, source))

    def finish(self) -> Estate:
        """The estate, after the responses whose subject had to be known first."""
        self._config.finish(self.estate)
        caller = next(iter(self._callers)) if len(self._callers) == 1 else None
        for response, origin in self._lists:
            trails.note_searched(self.estate, response, origin.account, origin.source, caller)
        self._lists.clear()
        self.judge_accounts()
        self._finish_units()
        self._pages.finish(self.estate, "accounts", "what the others have of OUs is not known")
        nameless: dict[str, int] = {}
        # now every trail, key and bucket is known, in whichever order the files came
        for kind, response, origin in self._waiting:
            if kind == "get-event-selectors":
                trails.take_event_selectors(self.estate, response, origin.source)
            elif not self._take_subject(kind, response, origin):
                nameless[kind] = nameless.get(kind, 0) + 1
        self._waiting.clear()
        for arn, state, source in self._states:
            if self._is_used(arn):
                key = self.estate.add_key(arn, source)
                key.record("state", state, source, note="the error of a call")
        self._states.clear()
        trails.ask_for_status(self.estate)
        self._organization.place(self.estate)
        self._findings.note(self.estate)
        for source, details in self._zones.items():
            hints.note_landing_zone(self.estate, source, details)
        for kind, count in sorted(nameless.items()):
            subject = plural(count, "answer")
            self.estate.note(_NAMELESS.format(subject=subject, kind=kind))
        for key in self.estate.keys.values():
            keys.ask_for_past_rotations(key)
        return self.estate

    def _take_place(self, kind: str, response: Mapping[str, Any], origin: Origin) -> bool:
        """Read the parents or the tags of an account; False where nobody knows whose they are."""
        ids = {name for name in origin.names if is_account(name)} | {origin.account}
        only = next(iter(ids - {None}), None) if len(ids - {None}) == 1 else None
        child = only or unit_in(origin.source)
        if kind == "list-parents" and child is not None:
            self._organization.take_parents(child, response, origin.source)
        elif kind == "list-tags-for-resource" and only is not None:
            if only in self.estate.accounts:
                take_tags(self.estate.accounts[only], response.get("Tags"), origin.source)
        else:
            # tags of an OU, or of a bucket: of no account
            return kind == "list-tags-for-resource" and unit_in(origin.source) is not None
        return True

    def _take_subject(self, kind: str, response: Mapping[str, Any], origin: Origin) -> bool:
        """Read a response about a subject; False where nobody knows which."""
        if kind in ("list-parents", "list-tags-for-resource"):
            return self._take_place(kind, response, origin)
        among, read = _SUBJECTS[kind]
        subject = among(self, response, origin)
        if subject is not None:
            read(subject, response, origin.source)
        return subject is not None

    def trail(self, _: Mapping[str, Any], origin: Origin) -> Resource | None:
        """The trail that the caller or the file's name tells.

        Where several have the name, the account that the path names decides; without one it stays
        open at each of them.
        """
        found = trails.named(self.estate, origin.names, origin.account)
        if len(found) > 1:
            for resource in found:
                remark = _SEVERAL.format(source=origin.source)
                if remark not in resource.remarks:
                    resource.remarks.append(remark)
        return _single(found)

    def bucket(self, _: Mapping[str, Any], origin: Origin) -> Resource | None:
        """The bucket that the caller or the file's name tells."""
        return _single(b for name, b in self.estate.buckets.items() if name in origin.names)

    def key(self, response: Mapping[str, Any], origin: Origin) -> Resource | None:
        """The key that the response names, else that the caller or the file's name tells."""
        items = (*items_of(response, "Rotations"), *items_of(response, "Grants"))
        named = {text_of(name, "KeyId") for name in items}
        wanted = {name for name in named | {text_of(response, "KeyId")} if name} or set(
            origin.names
        )
        found = {self._identity(name) for name in wanted} & set(self.estate.keys)
        return self.estate.keys[found.pop()] if len(found) == 1 else None

    def _identity(self, name: str) -> str:
        if name in self.estate.keys:
            return name
        known = self.estate.names.get(name, "")
        if not known and parse_arn(name, "kms") is not None:
            # the trail names the key, nothing else does
            return self.estate.add_key(name, "").identity if self._is_used(name) else ""
        # rotations are listed by the id alone
        ending = [t for t in self._keys_of_trails() if t.endswith(f":key/{name}")]
        return known or (self._identity(ending[0]) if len(ending) == 1 else "")

    def _is_used(self, name: str) -> bool:
        return name in self._keys_of_trails()

    def _keys_of_trails(self) -> set[str]:
        keys = (resource.value("key") for resource in self.estate.trails.values())
        return {key for key in keys if isinstance(key, str)}


# answers that name their subject themselves
_AT_ONCE: dict[str, Callable[[Estate, Mapping[str, Any], str], None]] = {
    "describe-organization": organization.take_organization,
    "get-caller-identity": organization.take_identity,
    "describe-key": keys.take_key,
    "list-aliases": keys.take_aliases,
    "get-free-tier-usage": hints.take_free_tier,
}
_Find = Callable[[Responses, Mapping[str, Any], Origin], Resource | None]
_Read = Callable[[Resource, Mapping[str, Any], str], None]
# responses about one resource: how it is found, and how the response is read
_SUBJECTS: dict[str, tuple[_Find, _Read]] = {
    "get-trail-status": (Responses.trail, trails.take_status),
    "list-key-rotations": (Responses.key, keys.take_rotations),
    "get-key-rotation-status": (Responses.key, keys.take_rotation_status),
    "get-key-last-usage": (Responses.key, keys.take_last_usage),
    "list-grants": (Responses.key, keys.take_grants),
    "get-key-policy": (Responses.key, keys.take_policy),
    "list-resource-tags": (Responses.key, keys.take_tags),
    "get-bucket-encryption": (Responses.bucket, trails.take_encryption),
    "get-bucket-location": (Responses.bucket, trails.take_location),
}
_SEVERAL = (
    "{source} is an answer of get-trail-status for one of several trails of this name: put it in "
    "a folder that is named after its account"
)
_NO_PARENT = (
    "{source}: an answer of {kind} does not say whose it is: name the file after the parent, such "
    "as {kind}-r-ab12.json"
)
_NAMELESS = (
    "left out {subject} of {kind} without a word of whose it is: name each file after its bucket, "
    "trail or key, such as {kind}-NAME.json"
)


def _single(resources: Any) -> Resource | None:
    found = list(resources)
    return found[0] if len(found) == 1 else None
