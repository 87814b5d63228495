"""Each number of the format in each unit that people write: the advice is what they meant.

The law: the advised value loads, and equals what the writer meant, by the table below. Where a
writing has no meaning in the unit of a field, or two, no number is advised, and the unit is named.
"""

import re
import typing
from decimal import Decimal

import pytest

from estimator import load_inventory
from estimator.inventory.budgets import Budget
from estimator.inventory.reader_sections import Reader
from estimator.inventory.sections import AccountEntry, Bucket, Growth, InventoryFile, Trail
from pricing.reading.problems import KmscostError
from pricing.reading.units import UNIT_PATTERN

D = Decimal
SECTIONS = (AccountEntry, Bucket, Budget, Growth, InventoryFile, Trail, *typing.get_args(Reader))
UNITS = {
    name: unit[1]
    for section in SECTIONS
    for name, field in section.model_fields.items()
    if (unit := UNIT_PATTERN.search(field.description or ""))
}
BY_DAY = ("file/day", "get/day")
BY_MONTH = ("update/month", "query/month", "run/month", "request/month")
SIMPLE = (*BY_DAY, *BY_MONTH, "USD/month", "get/file", "s", "day")


def of_all(units, number):
    """The same number in each of some units."""
    return dict.fromkeys(units, number)


def rate(by_day, by_month):
    """A rate in the units that count by the day, and in those that do by the month."""
    return {**of_all(BY_DAY, by_day), **of_all((*BY_MONTH, "USD/month"), by_month)}


# what somebody means, in the unit of each field in which it has a meaning; a year has 365 days, a
# month that is not a whole number of years has 30, an hour 3,600 seconds
MEANT = {
    "5m": {"s": D(5) * 60, "request/month": D(5_000_000), "USD/month": D(5_000_000)},
    "5 min": {"s": D(5) * 60, "day": D(5) / (24 * 60)},
    "5 minutes": {"s": D(5) * 60, "day": D(5) / (24 * 60)},
    "PT5M": {"s": D(5) * 60, "day": D(5) / (24 * 60)},
    "1h 30min": {"s": D(90) * 60, "day": D(90) / (24 * 60)},
    "90s": {"s": D(90), "day": D(90) / 86_400},
    "2h": {"s": D(2) * 3600, "day": D(2) / 24},
    "3 days": {"s": D(3) * 86_400, "day": D(3)},
    "2 weeks": {"s": D(14) * 86_400, "day": D(14)},
    "3 months": {"s": D(90) * 86_400, "day": D(90)},
    "24 months": {"s": D(730) * 86_400, "day": D(730)},
    "2 years": {"s": D(730) * 86_400, "day": D(730)},
    "P1Y": {"s": D(365) * 86_400, "day": D(365)},
    "5:00": {},
    "12m/x": {},
    "12/second": rate(D(12) * 86_400, D(12) * 86_400 * 30),
    "12/min": rate(D(12) * 1440, D(12) * 1440 * 30),
    "12/hour": rate(D(12) * 24, D(12) * 24 * 30),
    "12 per day": rate(D(12), D(12) * 30),
    "12 a week": rate(D(12) / 7, D(12) * 30 / 7),
    "8640/month": rate(D(8640) / 30, D(8640)),
    "12 a quarter": rate(D(12) / 90, D(12) / 3),
    "730/year": rate(D(730) / 365, D(730) / 12),
    "every 5 minutes": rate(D(288), D(288) * 30),
    "daily": rate(D(1), D(30)),
    "12/m": {},
    "12 files/hour": {"file/day": D(12) * 24},
    "12 requests": {"request/month": D(12)},
    "2/file": {"get/file": D(2)},
    "25k": of_all(SIMPLE, D(25_000)),
    "1.5 million": of_all(SIMPLE, D(1_500_000)),
    "25 USD": {"USD/month": D(25)},
    "$25": {"USD/month": D(25)},
    "300 USD/year": {"USD/month": D(300) / 12},
    "2500 cents": {"USD/month": D(25)},
    "25 EUR": {},
    "\u20ac25": {},
    "A$25": {},
    "25 GB": {},
    "50%": {"share": D("0.5"), "1/year": D("0.5")},
    "50 percent": {"share": D("0.5"), "1/year": D("0.5")},
    "500\u2030": {"share": D("0.5"), "1/year": D("0.5")},
    "1/2": {"share": D("0.5"), "1/year": D("0.5")},
    "10% a year": {"1/year": D("0.1")},
    "1% a month": {"1/year": D("1.01") ** 12 - 1},
    "\uff10.\uff15": of_all(set(UNITS.values()), D("0.5")),
}  # fmt: skip
SOUND = {"share": 0.5, "1/year": 0.1, "file/day": 288}


def document(value_of):
    """An inventory with every number of the format; `value_of` gives that of a key."""
    names = {
        section: {
            name: value_of(name) for name in section.model_fields if name in UNITS
        }
        for section in SECTIONS
    }  # fmt: skip
    names[Budget]["thresholds"] = [value_of("thresholds")]
    readers = [
        {
            "name": f"reader-{index}",
            "kind": typing.get_args(kind.model_fields["kind"].annotation)[0],
            **({"day": "2026-12-01"} if "day" in kind.model_fields else {}),
            **({"destination_key": "logs"} if "destination_key" in kind.model_fields else {}),
            **names[kind],
        }
        for index, kind in enumerate(typing.get_args(Reader))
    ]
    return {
        "version": 1,
        **names[InventoryFile],
        "accounts": [{"id": "111122223333", "regions": ["us-east-1"], **names[AccountEntry]}],
        "keys": [{"id": "logs", "region": "us-east-1"}],
        "trails": [{"name": "org", "key": "logs", "bucket": names[Bucket], **names[Trail]}],
        "readers": readers,
        "growth": names[Growth],
        "budgets": [{"name": "kms", **names[Budget]}],
    }


def refused(mapping):
    """The keys that are refused, and how to write each."""
    try:
        load_inventory(mapping)
    except KmscostError as error:
        names = [re.sub(r"\[\d+\]$", "", each.at).rpartition(".")[2] for each in error.problems]
        return dict(zip(names, (each.fix for each in error.problems), strict=True))
    return {}


def number(value):
    """A number or a percentage as the writer of YAML would leave it there."""
    return value if isinstance(value, str) and value.endswith("%") else float(value)


def size(value):
    """The size of a number or of a percentage."""
    text = str(value)
    return D(text[:-1]) / 100 if text.endswith("%") else D(text)


@pytest.mark.parametrize("writing", MEANT)
def test_the_advised_number_is_what_was_meant(writing):
    """In the field's own unit, to six digits where it has no end; else no number is advised."""
    fixes = refused(document(lambda _: writing))
    advised = {}
    for name, unit in UNITS.items():
        meant = MEANT[writing].get(unit)
        if name not in fixes:  # 50% is how a share is written
            advised[name] = writing
            assert size(writing) == meant, name
            continue
        found = re.match(r"write (\d[\d.]*%?)(?= without|:|$)", fixes[name])
        if meant is None:
            assert found is None, f"{name}: {fixes[name]}"
            assert re.match(r"write (the|a) |list", fixes[name]), f"{name}: {fixes[name]}"
        elif name == "burst_seconds" and meant < 1:
            assert "write 1" in fixes[name]
        else:
            assert found is not None, f"{name}: {fixes[name]}"
            assert abs(size(found[1]) - meant) <= abs(meant) * D("5e-6"), f"{name}: {fixes[name]}"
            advised[name] = number(found[1])
    assert refused(document(lambda name: advised.get(name, SOUND.get(UNITS[name], 2)))) == {}


def test_what_is_taken_for_years_and_months_is_said():
    """Nobody is told a number of days without how long a year was taken for."""
    fixes = refused(document(lambda _: "2 years"))
    assert fixes["retention_days"] == (
        "write 730: the unit is days, a year is taken as 365 days"
    )  # fmt: skip
    assert fixes["files_per_day"] == "write the number alone, in files a day"
    fixes = refused(document(lambda _: "25 EUR"))
    assert fixes["usd_per_month"] == (
        "write the number alone, in USD a month: EUR is not converted"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({"files_per_month": 8640}, "write files_per_day: 288, as a month is taken as 30 days"),
        ({"files_per_hour": "12"}, "write files_per_day: 288"),
        ({"burst_minutes": {"low": 1, "high": 5}}, "write burst_seconds: {low: 60, high: 300}"),
        ({"filesPerDay": 288}, "did you mean `files_per_day`, in files a day?"),
        ({"files": 288}, "did you mean `files_per_day`, in files a day?"),
    ],
)
def test_a_key_in_another_unit(given, fix):
    """files_per_month: 8640 is no misspelt files_per_day: its number is another one."""
    mapping = document(lambda name: SOUND.get(UNITS[name], 2))
    mapping["trails"][0] = {"name": "org", "key": "logs", **given}
    assert list(refused(mapping).values()) == [fix]


def test_a_needed_key_in_another_unit_is_one_mistake():
    """usd_per_year: 300 is 25 a month, and nobody is told to add usd_per_month besides."""
    mapping = document(lambda name: SOUND.get(UNITS[name], 2))
    mapping["budgets"] = [{"name": "kms", "usd_per_year": 300}]
    assert refused(mapping) == {"usd_per_year": "write usd_per_month: 25"}
    mapping["budgets"] = [{"name": "kms", "eur_per_month": 25}]
    assert refused(mapping) == {
        "eur_per_month": "write usd_per_month, in USD a month: EUR is not converted"
    }
