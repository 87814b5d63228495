"""An organization of four accounts in October 2026, as log files, with the truth beside them.

Nothing here is by chance of a clock: times and ids follow from a seed. The numbers of requests are
those of `specimens`; a second trail in PROD repeats every event there, and the calls between
accounts are in both accounts' files.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.attribution.identities import Record, stranger
from tests.acceptance.attribution.specimens import (
    PARTNER,
    PROD,
    Fact,
    Form,
    forms,
    record_of,
    refused_forms,
)
from tests.acceptance.measure.events import plain, token, unique

FIRST = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
DAYS = 31
Keep = Callable[[dt.datetime], bool]


@dataclass(frozen=True)
class Logged:
    """One copy of an event: where it is recorded, when, and what of."""

    account: str
    region: str
    at: dt.datetime
    record: Record


def callers(of: Iterable[Form]) -> dict[frozenset[str], str]:
    """The one name by which the truth calls each caller: its ARN, or the service's principal."""
    return {form.caller.names: max(form.caller.names, key=lambda n: (len(n), n)) for form in of}


def moments(number: int, rng: random.Random) -> list[dt.datetime]:
    """So many moments of the month, spread evenly, the seconds by chance of the seed."""
    step = DAYS * 86_400 / number
    return [
        FIRST + dt.timedelta(seconds=int(step * at) + rng.randrange(max(1, int(step) - 1)))
        for at in range(number)
    ]


def events(seed: int = 16, of: list[Form] | None = None) -> list[tuple[Form, list[Logged]]]:
    """Each request (or what is none) with all of its copies."""
    rng = random.Random(seed)  # noqa: S311  no secrets here
    out = []
    for form in of if of is not None else [*forms(), *refused_forms()]:
        for number, at in enumerate(moments(form.requests, rng)):
            out.append((form, copies(form, number, at, rng)))
    return out


def copies(form: Form, number: int, at: dt.datetime, rng: random.Random) -> list[Logged]:
    """The event in the caller's account, in the key owner's, or in both."""
    account = form.caller.account
    base = plain(rng, at, "kms.amazonaws.com", form.operation, form.region, account)
    base |= record_of(form, number, at.day)
    if form.caller.record.get("type") == "AWSService":
        base["sharedEventID"] = unique(rng)  # as in real logs: a service's calls have one too
    if not form.owner:
        return [Logged(account, form.region, at, base)]
    shared = {"sharedEventID": unique(rng)}
    seen = base | shared | {"eventID": unique(rng), "recipientAccountId": form.owner}
    seen["userIdentity"] = stranger(account).record
    theirs = Logged(form.owner, form.region, at, seen)
    return [Logged(account, form.region, at, base | shared), theirs] if form.both else [theirs]


def truth(seed: int = 16, keep: Keep = lambda _: True, only: str = "") -> Counter[Fact]:
    """The requests that the kept part of the logs (of one account) holds, each once."""
    names = callers(forms())
    out: Counter[Fact] = Counter()
    for form, logged in events(seed):
        if form.error or form.kind != "AwsApiCall":
            continue
        if any(keep(copy.at) and only in {"", copy.account} for copy in logged):
            out[form.fact(names)] += 1
    return out


def write(folder: Path, seed: int = 16, keep: Keep = lambda _: True, only: str = "") -> int:
    """Write the log files, a file a day, account and Region; return how many copies they hold.

    A second trail of PROD writes the same events into a bucket of its own.
    """
    files: dict[tuple[str, str, int], list[Record]] = defaultdict(list)
    for _, logged in events(seed):
        for copy in logged:
            if keep(copy.at) and only in {"", copy.account}:
                files[copy.account, copy.region, copy.at.day].append(copy.record)
    rng = random.Random(seed)  # noqa: S311
    written = 0
    for (account, region, day), records in sorted(files.items()):
        where = f"AWSLogs/o-exampleorg/{account}/CloudTrail/{region}/2026/10/{day:02d}"
        name = f"{account}_CloudTrail_{region}_202610{day:02d}T2355Z_{token(rng)}.json.gz"
        raw = json.dumps({"Records": records}, separators=(",", ":")).encode()
        trails = ["org-logs", "own-logs"] if account == PROD else ["org-logs"]
        for bucket in trails:
            path = folder / bucket / where / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(raw, mtime=0))
            written += len(records)
    return written


def first_half(at: dt.datetime) -> bool:
    """1 to 15 October."""
    return at.day <= 15


STRANGERS = PARTNER
