"""Random inventories, the same for a seed each time, inside what the specification decides."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import Any

COMMERCIAL = ["us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2"]
GOV = ["us-gov-west-1", "us-gov-east-1"]

Part = dict[str, Any]


def first_of(month: str) -> dt.date:
    return dt.date(int(month[:4]), int(month[5:]), 1)


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def emit(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {emit(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(emit(item) for item in value) + "]"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str) and value.endswith("%"):
        return value
    return json.dumps(value)


def to_yaml(inv: Part) -> str:
    lines = []
    for name, value in inv.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{name}:", *(f"  - {emit(item)}" for item in value)]
        elif value != []:
            lines.append(f"{name}: {emit(value)}")
    return "\n".join(lines) + "\n"


def random_inventory(seed: int) -> tuple[Part, str, int]:
    """An inventory, and the first month and the number of months to forecast."""
    invention = Invention(random.Random(seed))  # noqa: S311 (no secret)
    return invention.inventory(), invention.first, invention.count


class Invention:
    """The parts of one inventory, each drawn with regard to those before."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.layout = dice.choice(["plain", "plain", "plain", "two payers", "gov", "mixed"])
        years = range(2025 if self.layout in {"gov", "mixed"} else 2024, 2029)
        self.year = dice.choice(years)
        earliest = {2024: 4, 2025: 10}.get(self.year, 1)
        self.number = dice.randint(earliest, 12)
        self.first = f"{self.year}-{self.number:02d}"
        self.count = dice.choice([1, 1, 2, 3, 6])
        last = self.first
        for _ in range(self.count):
            last = next_month(last)
        begin = first_of(self.first)
        length = (first_of(last) - begin).days
        self.window = [begin + dt.timedelta(days=day) for day in range(length)]
        self.long_ago = begin - dt.timedelta(days=2000)
        own = GOV if self.layout == "gov" else COMMERCIAL
        self.regions = dice.sample(own, dice.randint(1, 2))
        self.homes = self.make_homes()
        self.accounts = [*self.homes, *map(self.make_account, range(dice.randint(0, 3)))]
        self.growing = self.maybe(0.35)
        # queries and validations only over streams that live always
        self.steady = not self.growing and self.maybe(0.5)
        if not self.steady:
            for account in self.accounts[len(self.homes) :]:
                if self.maybe(0.4):
                    account.update(self.period())
        self.keys = self.make_keys()
        self.trails = [self.make_trail(number) for number in range(dice.randint(1, 3))]
        readers = [self.make_reader(number) for number in range(dice.randint(0, 3))]
        self.readers = [reader for reader in readers if reader is not None]

    def inventory(self) -> Part:
        inv: Part = {
            "version": 1,
            "payer": self.homes[0]["id"],
            "other_kms_requests_per_month": self.dice.choice([0, 0, 5000, 12_000, 20_000, 30_000]),
            "cloudtrail_writes": self.dice.choice(["charged", "exempt"]),
            "regions": self.regions,
            "accounts": self.accounts,
            "keys": self.keys,
            "trails": self.trails,
            "readers": self.readers,
        }
        if self.growing:
            inv["growth"] = self.make_growth()
        return inv

    def maybe(self, chance: float) -> bool:
        return self.dice.random() < chance

    def period(self) -> Part:
        """A beginning, an end, or both, inside the forecast."""
        first, end = sorted(self.dice.sample(self.window, 2))
        return self.dice.choice([{"from": first}, {"until": end}, {"from": first, "until": end}])

    def amount(self, numbers: list[int]) -> Any:
        """A number or a range; the root of low x high is a whole number."""
        number = self.dice.choice(numbers)
        if not self.maybe(0.3):
            return number
        step = self.dice.choice([2, 3, 5])
        spread = {"low": number, "high": number * step * step}
        return {**spread, "mid": number * step - 1} if self.maybe(0.4) else spread

    def files(self, regions: list[str]) -> Any:
        """A number, a range or a mapping of Regions."""
        if not self.maybe(0.3):
            return self.amount([1, 50, 288, 400, 1500])
        named = self.dice.sample(regions, self.dice.randint(1, len(regions)))
        per_region = {region: self.amount([1, 40, 900]) for region in named}
        return {**per_region, "other": self.dice.choice([0, 2, 0.5])}

    def pool(self, home: Part) -> list[str]:
        """The Regions of the partition of a home."""
        return GOV if home.get("regions", self.regions)[0] in GOV else COMMERCIAL

    def make_homes(self) -> list[Part]:
        """The first account of each payer or partition: always active, it owns trails and keys."""
        homes: list[Part] = [{"id": "100000000001"}]
        if self.layout == "two payers":
            homes.append({"id": "200000000001", "payer": "200000000001"})
        if self.layout == "mixed":
            regions = self.dice.sample(GOV, self.dice.randint(1, 2))
            homes.append({"id": "300000000001", "regions": regions})
        return homes

    def make_account(self, number: int) -> Part:
        home = self.dice.choice(self.homes)
        account: Part = {"id": f"{home['id'][0]}0000000010{number}"}
        if "payer" in home:
            account["payer"] = home["payer"]
        pool = self.pool(home)
        if pool == GOV or self.maybe(0.5):
            count = self.dice.randint(1, 2 if pool == GOV else 3)
            account["regions"] = self.dice.sample(pool, count)
        if self.maybe(0.4):
            account["files_per_day"] = self.files(account.get("regions", self.regions))
        return account

    def make_keys(self) -> list[Part]:
        """Two for each home, and one that nothing uses, made within the forecast."""
        keys: list[Part] = []
        for place, home in enumerate(self.homes):
            for number in range(2):
                region = self.dice.choice(self.pool(home))
                keys.append({"id": f"k{place}{number}", "account": home["id"], "region": region})
                if self.maybe(0.5):
                    keys[-1].update(created=self.long_ago, rotations=self.make_rotations())
        if self.maybe(0.5):
            late = {"id": "late", "account": self.homes[0]["id"], "region": keys[0]["region"]}
            keys.append({**late, "created": self.dice.choice(self.window)})
        if self.layout == "two payers" and self.maybe(0.5):
            keys[0]["account"] = self.homes[1]["id"]  # a trail's key may belong to another account
        return keys

    def make_rotations(self) -> list[dt.date]:
        """Firsts of months."""
        years = range(self.long_ago.year + 1, self.year + 1)
        count = self.dice.randint(0, 4)
        drawn = {(self.dice.choice(years), self.dice.randint(1, 12)) for _ in range(count)}
        return [dt.date(year, month, 1) for year, month in sorted(drawn)]

    def make_trail(self, number: int) -> Part:
        place = self.dice.randrange(len(self.homes))
        home = self.homes[place]
        key = self.keys[2 * place + self.dice.randrange(2)]
        keeps = self.dice.choice([5, 30, 365])
        trail: Part = {
            "name": f"t{number}",
            "account": home["id"],
            "scope": self.dice.choice(["organization", "account"]),
            "regions": "all",
            "key": key["id"],
            "bucket": {"name": f"b{number}", "region": key["region"], "retention_days": keeps},
        }
        own = home.get("regions", self.regions)
        if self.maybe(0.25) and trail["scope"] == "account":
            trail["regions"] = self.dice.sample(own, self.dice.randint(1, len(own)))
        if self.maybe(0.4):
            trail["files_per_day"] = self.files(own)
        if not self.steady and self.maybe(0.3):
            trail.update(self.period())
        elif self.maybe(0.4):
            trail["config_updates_per_month"] = self.dice.randint(0, 30)
        if self.maybe(0.4) and not self.growing:
            under = "sse-kms" if self.steady else self.dice.choice(["sse-kms", "sse-s3"])
            trail.update(log_file_validation=True, digest_files=under)
        elif self.maybe(0.2):
            saving = self.dice.choice([0.5, 0.9, 0.99])
            trail["bucket"].update(bucket_key=True, bucket_key_saving=saving)
        return trail

    def make_reader(self, number: int) -> Part | None:
        """A reader, or None where there is nothing for it to read."""
        home = self.dice.choice(self.homes)
        readable = [trail for trail in self.trails if not trail["bucket"].get("bucket_key")]
        if self.layout == "mixed":
            readable = [trail for trail in readable if trail["account"] == home["id"]]
        kinds = ["every-file", "replication", "fixed", *["query", "validate"] * (2 * self.steady)]
        kind = self.dice.choice(kinds)
        if kind == "fixed":
            readable = [trail for trail in readable if not trail.keys() & {"from", "until"}][:1]
        if kind == "validate":
            readable = [trail for trail in readable if trail.get("digest_files") == "sse-kms"]
        if not readable:
            return None
        chosen = self.dice.sample(readable, self.dice.randint(1, len(readable)))
        reader: Part = {"name": f"r{number}", "kind": kind, "account": home["id"]}
        reader.update(self.habits(kind, chosen))
        if kind in {"every-file", "replication", "fixed"} and self.maybe(0.3):
            reader.update(self.period())
        if len(chosen) < len(self.trails) or kind == "fixed" or self.maybe(0.5):
            reader["trails"] = [trail["name"] for trail in chosen]
        return reader

    def habits(self, kind: str, trails: list[Part]) -> Part:
        """The assumptions that a reader of this kind needs."""
        dice = self.dice
        if kind == "every-file":
            return {"gets_per_file": self.amount([1, 2]) if self.maybe(0.5) else 0.25}
        if kind == "replication":
            owner = trails[0]["account"]
            place = next(n for n, home in enumerate(self.homes) if home["id"] == owner)
            return {"destination_key": self.keys[2 * place + 1]["id"]}
        if kind == "fixed":
            return {"gets_per_day": self.amount([0, 10, 500])}
        if kind == "query":
            return {
                "queries_per_month": self.amount([1, 60]),
                "days_scanned": dice.choice([1, 7, 45]),
                "share_of_files": dice.choice([1, 0.25]),
                "gets_per_file": dice.choice([1, 2, 1.5]),
            }
        # never more days than any bucket here keeps
        return {"runs_per_month": dice.choice([1, 4]), "days": dice.choice([1, 5])}

    def make_growth(self) -> Part:
        growth: Part = {"files_per_year": f"{self.dice.choice([5, 12, 40])}%"}
        if self.maybe(0.5):
            growth["accounts_per_year"] = f"{self.dice.choice([10, 25])}%"
        if self.maybe(0.5):
            before = self.dice.randint(1, 20)
            year, month = divmod(self.year * 12 + self.number - 1 - before, 12)
            growth["as_of"] = dt.date(year, month + 1, 1)
        return growth
