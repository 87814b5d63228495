"""Results as answers: one module a result, which says what each of its formats holds.

Where an answer has ids of accounts, their names stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from estimator.report.blocks import Block

if TYPE_CHECKING:  # JSON of a measurement would else wait for pandas and the whole model
    import pandas as pd

    from estimator.inventory import Inventory


class Result(Protocol):
    """A result of a public function: it can be written as its documented JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return the result as its documented JSON."""


R = TypeVar("R", bound=Result)


class Answer(Generic[R]):
    """A result, ready for every format that `estimator.report.formats.render` knows.

    A subclass says what is its own; what it leaves out comes from the result.

    Parameters
    ----------
    result : Result
        What a public function returned.
    """

    def __init__(self, result: R) -> None:
        self.result = result

    @property
    def headline(self) -> str:
        """The whole answer in a sentence; empty where the first table says it."""
        return ""

    def blocks(self) -> Iterable[Block]:
        """Tables and texts in the order of reading."""
        return ()

    def lines(self) -> Iterable[str]:
        """Return the lines below the tables: the other interpretation, what to do next."""
        return ()

    def frame(self) -> pd.DataFrame:
        """Return the rows of CSV."""
        raise NotImplementedError

    def data(self) -> Mapping[str, Any]:
        """Return the content of JSON."""
        return self.result.to_dict()

    @property
    def notices(self) -> tuple[str, ...]:
        """The facts to know before believing the result."""
        return tuple(getattr(self.result, "notices", ()))

    @property
    def broken(self) -> str | None:
        """The limit that was asked for and is broken, in one line."""
        return None

    @property
    def not_held(self) -> str | None:
        """The limit that was asked for and that nothing could be held against, in one line."""
        judged = getattr(self.result, "judged_limit", None)
        return None if judged is None else judged.not_held


@dataclass(frozen=True)
class AccountNames:
    """The names of accounts, by id: an account as people know it."""

    names: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, *inventories: Inventory) -> Self:
        """Return the names that inventories give; of several the last one's."""
        return cls({a.id: a.name for inventory in inventories for a in inventory.accounts})

    def label(self, text: str) -> str:
        """Return an id with its name; a text that is no account's id stays.

        >>> names = AccountNames({"222222222222": "prod"})
        >>> names.label("222222222222"), names.label("org")
        ('222222222222 prod', 'org')
        """
        name = self.names.get(text)
        return f"{text} {name}" if name else text
