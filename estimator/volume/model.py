"""The inventory as arrays: what the formulas of a range of months need."""

from __future__ import annotations

import numpy as np

from estimator.inventory import Inventory
from estimator.months import ALWAYS, NEVER, FloatArray, Months, ordinal
from estimator.volume import formulas
from estimator.volume.rows import Block, Vocabulary
from estimator.volume.streams import Streams


class Model:
    """One entry per trail in each array; growth has one per month."""

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
        self.validated = np.array([float(t.log_file_validation) for t in trails])
        self.digests_under_key = np.array(
            [float(t.log_file_validation and t.digest_files == "sse-kms") for t in trails]
        )
        # nothing can be read under a key that is pending deletion
        ends = {k.id: ordinal(k.until, NEVER) for k in inventory.keys}
        self.key_end = np.array([NEVER if t.key is None else ends[t.key] for t in trails])
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
