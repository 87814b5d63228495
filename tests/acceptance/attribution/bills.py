"""Bills of the made organization, whose right shares follow by hand.

A bill line is one (account, Region, usage type, operation), with resource ids also one key. Rates
(F14, F15): symmetric 0.000003, asymmetric 0.000015, ECC pairs 0.00001, RSA pairs 0.0012 USD a
request; a key-month 1.00. Usage types of pairs as in AWS's price list
(`KMS-Requests-GenerateDatakeyPair-ECC`). HMAC requests stand under plain `KMS-Requests`: no source
names another usage type.

The right share: of what a group of lines (account, Region, usage type, operation, and key where
the bill tells it) costs, each logged request gets the group's cost divided by the greater of the
billed and the logged requests. What is billed and not logged is "not in these logs"; free and paid
lines of a group are one group, since nobody can say which request was the free one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from tests.acceptance.attribution.organization import truth
from tests.acceptance.attribution.specimens import DATA, MANAGEMENT, PARTNER, PROD, SECURITY, Fact
from tests.acceptance.sure import bills

RATES = {
    "symmetric": Decimal("0.000003"),
    "hmac": Decimal("0.000003"),
    "asymmetric": Decimal("0.000015"),
    "pairs": Decimal("0.00001"),
    "rsa pairs": Decimal("0.0012"),
}
ENDINGS = {
    "symmetric": "",
    "hmac": "",
    "asymmetric": "-Asymmetric",
    "pairs": "-GenerateDatakeyPair-ECC",
    "rsa pairs": "-GenerateDatakeyPair-RSA",
}
ORGANIZATION = (MANAGEMENT, PROD, DATA, SECURITY)
NOT_LOGGED = "not in these logs"
KEYS = "keys"
Shares = dict[str, Decimal]


@dataclass(frozen=True)
class Line(bills.Line):
    """A line of the bill, with the usage type of its meter."""

    ending: str = ""

    @property
    def meter(self) -> str:
        return "KMS-Keys" if self.operation == "CurrentKeys" else f"KMS-Requests{self.ending}"

    @property
    def unit(self) -> str:
        return "Keys" if self.operation == "CurrentKeys" else "Requests"


@dataclass(frozen=True)
class Group:
    """What a bill can tell apart."""

    account: str
    region: str
    meter: str
    operation: str
    key: str = ""


def meter_of(fact: Fact) -> str:
    """Pairs are two meters: the only RSA pairs here are those without plaintext."""
    return "rsa pairs" if fact.operation.endswith("PairWithoutPlaintext") else fact.meter


def group_of(fact: Fact, *, resources: bool) -> Group:
    key = fact.key if resources else ""
    return Group(fact.account, fact.region, meter_of(fact), fact.operation, key)


def groups(logged: Counter[Fact], *, resources: bool = True) -> Counter[Group]:
    """The logged requests as a bill would count them; the partner is on another company's bill."""
    out: Counter[Group] = Counter()
    for fact, number in logged.items():
        if fact.account != PARTNER:
            out[group_of(fact, resources=resources)] += number
    return out


def paid(group: Group, requests: int | Decimal) -> Line:
    rate = RATES[group.meter]
    return line(group, Decimal(requests), Decimal(requests) * rate)


def free(group: Group, requests: int | Decimal) -> Line:
    return line(group, Decimal(requests), Decimal(0))


def line(group: Group, amount: Decimal, cost: Decimal) -> Line:
    return Line(
        MANAGEMENT,
        group.account,
        group.region,
        group.operation,
        amount,
        cost,
        group.key,
        ending=ENDINGS[group.meter],
    )


def key_month(account: str, key: str, region: str = "us-east-1") -> Line:
    return Line(MANAGEMENT, account, region, "CurrentKeys", Decimal(1), Decimal("1.00"), key)


def save(path: Path, lines: Iterable[bills.Line], form: str, *, resources: bool) -> None:
    bills.save(path, list(lines), form, resources=resources)


def total(lines: Iterable[bills.Line]) -> Decimal:
    return sum((line.cost for line in lines if line.product == "awskms"), Decimal(0))


def shares(lines: Iterable[Line], logged: Counter[Fact], by: str, *, resources: bool) -> Shares:
    """Work out by hand what each service, caller, resource or key costs [USD]."""
    cost: dict[Group, Decimal] = defaultdict(Decimal)
    billed: dict[Group, Decimal] = defaultdict(Decimal)
    meters = {ENDINGS[name]: name for name in ("symmetric", "asymmetric", "pairs", "rsa pairs")}
    out: dict[str, Decimal] = defaultdict(Decimal)
    for item in lines:
        if item.operation == "CurrentKeys":
            out[KEYS] += item.cost
            continue
        key = item.resource if resources else ""
        group = Group(item.account, item.region, meters[item.ending], item.operation, key)
        cost[group] += item.cost
        billed[group] += item.amount
    in_group: dict[Group, Counter[str]] = defaultdict(Counter)
    for fact, number in logged.items():
        group = group_of(fact, resources=resources)
        if group.meter == "hmac":  # billed under plain KMS-Requests
            group = Group(group.account, group.region, "symmetric", group.operation, group.key)
        in_group[group][getattr(fact, by)] += number
    for group, amount in cost.items():
        whole = max(billed[group], Decimal(in_group[group].total()))
        for name, number in in_group[group].items():
            out[name] += amount * number / whole
        out[NOT_LOGGED] += amount * (whole - in_group[group].total()) / whole
    return {name: value for name, value in out.items() if value}


def october() -> Counter[Fact]:
    """The whole month as the logs hold it."""
    return truth()
