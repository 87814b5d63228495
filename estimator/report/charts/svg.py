"""Figures as SVG: the same input gives the same bytes."""

from __future__ import annotations

import html
import io
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SALT = "kmscost"
_DROPPED = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)


def svg_text(figure: Figure, title: str = "", description: str = "") -> str:
    """A figure as an SVG file of its own, on white."""
    svg = draw_svg(figure, "white")
    words = _alternative(title, description) if title else ""
    labels = 'role="img" aria-labelledby="chart-title chart-desc" ' if title else ""
    return svg.replace("<svg ", f"<svg {labels}", 1).replace("<defs>", f"{words}<defs>", 1)


def draw_svg(figure: Figure, background: str) -> str:
    """A figure as SVG as matplotlib draws it, with text as text and without a date."""
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": _SALT}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        before = figure.patch.get_alpha()
        figure.patch.set_alpha(0.0 if background == "none" else 1.0)
        figure.savefig(stream, format="svg", facecolor=background, metadata={"Date": None})
        figure.patch.set_alpha(before)
    return _DROPPED.sub("", stream.getvalue())


def _alternative(title: str, description: str) -> str:
    texts = f'<title id="chart-title">{html.escape(title)}</title>'
    return f'{texts}<desc id="chart-desc">{html.escape(description)}</desc>'
