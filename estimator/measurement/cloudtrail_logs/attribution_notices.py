"""What to know before believing whose requests they are: each with its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from estimator.figures import plural
from estimator.measurement.cloudtrail_logs.folding import FOLDED, MOST_RESOURCES
from estimator.measurement.cloudtrail_logs.requests import Request
from estimator.measurement.services import UNKNOWN
from pricing.request_meters import ASYMMETRIC, RSA_2048

# how its notice begins, after the count: who says it again with fewer details asks for it
OF_UNKNOWN = "requests are of service unknown"


def attribution_notices(counts: Iterable[tuple[Request, int]]) -> list[str]:
    """The notices of requests without a service, without a sure meter, without a meter.

    Parameters
    ----------
    counts : iterable of (Request, int)
        How often each request was made.
    """
    unknown: Counter[str] = Counter()
    folded: Counter[str] = Counter()
    unsized = inferred = unnamed = 0
    for request, quantity in counts:
        if request.service == UNKNOWN:
            unknown[request.keys] += quantity
        if FOLDED in (request.resource, request.keys):
            folded[request.service] += quantity
        unsized += quantity * request.unsized
        inferred += quantity * request.inferred
        unnamed += quantity * (not request.meter)
    return [
        *_unknown_notices(unknown),
        *_folded_notices(folded),
        *_meter_notices(unsized, inferred, unnamed),
    ]


def _unknown_notices(unknown: Counter[str]) -> list[str]:
    if not unknown:
        return []
    text = f"{unknown.total():,} {OF_UNKNOWN}: a service stands between"
    (keys, _), *_ = sorted(unknown.items(), key=lambda item: (not item[0], -item[1], item[0]))
    example = f"; an encryption context of theirs has the keys {keys}" if keys else ""
    return [f"{text}, and the event does not say which{example}"]


def _folded_notices(folded: Counter[str]) -> list[str]:
    return [
        f"{quantity:,} requests of service {service} name too many resources to be told apart "
        f"(more than {MOST_RESOURCES:,}): they count under {FOLDED}"
        for service, quantity in sorted(folded.items())
    ]


def _meter_notices(unsized: int, inferred: int, unnamed: int) -> list[str]:
    notices = []
    if unsized:
        what = f"{plural(unsized, 'request')} on asymmetric keys under {ASYMMETRIC}"
        why = f"on keys of RSA_2048 a bill has them under {RSA_2048}, at a lower price"
        notices.append(f"{what}: {why}, and no event tells the size of the key")
    if inferred:
        what = f"{plural(inferred, 'request')} on HMAC, ML-DSA, ML-KEM, SM2 or Ed25519 keys"
        what += ", or by operations that this version does not know,"
        why = "no source names their price, the rest of their kind has it"
        notices.append(f"{what} under the likely meter, which is not confirmed: {why}")
    if unnamed:
        what = f"{plural(unnamed, 'request')} for key pairs without a meter"
        notices.append(f"{what}: no price list that was found names the kind of pair")
    return notices
