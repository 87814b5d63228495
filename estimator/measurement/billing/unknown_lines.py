"""Lines that look like KMS's or CloudTrail's and are not understood: counted, and named."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from estimator.figures import listed, money, plural
from estimator.measurement.billing.cells import clean
from estimator.measurement.doubts import LEFT_OUT, Doubt

_MOST_NAMES = 3
COMPLETE = "if nothing of the bill is left out"


@dataclass
class AlikeLines:
    """Lines that look like those of KMS or CloudTrail under another service: none counts.

    Attributes
    ----------
    services : Counter
        Lines by the name of their service.
    costs : dict
        What they cost, by currency; empty where a line names none.
    """

    services: Counter[str] = field(default_factory=Counter)
    costs: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def count(self, service: str, cost: str, currency: str) -> None:
        """Count a line; what it costs is text of the bill, as its currency."""
        self.services[service] += 1
        try:
            amount = float(clean(cost) or 0)
        except ValueError:
            amount = math.nan  # the sum is then not known, and the notice says so
        self.costs[clean(currency)] += amount

    def add(self, other: AlikeLines) -> None:
        """Add everything that `other` counted."""
        self.services += other.services
        for currency, cost in other.costs.items():
            self.costs[currency] += cost

    def notice(self, currency: str) -> Doubt:
        """The notice of these lines; those that name no currency are taken for the bill's."""
        costs: defaultdict[str, float] = defaultdict(float)
        for name, cost in self.costs.items():
            costs[name or currency] += cost
        amounts = listed([f"{name} {money(cost)}" for name, cost in sorted(costs.items())])
        many = plural(self.services.total(), "line", "looks", "look")
        return Doubt(
            f"{many} like AWS KMS's or CloudTrail's under a service that is not known "
            f"({_names(self.services)}): not counted ({amounts})",
            LEFT_OUT,
        )


@dataclass
class UnknownLines:
    """How many lines there are by what is not known of them.

    Attributes
    ----------
    alike : AlikeLines
        Of services called, or with usage types, as if they were KMS or CloudTrail: none counts.
    kinds : Counter
        Of types that are neither usage nor an amount that is known: their cost counts alone.
    scales : dict
        Units that are no single requests, keys or events, and how many each counts.
    odd_costs : int
        Lines that cost other than their amount at their rate.
    """

    alike: AlikeLines = field(default_factory=AlikeLines)
    kinds: Counter[str] = field(default_factory=Counter)
    scales: dict[str, int] = field(default_factory=dict)
    odd_costs: int = 0

    def add(self, other: UnknownLines) -> None:
        """Add everything that `other` counted."""
        self.alike.add(other.alike)
        self.kinds += other.kinds
        self.scales |= other.scales
        self.odd_costs += other.odd_costs

    def count_kinds(self, kinds: Iterable[str], is_known: Callable[[str], bool]) -> None:
        """Count the types of lines of which none is known."""
        for kind, lines in Counter(kinds).items():
            if not is_known(kind):
                self.kinds[kind] += lines

    def notices(self, currency: str) -> Iterator[str]:
        """A notice for each thing that is not known; the currency is the bill's."""
        if self.alike.services:
            yield self.alike.notice(currency)
        if self.kinds:
            many = plural(self.kinds.total(), "line", "is", "are")
            yield Doubt(
                f"{many} of a type that is not known ({_names(self.kinds)}): what is billed there "
                "counts as an amount apart, and its requests and keys do not",
                LEFT_OUT,
            )
        if self.odd_costs:
            many = plural(self.odd_costs, "line", "costs", "cost")
            yield f"{many} other than the amount at the rate: something may have changed the file"
        for unit, scale in sorted(self.scales.items()):
            if scale > 1:
                yield f"an amount in {unit!r} counts {scale:,} each"
            else:
                yield f"an amount in {unit!r}, a unit that is not known, counts as it is"


def _names(lines: Counter[str]) -> str:
    # the same words whatever the order of lines
    most = sorted(lines, key=lambda name: (-lines[name], name))
    return listed([repr(name) if name else "none" for name in most], _MOST_NAMES)
