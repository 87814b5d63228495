"""A report as blocks in the order of reading: each format only has to lay them out."""

from __future__ import annotations

from dataclasses import dataclass

from estimator.report.blocks import Lines, Sheet
from estimator.report.charts.chart import Chart


@dataclass(frozen=True)
class Card:
    """One number that the reader came for: its name, the number, and a note on it."""

    name: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Cards:
    """Numbers side by side."""

    cards: tuple[Card, ...]


Block = Cards | Lines | Sheet | Chart


@dataclass(frozen=True)
class Section:
    """A part of the report under a heading; `name` is its anchor."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Answer:
    """A question of the reader, and its answer in a few lines."""

    question: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class FirstPage:
    """What stands above all folded parts.

    Attributes
    ----------
    cards : tuple of Card
        Three numbers.
    chart : Chart or None
    """

    cards: tuple[Card, ...]
    chart: Chart | None


@dataclass(frozen=True)
class Document:
    """The whole report.

    Attributes
    ----------
    title, subtitle : str
        What it is of.
    status : str
        ``on budget``, ``at risk``, ``over budget`` or ``no budget``.
    verdict : str
        The month against the budget and the months ahead, in a few sentences.
    answers : tuple of Answer
        Why, what changed, what to do.
    beside : tuple of str
        What stands directly under it: the other interpretation.
    sections : tuple of Section
    first : FirstPage
        What its reader came for, out of the sections.
    """

    title: str
    subtitle: str
    status: str
    verdict: str
    answers: tuple[Answer, ...]
    beside: tuple[str, ...]
    sections: tuple[Section, ...]
    first: FirstPage
