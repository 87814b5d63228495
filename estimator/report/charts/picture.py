"""A matplotlib figure that shows itself; imported only when something is drawn."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from estimator.report.charts.svg import svg_text


class Picture(Figure):
    """A figure that no pyplot knows, so that nothing has to be closed; Jupyter shows it."""

    def _repr_svg_(self) -> str:
        return svg_text(self)

    def __reduce__(self) -> Any:
        return super().__reduce__()
