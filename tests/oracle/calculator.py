"""The whole calculation on one screen: document -> usage, charges, copies, bursts, budgets."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.oracle.activity import Activity, ActivityBook
from tests.oracle.billing import (
    BudgetUse,
    Charge,
    Grain,
    add_up_totals,
    add_up_usage,
    charge_usage,
    interpretations_of,
    is_over,
    use_budgets,
)
from tests.oracle.bursts import Headroom, Place, measure_headroom
from tests.oracle.copies import (
    USD_PER_COPY,
    OthersCopies,
    OwnCopies,
    count_others_copies,
    count_others_copies_of_trails,
    count_own_copies,
)
from tests.oracle.estate import Document, Estate
from tests.oracle.means import with_means
from tests.oracle.months import Calendar

__all__ = ["Calculation"]


@dataclass
class Calculation:
    """
    A forecast by the second hand.

    Parameters
    ----------
    document
        The inventory as `yaml.safe_load` reads it.
    start, months
        First month, such as `2026-11`, and how many.
    discount
        Taken off every KMS rate [0-1].
    folder
        Where files of accounts lie.
    """

    document: Document
    start: str
    months: int
    discount: float = 0.0
    folder: Path | None = None

    @cached_property
    def estate(self) -> Estate:
        """The accounts, keys, trails and readers that the document names."""
        return Estate(self.document, self.folder)

    @cached_property
    def calendar(self) -> Calendar:
        """The months and their days."""
        return Calendar.begin(self.start, self.months)

    @cached_property
    def activities(self) -> list[Activity]:
        """Requests and key-months by the day."""
        return ActivityBook(self.estate, self.calendar).list_all()

    @cached_property
    def usage(self) -> dict[Grain, float]:
        """Requests and key-months by month, at full grain."""
        return add_up_usage(self.estate, self.calendar, self.activities)

    @cached_property
    def charges(self) -> dict[Grain, Charge]:
        """The same rows with what they cost."""
        return charge_usage(self.estate, self.calendar, self.usage, self.discount)

    @cached_property
    def own_copies(self) -> OwnCopies:
        """Paid copies of the inventory's own requests, by month, account, Region and trail."""
        return count_own_copies(self.estate, self.calendar, self.activities)

    @cached_property
    def others_copies(self) -> dict[str, OthersCopies]:
        """Paid copies of others' requests, by month."""
        return count_others_copies(self.estate, self.calendar)

    @cached_property
    def others_copies_of_trails(self) -> dict[tuple[str, str, str], OthersCopies]:
        """The same by month, payer and trail, which do not add up to the month's."""
        return count_others_copies_of_trails(self.estate, self.calendar)

    @cached_property
    def headroom(self) -> dict[Place, Headroom]:
        """Requests per second."""
        return measure_headroom(self.estate, self.calendar, self.activities)

    @cached_property
    def budgets(self) -> dict[tuple[str, str], BudgetUse]:
        """The use of each budget in each month."""
        return use_budgets(self.estate, self.calendar, self.charges)

    @cached_property
    def expected(self) -> "Calculation":
        """The same with each range at its mean; itself where nothing is a range."""
        means = with_means(self.document)
        if means == self.document:
            return self
        return Calculation(means, self.start, self.months, self.discount, self.folder)

    @cached_property
    def monthly(self) -> dict[str, dict[str, float]]:
        """The totals of each month."""
        return {month: self.total([month]) for month in self.calendar.months}

    @cached_property
    def totals(self) -> dict[str, float]:
        """The totals of all months."""
        return self.total(list(self.calendar.months))

    def total(self, months: list[str]) -> dict[str, float]:
        """The totals of some months, by their names in docs/output.md."""
        chosen, _ = interpretations_of(self.estate)
        rows = [(grain, charge) for grain, charge in self.charges.items() if grain.month in months]
        own = sum(events for (month, *_), events in self.own_copies.items() if month in months)
        low = sum(self.others_copies[month].low for month in months)
        high = sum(self.others_copies[month].high for month in months)
        return add_up_totals(rows, chosen) | {
            "cost_usd_cloudtrail_events": (own + low) * USD_PER_COPY,
            "cost_usd_cloudtrail_events_others": low * USD_PER_COPY,
            "cost_usd_cloudtrail_events_high": (own + high) * USD_PER_COPY,
        }

    def breaks(self, limit: str) -> bool:
        """True where a month costs more than a budget by its name, `all` of them, or an amount.

        By the typical cost or by the expected one.
        """
        expected = self.expected
        return self.breaks_alone(limit) or (expected is not self and expected.breaks_alone(limit))

    def breaks_alone(self, limit: str) -> bool:
        """The same by the cost of this calculation."""
        names = {budget["name"] for budget in self.document.get("budgets") or []}
        if limit == "all" or limit in names:
            return any(
                use.over for (name, _), use in self.budgets.items() if limit in ("all", name)
            )
        amount = float(limit.removeprefix("USD "))
        return any(is_over(month["cost_usd"], amount) for month in self.monthly.values())

    def sum_by(self, *columns: str) -> dict[tuple[str, ...], float]:
        """Quantities by some columns: what a case by hand is written in."""
        sums: dict[tuple[str, ...], float] = {}
        for grain, quantity in self.usage.items():
            place = tuple(getattr(grain, column) for column in columns)
            sums[place] = sums.get(place, 0.0) + quantity
        return sums
