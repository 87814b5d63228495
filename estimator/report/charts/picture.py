"""A figure as a picture: Jupyter shows it, and it is written as SVG, PNG or PDF.

An SVG has text as text, and whoever shows it brings the fonts. PNG and PDF carry their letters as
shapes: `set_fonts` finds fonts that have them. Imported only when something is drawn.
"""

from __future__ import annotations

import html
import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager, get_font
from matplotlib.text import Text

_SIZE = re.compile(r'width="([\d.]+)pt" height="([\d.]+)pt"')
_IN_PX = r'width="\1" height="\2" style="max-width: 100%; height: auto"'
_METADATA = re.compile(r"<metadata>.*?</metadata>\s*", re.DOTALL)

# fonts with Chinese, Japanese and Korean letters, asked before all others: of Linux, macOS, Windows
_PREFERRED = (
    "Noto Sans CJK JP",
    "Noto Sans CJK SC",
    "Noto Sans JP",
    "Noto Sans SC",
    "Noto Sans KR",
    "Source Han Sans",
    "Hiragino Sans",
    "PingFang SC",
    "Apple SD Gothic Neo",
    "Yu Gothic",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)


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
        return _SIZE.sub(_IN_PX, svg_text(self, *self.alternative), count=1)


def svg_text(figure: Figure, title: str = "", description: str = "") -> str:
    """A figure as an SVG file of its own, on white."""
    svg = draw_svg(figure, "white")
    if not title:
        return svg
    words = f'<title id="chart-title">{html.escape(title)}</title>'
    words += f'<desc id="chart-desc">{html.escape(description)}</desc>'
    labels = 'role="img" aria-labelledby="chart-title chart-desc" '
    return svg.replace("<svg ", f"<svg {labels}", 1).replace("<defs>", f"{words}<defs>", 1)


def draw_svg(figure: Figure, background: str) -> str:
    """A figure as SVG as matplotlib draws it, with text as text and without a date."""
    svg = _save(figure, "svg", {"Date": None}, background=background).decode("utf-8")
    return _METADATA.sub("", svg)


@contextmanager
def without_font_log() -> Iterator[None]:
    """Leave out that a font has no weight such as bold: the nearest one is drawn."""
    log = logging.getLogger("matplotlib.font_manager")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


@without_font_log()
def png_bytes(figure: Figure) -> bytes:
    """A figure as PNG, on white, twice as many pixels as a page shows."""
    return _save(figure, "png", {"Software": None}, dpi=144)


@without_font_log()
def pdf_bytes(figure: Figure, title: str = "") -> bytes:
    """A figure as PDF, on white; its text can be searched and copied."""
    # without a date: the same figure, the same bytes
    metadata = {"CreationDate": None, "Producer": None, "Creator": "kmscost", "Title": title}
    return _save(figure, "pdf", metadata)


def _save(
    figure: Figure,
    form: str,
    metadata: dict[str, str | None],
    background: str = "white",
    dpi: int = 72,
) -> bytes:
    """Return the file of a figure, which stays as it was."""
    stream = io.BytesIO()
    # text stays text, and the same input gives the same ids
    settings = rc_context({"svg.fonttype": "none", "svg.hashsalt": "kmscost", "pdf.fonttype": 42})
    with settings, warnings.catch_warnings():
        # the caller says which letters no font has
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        before = figure.patch.get_alpha()
        figure.patch.set_alpha(0.0 if background == "none" else 1.0)
        figure.savefig(stream, format=form, dpi=dpi, facecolor=background, metadata=metadata)
        figure.patch.set_alpha(before)
    return stream.getvalue()


@without_font_log()
def set_fonts(figure: Figure) -> str:
    """Give the texts of a figure fonts that have all their letters.

    Returns
    -------
    str
        The letters that no installed font has: they are drawn as boxes.
    """
    texts = [found for found in figure.findobj(Text) if isinstance(found, Text)]
    letters = {letter for text in texts for letter in text.get_text() if letter.isprintable()}
    letters.discard(" ")
    missing = letters - _letters_of(findfont(FontProperties()), letters)
    families = _find_families(missing) if missing else []
    if missing and _add_new_fonts(missing, families):
        families = _find_families(missing)
    for text in texts if families else []:
        text.set_fontfamily([*text.get_fontfamily(), *families])
    for family in families:
        missing -= _letters_of(findfont(FontProperties(family=[family])), missing)
    return "".join(sorted(missing))


def _find_families(missing: set[str]) -> list[str]:
    """Installed families that have the letters, as few as can be found at once."""
    # a font is opened only where a letter is missing: there may be hundreds of them
    paths: dict[str, str] = {}
    for entry in fontManager.ttflist:
        # matplotlib's own font of last resort has a box for every letter
        if not entry.name.startswith("Last Resort"):
            paths.setdefault(entry.name, entry.fname)
    preferred = [name for name in _PREFERRED if name in paths]
    families, left = [], set(missing)
    for name in [*preferred, *sorted(paths.keys() - set(preferred))]:
        if left and (covered := _letters_of(paths[name], left)):
            families.append(name)
            left -= covered
    return families


def _add_new_fonts(missing: set[str], families: list[str]) -> bool:
    """Read fonts that were installed since matplotlib made its list; tell whether there are any."""
    paths = {entry.name: entry.fname for entry in fontManager.ttflist}
    if not missing - {letter for name in families for letter in _letters_of(paths[name], missing)}:
        return False
    # the list is kept on disk for good: whoever follows the notice would be told it again
    new = sorted(set(findSystemFonts()) - {entry.fname for entry in fontManager.ttflist})
    for path in new:
        try:
            fontManager.addfont(path)
        except (OSError, RuntimeError):  # such as a font of bitmaps
            continue
    return bool(new)


def _letters_of(path: str, letters: set[str]) -> set[str]:
    """Return those of the letters that a font file has; none of a file that cannot be read."""
    try:
        # a mapping of code points in every release; only its keys are asked for
        known = get_font(path).get_charmap()
    except (OSError, RuntimeError):
        return set()
    return {letter for letter in letters if ord(letter) in known}
