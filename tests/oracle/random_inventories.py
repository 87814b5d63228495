"""Random inventories that draw every key of the schema.

Valid ones only, but with everything that goes wrong in practice: gaps between active periods,
streams that never are, months before and after everything, leap days, accounts that close, files
that expire.
"""

import datetime
from functools import partial
from typing import Any

from tests.oracle.drawing import Drawing, find_choices, find_reader_kinds, read_schema
from tests.oracle.estate import Document
from tests.oracle.random_estates import COMMERCIAL, EstateDice


class InventoryDice(EstateDice):
    """Draws a whole inventory."""

    def draw(self) -> Drawing:
        """The whole document."""
        document: Document = {"version": 1}
        self.document, self.files = document, {}
        self.payers = ["111122223333", "999988887777"][: 1 + self.happens(0.4)]
        self.regions = self.rng.sample(COMMERCIAL, self.rng.randint(1, 3))
        self.maybe(document, "payer", lambda: self.payers[0], 0.6)
        writes = ["charged", "exempt"]
        self.maybe(document, "cloudtrail_writes", lambda: self.rng.choice(writes), 0.6)
        # 17 Regions for each account without its own: seldom, because a loop by day feels them
        wide = self.happens(0.1)
        if not wide:
            document["regions"] = self.regions
        elif self.happens(0.5):
            document["regions"] = "default"
        self.draw_accounts(document, 1 if wide else self.rng.randint(2, 7))
        self.maybe(document, "other_kms_requests_per_month", self.others, 0.7)
        document["keys"] = [self.key(f"key-{i}") for i in range(self.rng.randint(1, 3))]
        trails = [self.trail(f"trail-{i}") for i in range(self.rng.randint(1, 4))]
        document["trails"] = [trail for trail in trails if trail is not None]
        if not document["trails"]:  # nothing was covered by any: the payer's own covers itself
            document["trails"] = [{"name": "trail", "scope": "account", "key": None}]
        readers = [self.reader(f"reader-{i}") for i in range(self.rng.randint(0, 5))]
        document["readers"] = [reader for reader in readers if reader is not None]
        if not document["readers"] and self.happens(0.5):
            del document["readers"]
        self.maybe(document, "growth", self.growths, 0.5)
        self.maybe(document, "budgets", self.budgets, 0.6)
        return Drawing(
            self.seed,
            document,
            self.start,
            self.months,
            self.rng.choice([0.0, 0.0, 0.1, 0.333]),
            self.draw_fail_over(),
            self.files,
        )

    def growths(self) -> Document:
        """Growth of accounts and of files."""
        growth: Document = {}
        self.maybe(growth, "accounts_per_year", self.growth, 0.7)
        self.maybe(growth, "files_per_year", self.growth, 0.6)
        self.maybe(growth, "as_of", lambda: self.day(years=0.6), 0.6)
        return growth

    # readers

    def reader(self, name: str) -> Document | None:
        """A reader of a random kind, where there is something for it to read."""
        kinds = ["every-file", "query", "fixed", "validate", "replication", "once"]
        kind = self.rng.choice(kinds)
        reader: Document = {"name": name, "kind": kind}
        owner = self.document.get("payer") or next(iter(self.accounts))
        if self.happens(0.7):
            owner = reader["account"] = self.rng.choice(list(self.accounts))
        trails = [
            trail
            for trail in self.document["trails"]
            if self.partition_of(self.owner_of(trail)) == self.partition_of(owner)
        ]
        encrypted = [trail for trail in trails if trail["key"] is not None]
        if not encrypted:
            return None
        if self.happens(0.5):
            chosen = self.rng.sample(encrypted, self.rng.randint(1, len(encrypted)))
            reader["trails"] = [trail["name"] for trail in chosen]
            encrypted = chosen
        self.draw_filters(reader, encrypted)
        self.maybe(reader, "bucket_key_saving", lambda: self.share(0, 0.3, 0.95), 0.3)
        self.maybe(reader, "burst_seconds", lambda: self.quantity(2, 30, 4_000), 0.3)
        self.period(reader, chance=0.3)
        return self.draw_kind(reader, owner, encrypted)

    def owner_of(self, trail: Document) -> str:
        """The account of a trail or key."""
        owner: str = trail.get("account") or self.document.get("payer") or next(iter(self.accounts))
        return owner

    def draw_filters(self, reader: Document, trails: list[Document]) -> None:
        """`accounts` and `regions`, such that a stream is left."""
        trail = self.rng.choice(trails)
        covered = self.list_covered(self.owner_of(trail), trail.get("scope", "organization"))
        listed = trail.get("regions", "all")
        places = [
            (account, region)
            for account in covered
            for region in self.regions_of(account)
            if not isinstance(listed, list) or region in listed
        ]
        chosen = self.rng.sample(places, self.rng.randint(1, len(places)))
        if self.happens(0.3):
            reader["accounts"] = sorted({account for account, _ in chosen})
        if listed == "all" and self.has_default_regions(covered) and self.happens(0.8):
            reader["regions"] = "default"
        elif self.happens(0.3):
            reader["regions"] = sorted({region for _, region in chosen})

    def draw_kind(self, reader: Document, owner: str, trails: list[Document]) -> Document | None:
        """The keys of a kind of reader."""
        kind = reader["kind"]
        if kind in ("every-file", "query", "once"):
            self.maybe(reader, "gets_per_file", lambda: self.quantity(0, 1, 1.2, 3), 0.5)
            self.draw_preset(reader, kind)
        if kind == "query":
            reader["queries_per_month"] = self.quantity(0, 0.5, 30, 700)
            reader["days_scanned"] = self.quantity(0, 0.5, 1, 7, 30, 33.25, 90, 365)
            self.maybe(reader, "share_of_files", lambda: self.share(0, 0.1, 0.6, 1), 0.5)
        if kind == "fixed":
            reader["gets_per_day"] = self.quantity(0, 40, 5_000, 1_000_000)
        if kind == "validate":
            reader["runs_per_month"] = self.quantity(0, 1, 4, 30)
            reader["days"] = self.quantity(0, 1, 2.75, 30, 45)
        if kind == "replication":
            keys = [key for key in self.document["keys"] if self.is_in_partition(key, owner)]
            reader["destination_key"] = self.rng.choice(keys)["id"]
        if kind == "once":
            return self.draw_once(reader, trails)
        return reader

    def draw_once(self, reader: Document, trails: list[Document]) -> Document:
        """A day, and how far back where the trails do not bound it."""
        days = self.first + datetime.timedelta(self.rng.randint(0, 31 * self.months - 1))
        reader["day"] = days if self.happens(0.9) else self.day()
        keys = {key["id"]: key for key in self.document["keys"]}
        bounded = "trails" in reader and all(
            "from" in trail
            or "retention_days" in trail.get("bucket", {})
            or {"created", "from"} & set(keys[trail["key"]])
            for trail in trails
        )
        if not bounded or self.happens(0.4):
            reader["days"] = self.quantity(0, 1, 6.5, 30, 100, 400)
        return reader

    def draw_preset(self, reader: Document, kind: str) -> None:
        """A preset beside a written `gets_per_file`, which wins."""
        definition = find_reader_kinds(self.schema).get(kind, "")
        if "gets_per_file" in reader and self.knows(definition, "preset"):
            preset = self.schema["$defs"][definition]["properties"]["preset"]
            names = find_choices(preset, self.schema)
            self.maybe(reader, "preset", lambda: self.rng.choice(names), 0.5)

    # budgets

    def budgets(self) -> list[Document]:
        """Budgets of everything and of each part."""
        budgets, shares = [], [0.5, 0.75, 0.9, 1, 1.5]
        for index in range(self.rng.randint(1, 4)):
            budget: Document = {"name": f"budget-{index}", "usd_per_month": self.budget_limit()}
            self.draw_part(budget)
            number = self.rng.randint(1, 3)
            self.maybe(budget, "thresholds", partial(self.draw_sorted, shares, number))
            budgets.append(budget)
        return budgets

    def draw_sorted(self, choices: list[float], number: int) -> list[float]:
        """So many of the choices, rising."""
        return sorted(self.rng.sample(choices, number))

    def budget_limit(self) -> float:
        """Often near what such inventories cost."""
        return self.rng.choice([0.01, 0.5, 1, 2.5, 7, 40, 1_000])

    def draw_part(self, budget: Document) -> None:
        """A payer, account, trail, reader, OU or tag, or none for everything."""
        readers = [reader["name"] for reader in self.document.get("readers", [])]
        accounts = self.accounts.values()
        ous = sorted({account["ou"] for account in accounts if "ou" in account})
        tags = [account["tags"] for account in accounts if "tags" in account]
        parts: dict[str, list[Any]] = {
            "payer": sorted({account["payer"] for account in self.accounts.values()}),
            "account": list(self.accounts),
            "trail": [trail["name"] for trail in self.document["trails"]],
            "reader": readers,
            "ou": [*ous, *(ou.partition("/")[0] for ou in ous)],
            "tag": [{name: value} for each in tags for name, value in each.items()],
        }
        part = self.rng.choice([None, *parts])
        if part and parts[part]:
            budget[part] = self.rng.choice(parts[part])

    def draw_fail_over(self) -> str | None:
        """A budget's name, `all`, an amount, or nothing."""
        names = [budget["name"] for budget in self.document.get("budgets", [])]
        limits: list[str | None] = [None, "2.50", "USD 25"]
        if names:
            limits += ["all", *names]
        return self.rng.choice(limits)


def draw_inventory(seed: int) -> Drawing:
    """The inventory of a seed: the same one each time."""
    return InventoryDice(seed, read_schema()).draw()
