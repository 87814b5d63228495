"""Blocks of usage: how many requests a cause makes, and in what bursts.

AWS says that log files come about every five minutes and digests every hour (CloudTrail User
Guide), and that quotas are per second (KMS Developer Guide, "Request quotas"); how the files of
five minutes spread over seconds, and how fast a reader reads, is published by nobody. So the
seconds of a burst are assumptions, each with a range; the inventory's `burst_seconds` takes their
place.
"""

from __future__ import annotations

from dataclasses import dataclass

from estimator.inventory.assumptions import Range
from estimator.months import FloatArray
from estimator.volume.streams import IntArray, Streams

SECONDS_PER_DAY = 86_400.0

# assumed: the files of five minutes, or the digests of an hour, are put within a minute, and those
# who read or copy every file follow within a minute [s]
WINDOW_SECONDS = Range(10, 60, 300)
# assumed: a query reads its files within a minute, a long one within half an hour [s]
QUERY_SECONDS = Range(10, 60, 1800)
# assumed: `aws cloudtrail validate-logs` gets one object after the other, as its source in
# aws-cli says, 50 ms each [request/s]
GETS_ONE_AFTER_ANOTHER = Range(5, 20, 100)

Code = int | IntArray


@dataclass(frozen=True)
class Block:
    """Usage of one cause: a row of `quantity` per group, a column per span.

    Each key column is one code for the whole block or an array with one for each row.
    `burst_profile` says how requests come; a key-month has none. `streams` are those that the rows
    rest on.
    """

    quantity: FloatArray
    payer: Code
    account: Code
    region: Code
    billed_account: Code
    billed_region: Code
    key: Code
    driver: Code
    cause: str
    operation: str
    burst_profile: BurstProfile | None = None
    streams: Streams | None = None


@dataclass(frozen=True)
class BurstProfile:
    """How requests come: the number of bursts a day, and the seconds that each takes.

    Attributes
    ----------
    times : float or array
        How often a day what comes together comes; an array has a number for each span. [1/day]
    seconds : Range or None
        In which it comes; None where gets are made one after the other. [s]
    """

    times: float | FloatArray
    seconds: Range | None
