"""Fonts for pictures that carry their letters as shapes: PNG and PDF."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
def set_fonts(figure: Figure) -> str:
    """Give the texts of a figure fonts that have all their letters.

    Returns
    -------
    str
        The letters that no installed font has: they are drawn as boxes.
    """
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.text import Text

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
    from matplotlib.font_manager import fontManager

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
    from matplotlib.font_manager import findSystemFonts, fontManager

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
    from matplotlib.font_manager import get_font

    try:
        # a mapping of code points in every release; only its keys are asked for
        known = get_font(path).get_charmap()
    except (OSError, RuntimeError):
        return set()
    return {letter for letter in letters if ord(letter) in known}
