"""Random inventories full of ranges, and the same inventories with drawn numbers in their place."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Mapping
from pathlib import Path

from estimator import Inventory, Range, load_inventory
from estimator.inventory import FilesPerDay
from estimator.inventory.others import OtherRequests
from estimator.inventory.units import is_share
from estimator.months import read_months
from estimator.simulation import Simulation, run
from estimator.simulation.draws import Draws, read_options
from estimator.volume.model import Model
from pricing.rates import load_rates

IDS = [f"{number}" * 12 for number in range(1, 6)]
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]
FROM = ["2024-02-03", "2025-06-01", "2026-11-10", "2026-12-01", "2027-01-15"]
UNTIL = ["2026-10-05", "2026-11-20", "2026-12-15", "2027-02-02"]


def write(folder: Path, text: str) -> Inventory:
    """The inventory of a YAML text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def run_simulation(
    inventory: Inventory,
    months: int = 3,
    draws: int = 200,
    seed: int = 0,
    start: str = "2026-11",
    discount: float = 0.0,
    noise: bool = False,
    quantile: str = "0.05,0.5,0.95",
) -> Simulation:
    """A simulation without the noise of counts, unless asked for."""
    options = read_options(draws, seed, quantile, months)
    span = read_months(start, months)
    return run(Model(inventory, span), options, load_rates(), discount, noise)


def numbers_of(simulation: Simulation, draw: int) -> dict[str, float]:
    """The number of every assumption in one draw, drawn anew from its own seed and path."""
    lots = Draws(simulation.seed, simulation.draws, simulation.inventory)
    return {
        row.assumption: float(
            lots.draw(row.assumption, Range(row.low, row.mid, row.high), kind)[draw]
        )
        for row in simulation.drivers.itertuples()
        for kind in [kind_of(row.assumption)]
    }


def kind_of(path: str) -> str:
    """The distribution of the assumption of a path."""
    if path.startswith("growth."):
        return "growth"
    return "share" if is_share(path.rpartition(".")[2]) else "quantity"


def put(inventory: Inventory, numbers: Mapping[str, float]) -> Inventory:
    """The inventory with a number for each of these paths; other ranges become their median."""
    return replace_ranges(
        inventory, lambda path, before: Range.exactly(numbers.get(path, before.mid))
    )


def widen(inventory: Inventory, name: str, times: float) -> Inventory:
    """The inventory with one range so much wider on its own scale, around the same median."""

    def wider(path: str, before: Range) -> Range:
        if path != name:
            return before
        if kind_of(path) == "growth":
            return Range((1 + before.low) / times - 1, before.mid, (1 + before.high) * times - 1)
        if kind_of(path) == "share":
            low, high = (end / (1 - end) for end in (before.low, before.high))
            return Range(
                low / times / (1 + low / times), before.mid, high * times / (1 + high * times)
            )
        return Range(before.low / times, before.mid, before.high * times)

    return replace_ranges(inventory, wider)


def replace_ranges(inventory: Inventory, change: Callable[[str, Range], Range]) -> Inventory:
    """The inventory with another range, or a number, for every range."""

    def number_or_range(path: str, value: Range | None) -> Range | None:
        return value if value is None or value.is_number else change(path, value)

    def files(owner: str, files_per_day: FilesPerDay | None) -> FilesPerDay | None:
        if files_per_day is None:
            return None
        base = f"{owner}.files_per_day"
        if not files_per_day.by_region:
            return FilesPerDay({}, number_or_range(base, files_per_day.other))
        by_region = {
            name: number_or_range(f"{base}.{name}", value)
            for name, value in files_per_day.by_region.items()
        }
        return FilesPerDay(by_region, number_or_range(f"{base}.other", files_per_day.other))

    def every(owner: str, section: object) -> dict[str, Range | None]:
        return {
            name: number_or_range(f"{owner}.{name}", value)
            for name, value in section
            if isinstance(value, Range)
        }

    def others(requests: OtherRequests) -> OtherRequests:
        ranges = {path: number_or_range(path, value) for path, value in requests.ranges()}
        if requests.each_payer is not None:
            return OtherRequests(*ranges.values())
        return OtherRequests(None, dict(zip(requests.by_id, ranges.values(), strict=True)))

    trails = []
    for trail in inventory.trails:
        owner = f"trails[{trail.name}]"
        bucket = trail.bucket.model_copy(update=every(f"{owner}.bucket", trail.bucket))
        changed = {"bucket": bucket, "files_per_day": files(owner, trail.files_per_day)}
        trails.append(trail.model_copy(update={**every(owner, trail), **changed}))
    return dataclasses.replace(
        inventory,
        accounts=tuple(
            dataclasses.replace(
                account, files_per_day=files(f"accounts[{account.id}]", account.files_per_day)
            )
            for account in inventory.accounts
        ),
        trails=tuple(trails),
        readers=tuple(
            reader.model_copy(update=every(f"readers[{reader.name}]", reader))
            for reader in inventory.readers
        ),
        growth=inventory.growth.model_copy(update=every("growth", inventory.growth)),
        other_kms_requests_per_month=others(inventory.other_kms_requests_per_month),
    )


class Invention:
    """YAML of a small organization, the same for a seed each time.

    `windows`: look-backs and retention may be ranges, whose effect is interpolated.
    """

    def __init__(self, seed: int, windows: bool) -> None:
        self.dice = random.Random(seed)  # noqa: S311 (no secret)
        self.windows = windows

    def maybe(self, chance: float) -> bool:
        """True in so many cases."""
        return self.dice.random() < chance

    def quantity(self, low: float, high: float, chance: float = 0.6) -> str:
        """A number, or a range with or without its middle."""
        first = self.dice.uniform(low, high)
        if not self.maybe(chance):
            return f"{first:.4g}"
        last = first * self.dice.uniform(1.05, 4)
        middle = first + (last - first) * self.dice.random()
        mid = f", mid: {middle:.8g}" if self.maybe(0.4) else ""
        return f"{{low: {first:.6g}, high: {last:.6g}{mid}}}"

    def share(self) -> str:
        """A share or a range of one."""
        if self.maybe(0.4):
            return f"{self.dice.random():.3f}"
        low = self.dice.uniform(0.01, 0.9)
        return f"{{low: {low:.4f}, high: {self.dice.uniform(low, 0.99):.5f}}}"

    def growth(self) -> str:
        """A yearly growth or a range of one."""
        if self.maybe(0.4):
            return self.dice.choice(["0%", "20%"])
        low, high = self.dice.uniform(-20, 0), self.dice.uniform(1, 50)
        return f"{{low: {low:.2f}%, high: {high:.2f}%}}"

    def days(self, low: float, high: float) -> str:
        """Days of a window."""
        return self.quantity(low, high, 0.7 if self.windows else 0.0)

    def life(self) -> str:
        """From, until, both or neither."""
        born = self.dice.choice(FROM) if self.maybe(0.4) else ""
        dead = self.dice.choice(UNTIL) if self.maybe(0.3) else ""
        if born and dead and dead <= born:
            dead = ""
        return (f", from: {born}" if born else "") + (f", until: {dead}" if dead else "")

    def others(self, ids: list[str]) -> str:
        """A number for each payer, or one for each of some accounts."""
        if self.maybe(0.3):
            named = self.dice.sample(ids, self.dice.randint(1, len(ids)))
            each = (f'"{name}": {self.quantity(1000, 30_000)}' for name in named)
            return f"{{{', '.join(each)}}}"
        return self.dice.choice(["0", self.quantity(1000, 30_000)])

    def files(self) -> str:
        """Files per day, one for all or by Region."""
        if self.maybe(0.5):
            return self.quantity(1, 900)
        return f"{{us-east-1: {self.quantity(1, 900)}, other: {self.quantity(1, 20)}}}"

    def text(self) -> str:
        """The whole inventory."""
        dice = self.dice
        ids = dice.sample(IDS, dice.randint(1, 4))
        as_of = dice.choice(["", "as_of: 2026-05-01, "])
        growths = self.growth(), self.growth()
        lines = [
            "version: 1",
            f'payer: "{ids[0]}"',
            f"other_kms_requests_per_month: {self.others(ids)}",
            f"cloudtrail_writes: {dice.choice(['charged', 'exempt'])}",
            f"growth: {{{as_of}accounts_per_year: {growths[0]}, files_per_year: {growths[1]}}}",
            "accounts:",
        ]
        for account in ids:
            payer = f', payer: "{account}"' if self.maybe(0.2) else ""
            files = f", files_per_day: {self.files()}" if self.maybe(0.6) else ""
            regions = ", ".join(dice.sample(REGIONS, dice.randint(1, 3)))
            # the payer owns the keys: where it ended nothing would be left
            life = "" if account == ids[0] and self.maybe(0.9) else self.life()
            lines.append(f'  - {{id: "{account}", regions: [{regions}]{payer}{files}{life}}}')
        lines += ["keys:", "  - {id: k1, region: us-east-1, rotations: [2026-12-24]}"]
        lines += [f"  - {{id: k2, region: eu-west-1{self.life()}}}", "trails:"]
        names = [f"t{number}" for number in range(dice.randint(1, 3))]
        lines += [self.trail(name, dice.choice(ids)) for name in names]
        kinds = dice.sample(list(READERS), dice.randint(0, 6))
        lines += ["readers:"] if kinds else []
        lines += [self.reader(kind, ids, names) for kind in kinds]
        return "\n".join(lines) + "\n"

    def trail(self, name: str, account: str) -> str:
        """One trail."""
        bucket = []
        if self.maybe(0.5):
            bucket += ["bucket_key: true", f"bucket_key_saving: {self.share()}"]
        if self.maybe(0.5):
            bucket += [f"retention_days: {self.days(3, 200)}"]
        files = f", files_per_day: {self.files()}" if self.maybe(0.7) else ""
        return (
            f'  - {{name: {name}, key: {self.dice.choice(["k1", "k2"])}, account: "{account}", '
            f"scope: {self.dice.choice(['organization', 'account'])}, "
            f"log_file_validation: {self.dice.choice(['true', 'false'])}, "
            f"{self.dice.choice(['', 'digest_files: sse-kms, ', 'digest_files: sse-s3, '])}"
            f"config_updates_per_month: {self.quantity(1, 9)}, "
            f"bucket: {{{', '.join(bucket)}}}{files}{self.life()}}}"
        )

    def reader(self, kind: str, ids: list[str], trails: list[str]) -> str:
        """One reader."""
        dice, more = self.dice, ""
        if self.maybe(0.3):
            more += f', accounts: ["{dice.choice(ids)}"]'
        if self.maybe(0.3):
            more += f", trails: [{', '.join(dice.sample(trails, dice.randint(1, len(trails))))}]"
        if self.maybe(0.3):
            more += f", bucket_key_saving: {self.share()}"
        own = READERS[kind](self)
        return (
            f'  - {{name: r-{kind}, kind: {kind}, account: "{dice.choice(ids)}", '
            f"{own}{more}{self.life()}}}"
        )


READERS = {
    "every-file": lambda draw: f"gets_per_file: {draw.quantity(0.5, 3)}",
    "query": lambda draw: (
        f"queries_per_month: {draw.quantity(1, 60)}, days_scanned: {draw.days(0.5, 100)}, "
        f"share_of_files: {draw.share()}, gets_per_file: {draw.quantity(0.5, 2)}"
    ),
    "fixed": lambda draw: f"gets_per_day: {draw.quantity(10, 900)}",
    "validate": lambda draw: f"runs_per_month: {draw.quantity(1, 5)}, days: {draw.days(2, 60)}",
    "replication": lambda _: "destination_key: k2",
    "once": lambda draw: (
        f"day: {draw.dice.choice(['2026-11-01', '2026-12-17', '2027-02-28'])}, "
        f"days: {draw.days(2, 300)}, gets_per_file: {draw.quantity(0.5, 2)}"
    ),
}
