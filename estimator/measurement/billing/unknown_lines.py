"""Lines that look like KMS's or CloudTrail's and are not understood: counted, and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from estimator.figures import listed, plural
from estimator.measurement.doubts import LEFT_OUT, Doubt

_MOST_NAMES = 3
COMPLETE = "if nothing of the bill is left out"


@dataclass
class UnknownLines:
    """How many lines there are by what is not known of them.

    Attributes
    ----------
    services : Counter
        Of services called, or with usage types, as if they were KMS or CloudTrail: none counts.
    kinds : Counter
        Of types that are neither usage nor an amount that is known: their cost counts alone.
    scales : dict
        Units that are no single requests, keys or events, and how many each counts.
    odd_costs : int
        Lines that cost other than their amount at their rate.
    """

    services: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    scales: dict[str, int] = field(default_factory=dict)
    odd_costs: int = 0

    def add(self, other: UnknownLines) -> None:
        """Add everything that `other` counted."""
        self.services += other.services
        self.kinds += other.kinds
        self.scales |= other.scales
        self.odd_costs += other.odd_costs

    def count_kinds(self, kinds: Iterable[str], is_known: Callable[[str], bool]) -> None:
        """Count the types of lines of which none is known."""
        for kind, lines in Counter(kinds).items():
            if not is_known(kind):
                self.kinds[kind] += lines

    def notices(self) -> Iterator[str]:
        """A notice for each thing that is not known."""
        if self.services:
            many = plural(self.services.total(), "line", "looks", "look")
            yield Doubt(
                f"{many} like AWS KMS's or CloudTrail's under a service that is not known "
                f"({_names(self.services)}): not counted",
                LEFT_OUT,
            )
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
