"""Figures as elements of a page: they follow its theme, and carry nothing that nobody sees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from estimator.report.charts.chart import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LINE,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    SKY,
    YELLOW,
)
from estimator.report.charts.picture import draw_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
_FONT = re.compile(r"font: ([^;']*?)(\d+(?:\.\d+)?)px [^;]*")
_FAMILY = re.compile(r"font-family: [^;]*;? ?")
_NUMBER = re.compile(r"-?\d+\.\d+")
_STEP = re.compile(r"([MLCQz])([^MLCQz]*)")
# shapes of one style, one behind the other: those that nothing shines through can be one
_SAME_STYLE = re.compile(r'<path class="(g\d+)" d="[^"]*"/>(?:<path class="\1" d="[^"]*"/>)+')
_SHAPES = ("d", "x", "y", "width", "height", "transform")

# colours of the charts, and the variable of a page that stands for each
VARIABLES = {
    INK: "--ink",
    MUTED: "--muted",
    LINE: "--line",
    GREY: "--grey",
    BLUE: "--blue",
    ORANGE: "--orange",
    GREEN: "--green",
    RED: "--red",
    PURPLE: "--purple",
    SKY: "--sky",
    YELLOW: "--yellow",
    PAPER: "--bg",
}


class Styles:
    """Styles of charts as classes of a page, which a strict content security policy allows."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def of(self, style: str) -> str:
        """The class of a style; the same style has one class in the whole page."""
        for colour, variable in VARIABLES.items():
            style = style.replace(colour, f"var({variable})")
        # releases of matplotlib write a font as one property or as several; the page has the family
        style = _FAMILY.sub("", _FONT.sub(_font, style))
        return self._names.setdefault(style, f"g{len(self._names)}")

    def join_shapes(self, body: str) -> str:
        """Make neighbours of one style one shape, but for those that shine through each other."""
        clear = {name for style, name in self._names.items() if "opacity" in style}

        def join(found: re.Match[str]) -> str:
            if found[1] in clear:
                return found[0]
            return found[0].replace(f'"/><path class="{found[1]}" d="', "")

        return _SAME_STYLE.sub(join, body)

    @property
    def css(self) -> str:
        """The rules of all classes."""
        rules = [f".{name} {{ {style} }}" for style, name in self._names.items()]
        return "\n".join([".chart * { stroke-linejoin: round; stroke-linecap: butt }", *rules])


def _font(found: re.Match[str]) -> str:
    """Keep size and weight of a font; the page has the family."""
    weight = "; font-weight: bold" if re.search(r"\b(?:bold|700)\b", found[1]) else ""
    return f"font-size: {found[2]}px{weight}"


def inline_svg(figure: Figure, name: str, title: str, description: str, styles: Styles) -> str:
    """A figure as an element of a page, whose ids begin with `name`; styles become classes.

    The page gives the width. What tells pixels apart stays: places are rounded to a tenth of one.
    """
    root = ElementTree.fromstring(draw_svg(figure, "none"))  # noqa: S314 (our own)
    used = {target for node in root.iter() if (target := node.get(_LINK, "")[1:])}
    body = styles.join_shapes("".join(_write(child, name, styles, used) for child in root))
    texts = f'<title id="{name}-title">{_escape(title)}</title>'
    texts += f'<desc id="{name}-desc">{_escape(description)}</desc>'
    labels = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    box = root.get("viewBox", "")
    return f'<svg class="chart" {labels} viewBox="{box}">{texts}{body}</svg>'


def _write(node: ElementTree.Element, name: str, styles: Styles, used: set[str]) -> str:
    """An element and what is in it; empty where it shows nothing."""
    tag = node.tag.removeprefix(_SVG)
    # labels are all inside the axes or beside them: nothing of a chart needs to be cut off
    if tag in ("metadata", "style", "clipPath", "title", "desc"):
        return ""
    inside = "".join(_write(child, name, styles, used) for child in node)
    if tag in ("g", "defs") and not inside:
        return ""
    if "fill: none" in node.get("style", "") and "stroke" not in node.get("style", ""):
        return ""  # the invisible paper of figure and axes
    attributes = _attributes(node, name, styles, used)
    if tag == "g" and not attributes:
        return inside
    if tag == "text":
        inside = _escape("".join(node.itertext()))
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


def _attributes(node: ElementTree.Element, name: str, styles: Styles, used: set[str]) -> str:
    parts = []
    if node.get("id") in used:
        parts.append(f'id="{name}-{node.get("id")}"')
    if link := node.get(_LINK):
        parts.append(f'href="#{name}-{link[1:]}"')
    if style := node.get("style"):
        parts.append(f'class="{styles.of(style)}"')
    for key in _SHAPES:
        value = node.get(key)
        if value is not None and not value.startswith("rotate(-0 "):
            parts.append(f'{key}="{_shorten(value)}"')
    return "".join(f" {part}" for part in parts)


def _shorten(value: str) -> str:
    r"""Numbers to a tenth of a pixel, no space that parts nothing, level and upright lines short.

    >>> _shorten("M 2 23.117656 \nL 829.04 23.12 \nL 829.04 40 \nL 2 44 \nz\n")
    'M2 23.1H829V40L2 44z'
    """
    value = _NUMBER.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), value)
    steps, at = [], ["", ""]
    for letter, numbers in _STEP.findall(value):
        last, at = at, numbers.split()[-2:] or at
        level, upright = letter == "L" and at[1] == last[1], letter == "L" and at[0] == last[0]
        line = f"H{at[0]}" if level else f"V{at[1]}" if upright else ""
        steps.append(line or f"{letter}{' '.join(numbers.split())}")
    return "".join(steps) or value


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
