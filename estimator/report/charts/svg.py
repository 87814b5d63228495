"""Figures as SVG: the same input gives the same bytes; inside a page they follow its theme."""

from __future__ import annotations

import html
import io
import re
import warnings
from typing import TYPE_CHECKING

from estimator.report.charts import colours

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SALT = "kmscost"
# a sheet of its own, which a content security policy would block; the page has the rule
_SHEET = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>\s*", re.DOTALL)
_DROPPED = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)
_STYLE = re.compile(r'\bstyle="([^"]*)"')
_IDS = re.compile(r'(\bid="|url\(#|href="#)')
_FONT = re.compile(r"font: ([^;']*?)(\d+(?:\.\d+)?)px [^;]*")

# colours of the charts, and the variable of a page that stands for each
VARIABLES = {
    colours.INK: "--ink",
    colours.MUTED: "--muted",
    colours.LINE: "--line",
    colours.GREY: "--grey",
    colours.BLUE: "--blue",
    colours.ORANGE: "--orange",
    colours.GREEN: "--green",
    colours.RED: "--red",
    colours.PURPLE: "--purple",
    colours.SKY: "--sky",
    colours.YELLOW: "--yellow",
    colours.PAPER: "--bg",
}


def svg_text(figure: Figure, title: str = "", description: str = "") -> str:
    """A figure as an SVG file of its own, on white."""
    svg = _draw_svg(figure, "white")
    words = _alternative(title, description, "chart") if title else ""
    return re.sub(r"<svg ", f"<svg {_labels('chart') if title else ''}", svg, count=1).replace(
        "<defs>", f"{words}<defs>", 1
    )


def inline_svg(figure: Figure, name: str, title: str, description: str, styles: Styles) -> str:
    """A figure as an element of a page, whose ids begin with `name`; styles become classes."""
    svg = _draw_svg(figure, "none")
    svg = _SHEET.sub("", svg[svg.index("<svg ") :])
    svg = _IDS.sub(rf"\g<1>{name}-", svg)
    svg = _STYLE.sub(lambda found: f'class="{styles.of(html.unescape(found[1]))}"', svg)
    # the page gives the width: points would be a third larger
    svg = re.sub(r'(<svg [^>]*?)height="[\d.]+pt" ', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?)width="[\d.]+pt" ', r"\1", svg, count=1)
    svg = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg)
    opening = f'<svg class="chart" {_labels(name)}'
    svg = svg.replace("<svg ", opening, 1)
    return re.sub(r"(<svg [^>]*>)", rf"\1{_alternative(title, description, name)}", svg, count=1)


class Styles:
    """Styles of charts as classes of a page, which a strict content security policy allows."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, style: str) -> str:
        """The class of a style; the same style has one class in the whole page."""
        for colour, variable in VARIABLES.items():
            style = style.replace(colour, f"var({variable})")
        style = _FONT.sub(r"font-size: \2px", style)
        return self._names.setdefault(style, f"g{len(self._names)}")

    @property
    def css(self) -> str:
        """The rules of all classes."""
        rules = [f".{name} {{ {style} }}" for style, name in self._names.items()]
        return "\n".join([".chart * { stroke-linejoin: round; stroke-linecap: butt }", *rules])


def _draw_svg(figure: Figure, background: str) -> str:
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": _SALT}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        before = figure.patch.get_alpha()
        figure.patch.set_alpha(0.0 if background == "none" else 1.0)
        figure.savefig(stream, format="svg", facecolor=background, metadata={"Date": None})
        figure.patch.set_alpha(before)
    return _DROPPED.sub("", stream.getvalue())


def _labels(name: str) -> str:
    return f'role="img" aria-labelledby="{name}-title {name}-desc" '


def _alternative(title: str, description: str, name: str) -> str:
    # a replacement of re.sub: backslashes of names are text
    texts = f'<title id="{name}-title">{html.escape(title)}</title>'
    texts += f'<desc id="{name}-desc">{html.escape(description)}</desc>'
    return texts.replace("\\", "\\\\")
