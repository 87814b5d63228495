"""Answers as text: one renderer for every format of every command."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, assert_never

from estimator.report.formats.json_and_csv import frame_csv, to_json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from estimator.report.answers import Answer

__all__ = ["Format", "notes_beside", "render"]


class Format(StrEnum):
    """The format of an answer."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"
    html = "html"


def render(
    answer: Answer[Any], form: Format, width: int | None = None, details: bool = True
) -> RenderableType | str:
    """Return the answer in a format.

    Parameters
    ----------
    answer : Answer
    form : Format
    width : int, optional
        Columns of the terminal that a table is for; None is no limit. [column]
    details : bool
        Whether a table shows what its reader did not ask for; other formats fold it away.
    """
    if form is Format.json:
        return to_json(answer.data())
    if form is Format.csv:
        return frame_csv(answer.frame())
    # each is imported when asked for: JSON of a measurement is written before rich is loaded
    if form is Format.markdown:
        from estimator.report.formats.markdown import answer_markdown

        return answer_markdown(answer)
    if form is Format.html:
        from estimator.report.formats.html import answer_html

        return answer_html(answer)
    if form is Format.table:
        from estimator.report.formats.terminal import answer_table

        return answer_table(answer, width, details)
    assert_never(form)


def notes_beside(answer: Answer[Any], form: Format) -> tuple[str, ...]:
    """Return what goes to stderr beside a format: all that the format itself does not hold."""
    if form in (Format.json, Format.markdown, Format.html):
        return ()
    # a format that nobody named here holds its data alone: nothing of the rest is lost
    return answer.notices if form is Format.table else (*answer.notices, *answer.lines())
