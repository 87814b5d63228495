"""Figures as files that carry their letters as shapes: PNG and PDF."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from estimator.report.charts.fonts import without_font_log

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def png_bytes(figure: Figure) -> bytes:
    """A figure as PNG, on white, twice as many pixels as a page shows."""
    return _save(figure, "png", {"Software": None}, dpi=144)


def pdf_bytes(figure: Figure, title: str = "") -> bytes:
    """A figure as PDF, on white; its text can be searched and copied."""
    # without a date: the same figure, the same bytes
    metadata = {"CreationDate": None, "Producer": None, "Creator": "kmscost", "Title": title}
    return _save(figure, "pdf", metadata)


def _save(figure: Figure, form: str, metadata: dict[str, str | None], dpi: int = 72) -> bytes:
    from matplotlib import rc_context

    stream = io.BytesIO()
    with rc_context({"pdf.fonttype": 42}), without_font_log(), warnings.catch_warnings():
        # the caller says which letters no font has
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        before = figure.patch.get_alpha()
        figure.patch.set_alpha(1.0)
        figure.savefig(stream, format=form, dpi=dpi, facecolor="white", metadata=metadata)
        figure.patch.set_alpha(before)
    return stream.getvalue()
