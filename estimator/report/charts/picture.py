"""A matplotlib figure that shows itself; imported only when something is drawn."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from estimator.report.charts.svg import svg_text


class Picture(Figure):
    """A figure that no pyplot knows, so that nothing has to be closed; Jupyter shows it.

    Attributes
    ----------
    alternative : tuple of str
        Its title and its description, for those who cannot see it.
    """

    alternative: tuple[str, str] = ("", "")

    def _repr_svg_(self) -> str:
        return svg_text(self, *self.alternative)

    def __reduce__(self) -> Any:
        return super().__reduce__()
