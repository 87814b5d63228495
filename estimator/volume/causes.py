"""What the trails themselves cause: puts, digests and checks, and the keys they need."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np

from estimator.inventory import Inventory
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume import formulas
from estimator.volume.rows import Block, Vocabulary
from estimator.volume.streams import Streams

# A key's first and second rotation add one key price each, capped there; before, every rotation
# did: AWS KMS pricing, announced 2024-04-12, in force 2024-05-01; checked 2026-11-23.
ROTATIONS_CHARGED = 2
CAPPED_FROM = datetime.date(2024, 5, 1)


class Model:
    """The inventory as arrays, one entry per trail: what the formulas of a month range need."""

    def __init__(self, inventory: Inventory, months: Months) -> None:
        self.inventory, self.months = inventory, months
        self.vocabulary = Vocabulary(inventory)
        growth, since = inventory.growth, months.since(inventory.growth.as_of)
        self.account_growth = formulas.growth_factor(growth.accounts_per_year.mid, since)
        self.file_growth = formulas.growth_factor(growth.files_per_year.mid, since)
        self.growth = self.account_growth * self.file_growth

        account, key = self.vocabulary.code["account"], self.vocabulary.code["key"]
        region = self.vocabulary.code["region"]
        payer = {one.id: self.vocabulary.code["payer"][one.payer] for one in inventory.accounts}
        self.payer_of = np.array([payer[one.id] for one in inventory.accounts], dtype=np.int64)
        self.key_region = np.array([region[one.region] for one in inventory.keys], dtype=np.int64)
        trails = inventory.trails
        self.trail_account = np.array([account[one.account] for one in trails], dtype=np.int64)
        self.trail_key = np.array(
            [-1 if t.key is None else key[t.key] for t in trails], dtype=np.int64
        )
        driver = self.vocabulary.code["driver"]
        self.trail_driver = np.array([driver[t.name] for t in trails], dtype=np.int64)
        self.trail_number = {trail.name: number for number, trail in enumerate(trails)}
        self.saving = np.array(
            [t.bucket.bucket_key_saving.mid if t.bucket.bucket_key else 0.0 for t in trails]
        )
        self.digests_under_key = np.array(
            [float(t.log_file_validation and t.digest_files == "sse-kms") for t in trails]
        )
        self.retention = np.array(
            [
                NEVER if t.bucket.retention_days is None else t.bucket.retention_days.mid
                for t in trails
            ]
        )

    def days(self, streams: Streams, start: float = ALWAYS, end: float = NEVER) -> FloatArray:
        """Days of each month that each row of streams lives, inside [start, end). [day]"""
        return formulas.days_alive(
            np.maximum(streams.start, start)[:, None],
            np.minimum(streams.end, end)[:, None],
            self.months.begin,
            self.months.end,
        )

    def life(self, start: float, end: float) -> FloatArray:
        """Days of each month inside [start, end). [day]"""
        return formulas.days_alive(
            np.array(start), np.array(end), self.months.begin, self.months.end
        )

    def block(
        self,
        streams: Streams,
        quantity: FloatArray,
        driver: str | None,
        cause: str,
        operation: str,
        billed_account: int | None = None,
        key: int | None = None,
    ) -> Block:
        """Usage of streams: driven by their trail, billed to its account and key, unless said."""
        billed = self.trail_account[streams.trail] if billed_account is None else billed_account
        used = self.trail_key[streams.trail] if key is None else np.full(len(streams), key)
        return Block(
            quantity=quantity,
            payer=self.payer_of[billed],
            account=streams.account,
            region=streams.region,
            billed_account=billed,
            billed_region=self.key_region[used],
            key=used,
            driver=self.trail_driver[streams.trail]
            if driver is None
            else self.vocabulary.code["driver"][driver],
            cause=cause,
            operation=operation,
        )


def trail_blocks(model: Model, streams: Streams) -> Iterator[Block]:
    """GenerateDataKey for every put, digest and check."""
    days = model.days(streams)
    saving = model.saving[streams.trail][:, None]
    written = formulas.puts(streams.files[:, None], days, model.growth)
    yield model.block(
        streams, formulas.requests_left(written, saving), None, "put", "GenerateDataKey"
    )
    under_key = model.digests_under_key[streams.trail][:, None]
    digests = formulas.digests(streams.count[:, None], days, model.account_growth) * under_key
    yield model.block(
        streams, formulas.requests_left(digests, saving), None, "digest", "GenerateDataKey"
    )
    yield from _checks(model)


def _checks(model: Model) -> Iterator[Block]:
    code = model.vocabulary.code
    keys = {key.id: key for key in model.inventory.keys}
    for trail in model.inventory.trails:
        if trail.key is None or not trail.config_updates_per_month.mid:
            continue
        key = keys[trail.key]
        start = max(ordinal(trail.start, ALWAYS), ordinal(key.born, ALWAYS))
        end = min(ordinal(trail.until, NEVER), ordinal(key.until, NEVER))
        days = model.life(start, end)
        rate = trail.config_updates_per_month.mid
        account = code["account"][trail.account]
        yield Block(
            quantity=formulas.per_month(rate, days, model.months.days)[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][trail.home_region or key.region],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][trail.name],
            cause="check",
            operation="GenerateDataKey",
        )


def key_months(
    born: float, dead: float, rotations: list[float], begin: FloatArray, end: FloatArray
) -> FloatArray:
    """Key-months of one key: share of the month's hours x (1 + rotations that count). [key-month]

    Parameters
    ----------
    born, dead : float
        First day, and the day from which it is pending deletion. [day ordinal]
    rotations : list
        Day of each rotation, in order. [day ordinal]
    begin, end : array
        The months. [day ordinal]
    """
    one = np.array
    lived = formulas.days_alive(one(born), one(dead), begin, end)
    for count, rotation in enumerate(sorted(rotations), start=1):
        last = dead if count <= ROTATIONS_CHARGED else min(dead, float(CAPPED_FROM.toordinal()))
        lived = lived + formulas.days_alive(one(max(rotation, born)), one(last), begin, end)
    months: FloatArray = lived / (end - begin)
    return months


def key_blocks(model: Model) -> Iterator[Block]:
    """Key-months of every customer managed key."""
    code = model.vocabulary.code
    for key in model.inventory.keys:
        account = code["account"][key.account]
        quantity = key_months(
            ordinal(key.born, ALWAYS),
            ordinal(key.until, NEVER),
            [float(day.toordinal()) for day in key.rotations],
            model.months.begin,
            model.months.end,
        )
        yield Block(
            quantity=quantity[None, :],
            payer=int(model.payer_of[account]),
            account=account,
            region=code["region"][key.region],
            billed_account=account,
            billed_region=code["region"][key.region],
            key=code["key"][key.id],
            driver=code["driver"][key.id],
            cause="key",
            operation="KeyMonth",
        )
