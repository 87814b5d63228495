"""Random inventories with everything that makes formulas long: growth, ranges, gaps, sharing."""

import random

from tests.acceptance.inventories import A, B, C, account, inventory, key, reader, trail

_DAYS = [f"~2026-{month}-{day:02d}" for month in ("10", "11", "12") for day in (1, 7, 20)]


def random_readers(seed: int) -> str:
    """The YAML of an inventory, the same for a seed each time."""
    dice = random.Random(seed)  # noqa: S311 (no secret)

    def maybe(chance, **more):
        return more if dice.random() < chance else {}

    def period(chance=0.4):
        first, last = sorted(dice.sample(_DAYS, 2))
        edges = dice.choice([{"from": first}, {"until": last}, {"from": first, "until": last}])
        return maybe(chance, **edges)

    def amount(low, high):
        first, last = sorted((round(dice.uniform(low, high), 3), round(dice.uniform(low, high), 3)))
        number = dice.choice([round(first), first])
        spread = {"low": first, "high": last + 1, "source": "our own count"}
        return dice.choice([number, spread])

    def share():
        return dice.choice([0.9, 0.99, {"low": 0.5, "high": 0.97}])

    def files():
        by_region = {"us-east-1": amount(1, 900), "other": amount(1, 40)}
        return dice.choice([amount(1, 2000), by_region])

    accounts = [account(A)]
    accounts += [
        account(owner, **period(0.3), **maybe(0.5, files_per_day=files())) for owner in (B, C)
    ]
    keys = [key("k"), key("d", region="eu-west-1", **period())]
    trails = []
    for number in range(dice.randint(1, 3)):
        bucket = {
            **maybe(0.5, bucket_key=True, **maybe(0.6, bucket_key_saving=share())),
            "retention_days": dice.choice([3, 12.5, 400, {"low": 5, "high": 60}]),
        }
        more = maybe(0.6, log_file_validation=True, **maybe(0.5, digest_files="sse-kms"))
        more |= maybe(0.4, config_updates_per_month=amount(1, 9))
        scope = dice.choice(["organization", "account"])
        more |= {**period(), **maybe(0.5, files_per_day=files())}
        trails.append(trail(f"t{number}", scope=scope, bucket=bucket, **more))
    kinds = {
        "every-file": lambda: maybe(0.7, gets_per_file=amount(0.5, 3)),
        "query": lambda: {
            "queries_per_month": amount(1, 400),
            "days_scanned": amount(1, 500),
            **maybe(0.5, share_of_files=share()),
            **maybe(0.5, gets_per_file=amount(0.5, 3)),
        },
        "fixed": lambda: {"gets_per_day": amount(1, 9000)},
        "validate": lambda: {"runs_per_month": amount(1, 5), "days": amount(1, 90)},
        "once": lambda: {
            "day": dice.choice(_DAYS),
            **maybe(0.5, days=amount(1, 90)),
            **maybe(0.5, gets_per_file=amount(0.5, 3)),
        },
        "replication": lambda: {"destination_key": "d"},
    }
    readers = []
    for number, kind in enumerate(dice.sample(list(kinds), dice.randint(2, 6))):
        more = {**period(), **maybe(0.3, bucket_key_saving=share())}
        more |= maybe(0.3, accounts=[dice.choice([A, B, C])])
        readers.append(reader(kind, f"r{number}", dice.choice([A, B]), **kinds[kind](), **more))
    growth = {
        **maybe(0.5, accounts_per_year=dice.choice(["~10%", "~-20%"])),
        **maybe(0.5, files_per_year="~37%"),
        "as_of": "~2025-08-01",
    }
    others = dice.choice(
        [0, 12_000, 25_000, {"low": 100, "high": 4000}, {f'"{B}"': 700, f'"{A}"': 60}]
    )
    return inventory(
        accounts,
        keys,
        trails,
        readers,
        regions=["us-east-1", "eu-west-1"],
        other_kms_requests_per_month=others,
        cloudtrail_writes=dice.choice(["charged", "exempt"]),
        growth=growth,
    )
