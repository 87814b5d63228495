"""What an explanation answers: the walk from assumption to dollar, a section each."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from estimator.explanation import Explanation
from estimator.report.answers import Answer
from estimator.report.blocks import Lines

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("section", "what", "formula", "result", "unit", "source")


class ExplanationAnswer(Answer[Explanation]):
    """One number, from assumption to dollar."""

    @property
    def headline(self) -> str:
        """The number that is explained."""
        return self.result.title

    def blocks(self) -> Iterable[Lines]:
        """Each section with its steps and their sources."""
        walk = self.result
        for section, group in groupby(walk.steps, key=lambda step: step.section):
            steps = list(group)
            lines = tuple(walk.line(step) for step in steps)
            yield Lines(section, lines, tuple(step.source for step in steps))

    def lines(self) -> Iterable[str]:
        """The other interpretation of the bill."""
        return (self.result.other_interpretation,)

    def frame(self) -> pd.DataFrame:
        """A step a row."""
        import pandas as pd

        steps = [step.to_dict() for step in self.result.steps]
        return pd.DataFrame(steps, columns=pd.Index(_COLUMNS))
