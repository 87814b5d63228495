"""Random accounts, keys and trails."""

import csv
import datetime
import io
from collections.abc import Callable
from typing import Any

from tests.oracle.dice import Dice
from tests.oracle.estate import Document, partition_of, read_period

COMMERCIAL = ["us-east-1", "eu-west-1", "ap-southeast-2", "sa-east-1", "eu-central-2"]
GOVCLOUD = ["us-gov-west-1", "us-gov-east-1"]
FILE_OF_ACCOUNTS = "more-accounts.csv"
OUS = ["Root", "Root/Workloads", "Root/Workloads/Prod", "Root/Work"]


class EstateDice(Dice):
    """Draws accounts, keys and trails of one or two payers and partitions."""

    document: Document
    payers: list[str]
    regions: list[str]
    accounts: dict[str, Document]
    files: dict[str, str]

    def draw_accounts(self, document: Document, number: int) -> None:
        """Accounts of one or two payers and partitions, some of them in a file."""
        entries: list[Document] = [{"id": payer} for payer in self.payers]
        if len(self.payers) == 2:
            entries[1]["payer"] = self.payers[1]
        ids = self.rng.sample(["222222222222", "012345678901", "333333333333", "001122334455",
                               "444444444444", "555555555555", "666666666666"], number)  # fmt: skip
        entries += [{"id": id_} for id_ in ids]
        for entry in entries:
            self.draw_account(entry)
        self.accounts = {entry["id"]: dict(entry) for entry in entries}
        payer = document.get("payer") or entries[0]["id"]
        for entry in self.accounts.values():
            entry.setdefault("payer", payer)
            entry.setdefault("regions", document.get("regions", "default"))
        document["accounts"] = entries
        if number > 2 and self.happens(0.25):
            self.move_into_file(document, entries)

    def draw_account(self, entry: Document) -> None:
        """An account's own keys."""
        if entry["id"] not in self.payers:
            self.maybe(entry, "payer", lambda: self.rng.choice(self.payers), 0.4)
            if self.happens(0.25):
                entry["regions"] = self.rng.sample(GOVCLOUD, self.rng.randint(1, 2))
        if "regions" not in entry and self.happens(0.3):
            few = self.rng.sample(COMMERCIAL, self.rng.randint(1, 3))
            entry["regions"] = "default" if self.happens(0.03) else few
        self.maybe(entry, "name", lambda: self.rng.choice(["prod", "sandbox", "no", "0"]))
        self.period(entry, chance=0.2)
        self.maybe(entry, "files_per_day", lambda: self.files_per_day(entry.get("regions")), 0.4)
        if self.knows("AccountEntry", "ou"):
            self.maybe(entry, "ou", lambda: self.rng.choice(OUS), 0.5)
        if self.knows("AccountEntry", "tags"):
            self.maybe(entry, "tags", self.tags, 0.5)

    def tags(self) -> Document:
        """One or two tags, also with a value that is empty."""
        names = self.rng.sample(["team", "cost center"], self.rng.randint(1, 2))
        return {name: self.rng.choice(["payments", "web", ""]) for name in names}

    def files_per_day(self, regions: Any) -> Any:
        """A number, a range, or a mapping of Regions with and without `other`."""
        if self.happens(0.55):
            return self.quantity(0, 1, 24, 288, 10_000, 150_000)
        names = [name for name in regions or self.regions if len(name) > 1]  # not of `default`
        chosen = self.rng.sample(names, self.rng.randint(0, len(names))) if names else []
        mapping = {name: self.quantity(0, 12, 700, 200_000) for name in chosen}
        if not mapping or self.happens(0.5):
            mapping["other"] = self.quantity(0, 3, 288)
        return mapping

    def move_into_file(self, document: Document, entries: list[Document]) -> None:
        """The last accounts stand in a CSV file, with `payer` and Regions of all of them."""
        entry: Document = {"file": FILE_OF_ACCOUNTS}
        rows = []
        moved = [e for e in entries[len(self.payers) + 1 :] if _fits_into_csv(e)]
        if not moved:
            return
        self.maybe(entry, "payer", lambda: self.rng.choice(self.payers), 0.6)
        if self.happens(0.6):
            two = self.rng.sample(COMMERCIAL, 2)
            entry["regions"] = "default" if self.happens(0.1) else two
        for account in moved:
            rows.append(
                {
                    "id": account["id"],
                    "name": account.get("name", ""),
                    "payer": account.get("payer", ""),
                    "regions": " ".join(account.get("regions", [])),
                    "from": account.get("from", ""),
                    "until": account.get("until", ""),
                    "files_per_day": account.get("files_per_day", ""),
                    "ou": account.get("ou", ""),
                    "tag:team": account.get("tags", {}).get("team", ""),
                    "tag:cost center": account.get("tags", {}).get("cost center", ""),
                }
            )
            resolved = self.accounts[account["id"]]
            if "payer" in entry and "payer" not in account:
                resolved["payer"] = entry["payer"]
            if "regions" in entry and "regions" not in account:
                resolved["regions"] = entry["regions"]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        self.files[FILE_OF_ACCOUNTS] = text.getvalue()
        document["accounts"] = [e for e in entries if e not in moved] + [entry]

    def regions_of(self, account: str) -> list[str]:
        """An account's own Regions; of `default` two, which is enough to draw from."""
        regions = self.accounts[account]["regions"]
        return ["us-east-1", "eu-west-1"] if regions == "default" else regions

    def partition_of(self, account: str) -> str:
        """An account's partition."""
        return partition_of(self.regions_of(account)[0])

    def others(self) -> Any:
        """A number or a range for every pool, or a mapping of payers or of accounts."""
        draw: Callable[[], Any] = lambda: self.quantity(0, 5, 12_000, 19_999, 25_000, 3_000_000)  # noqa: E731
        if self.happens(0.5):
            return draw()
        if self.happens(0.4):
            payers = sorted({account["payer"] for account in self.accounts.values()})
            return {payer: draw() for payer in payers if self.happens(0.8)} or draw()
        return {account: draw() for account in self.accounts if self.happens(0.5)} or draw()

    # keys, trails

    def key(self, name: str) -> Document:
        """A key in an account of either partition."""
        key: Document = {"id": name}
        owner = self.document.get("payer") or next(iter(self.accounts))
        if self.happens(0.8):
            owner = key["account"] = self.rng.choice(list(self.accounts))
        in_partition = COMMERCIAL if self.partition_of(owner) == "aws" else GOVCLOUD
        key["region"] = self.rng.choice(
            self.regions_of(owner) if self.happens(0.7) else in_partition
        )
        self.maybe(key, "spec", lambda: "SYMMETRIC_DEFAULT", 0.2)
        partition = self.partition_of(owner)
        arn = f"arn:{partition}:kms:{key['region']}:{owner}:key/{name}"
        self.maybe(key, "arn", lambda: arn, 0.2)
        self.period(key, start=self.rng.choice(["created", "from"]), chance=0.4)
        rotations = [day for day in self.rotation_days() if self.is_in_life(key, owner, day)]
        if rotations:
            key["rotations"] = rotations
        return key

    def rotation_days(self) -> list[datetime.date]:
        """Some days, before and after rotations were capped."""
        if self.happens(0.6):
            return []
        days = {self.day(years=1.2) for _ in range(self.rng.randint(1, 4))}
        if self.happens(0.4):
            days |= {datetime.date(2024, 4, 30), datetime.date(2024, 5, 1)}
        return sorted(days)

    def is_in_life(self, key: Document, owner: str, day: datetime.date) -> bool:
        """True where a key can be rotated on a day."""
        begin = key.get("created") or key.get("from")
        own = read_period({"from": begin, "until": key.get("until")})
        account = read_period({"until": self.accounts[owner].get("until")})
        return day.toordinal() in own and day.toordinal() in account

    def trail(self, name: str) -> Document | None:
        """A trail that covers at least one account and Region."""
        trail: Document = {"name": name if self.happens(0.9) else name.replace("trail", "key")}
        owner = self.document.get("payer") or next(iter(self.accounts))
        if self.happens(0.8):
            owner = trail["account"] = self.rng.choice(list(self.accounts))
        self.maybe(trail, "scope", lambda: self.rng.choice(["organization", "account"]), 0.7)
        covered = self.list_covered(owner, trail.get("scope", "organization"))
        regions = sorted({region for account in covered for region in self.regions_of(account)})
        if self.happens(0.5):
            trail["regions"] = self.rng.choice(["all", self.rng.sample(regions, 1), regions])
        elif self.happens(0.3) and self.has_default_regions(covered):
            trail["regions"] = "default"
        keys = [key for key in self.document["keys"] if self.is_in_partition(key, owner)]
        trail["key"] = self.rng.choice(keys)["id"] if keys and self.happens(0.85) else None
        region = next((key["region"] for key in keys if key["id"] == trail["key"]), None)
        self.maybe(trail, "bucket", lambda: self.bucket(name, region), 0.7)
        self.maybe(trail, "home_region", lambda: self.rng.choice(regions), 0.2)
        self.maybe(trail, "files_per_day", lambda: self.files_per_day(regions), 0.4)
        self.maybe(trail, "config_updates_per_month", lambda: self.quantity(0, 1, 7, 60), 0.3)
        self.maybe(trail, "burst_seconds", lambda: self.quantity(2, 60, 900), 0.3)
        self.maybe(trail, "log_file_validation", lambda: self.happens(0.9), 0.6)
        self.maybe(trail, "digest_files", lambda: self.rng.choice(["sse-kms", "sse-s3"]), 0.3)
        self.maybe(trail, "exclude_kms_events", lambda: self.happens(0.6), 0.3)
        self.period(trail, chance=0.4)
        return trail

    def list_covered(self, owner: str, scope: str) -> list[str]:
        """The accounts that a trail covers."""
        if scope == "account":
            return [owner]
        own = self.accounts[owner]["payer"], self.partition_of(owner)
        return [
            account
            for account, entry in self.accounts.items()
            if (entry["payer"], self.partition_of(account)) == own
        ]

    def has_default_regions(self, accounts: list[str]) -> bool:
        """True where the accounts cover all Regions enabled by default: a list must be covered."""
        return any(self.accounts[account]["regions"] == "default" for account in accounts)

    def is_in_partition(self, key: Document, account: str) -> bool:
        """True where a key can be used by a trail or reader of an account."""
        return partition_of(key["region"]) == self.partition_of(account)

    def bucket(self, name: str, region: str | None) -> Document:
        """A bucket, which is in the key's Region."""
        bucket: Document = {}
        self.maybe(bucket, "name", lambda: f"logs-{name}", 0.3)
        if region:
            self.maybe(bucket, "region", lambda: region, 0.4)
        self.maybe(bucket, "bucket_key", lambda: self.happens(0.7), 0.6)
        self.maybe(bucket, "bucket_key_saving", lambda: self.share(0, 0.5, 0.9, 0.99, 1), 0.5)
        keep = self.quantity
        self.maybe(bucket, "retention_days", lambda: keep(0, 0.25, 1, 3.5, 14, 60, 365), 0.5)
        return bucket


def _fits_into_csv(account: Document) -> bool:
    """A range, a mapping, `default` or a tag without a value has no place in a cell."""
    return (
        not isinstance(account.get("files_per_day"), dict)
        and account.get("regions") != "default"
        and "" not in account.get("tags", {}).values()
    )
