"""A matplotlib figure that shows itself; imported only when something is drawn."""

from __future__ import annotations

import re
from typing import Any

from matplotlib.figure import Figure

from estimator.report.charts.svg import svg_text

_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
_IN_PX = r'width="\1" height="\2" style="max-width: 100%; height: auto"'


class Picture(Figure):
    """A figure that no pyplot knows, so that nothing has to be closed; Jupyter shows it.

    Attributes
    ----------
    alternative : tuple of str
        Its title and its description, for those who cannot see it.
    """

    alternative: tuple[str, str] = ("", "")

    def _repr_svg_(self) -> str:
        # a chart is drawn in px, and points are a third more; a cell may be narrower than it
        svg = svg_text(self, *self.alternative)
        return _SIZE.sub(
            r'width="\1" height="\2" style="max-width: 100%; height: auto"', svg, count=1
        )

    def __reduce__(self) -> Any:
        return super().__reduce__()
