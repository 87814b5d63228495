"""What an inventory has and a description does not, or no more: named, never taken out.

A merge keeps what the user wrote. What the sources say has ended would go on to cost in the
forecast, so it is counted here, in a notice and in the draft's `coverage`.
"""

from __future__ import annotations

from collections.abc import Iterator

from estimator.discovery.estate import Estate
from estimator.figures import listed, plural
from estimator.inventory.model import Inventory
from estimator.inventory.sections import Trail
from pricing.arns import parse_arn

MOST_NAMED = 5
_STAYS = "it stays and counts as written: give it `until`, or take it out"
_STAY = "they stay and count as written: give them `until`, or take them out"


def find_leftovers(estate: Estate, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """What has ended as far as the sources say: its section, and a reason with a count."""
    closed = [
        f"{account.id} is {estate.closed[account.id].value}"
        for account in inventory.accounts
        if account.id in estate.closed and account.until is None
    ]
    if closed:
        sources = dict.fromkeys(fact.source for fact in estate.closed.values())
        many, by = plural(len(closed), "account"), listed(sources, MOST_NAMED)
        why = f"{many} of the inventory not ACTIVE by {by}"
        yield "accounts", _reason(why, closed)
    gone = [
        f"{trail.name} of account {trail.account}"
        for trail in inventory.trails
        if trail.until is None and _was_searched(estate, trail) and not _is_met(estate, trail)
    ]
    if gone:
        noun = plural(len(gone), "trail")
        why = f"{noun} of the inventory in no answer, though the answers have all trails there"
        yield "trails", _reason(why, gone)


def _reason(why: str, names: list[str]) -> str:
    return f"{why} ({listed(names, MOST_NAMED)}): {_STAYS if len(names) == 1 else _STAY}"


def _was_searched(estate: Estate, trail: Trail) -> bool:
    """True where an answer would have the trail, if it were there."""
    if trail.scope == "organization" and trail.regions is None:
        shown = trail.account in estate.searched_organizations
        return shown or (trail.account, "") in estate.searched
    # a multi-Region trail shows in every Region, another one in its home Region alone
    home = trail.home_region
    if home is None and trail.regions is not None and len(trail.regions) == 1:
        home = trail.regions[0]
    region = "" if trail.regions is None else home
    return region is not None and (trail.account, region) in estate.searched


def _is_met(estate: Estate, trail: Trail) -> bool:
    for found in estate.trails.values():
        arn = parse_arn(found.identity, "cloudtrail")
        names = {found.value("name"), found.identity, arn.name if arn else None}
        if trail.name in names and found.value("account") in (None, trail.account):
            return True
    return False
