"""The report as Markdown, without charts: for a wiki or a mail of plain text."""

from __future__ import annotations

from estimator.report.blocks import Lines, Sheet
from estimator.report.formats.markdown import escape, lines_markdown, table_markdown
from estimator.report.monthly.document import Block, Cards, Document


def write_markdown(document: Document) -> str:
    """Verdict, sections, tables; in place of a chart what it says."""
    parts = [
        f"# {escape(document.title)}",
        escape(document.subtitle),
        f"**{escape(document.verdict)}**",
    ]
    parts += [
        f"**{escape(answer.question)}** {escape(' '.join(answer.lines))}"
        for answer in document.answers
    ]
    parts += [escape(line) for line in document.beside]
    for section in document.sections:
        parts.append(f"## {escape(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Cards):
        rows = tuple((card.name, card.note, card.value, card.unit) for card in block.cards)
        return table_markdown(Sheet("In short", ("", "of what", "amount", "unit"), rows, 2))
    if isinstance(block, Lines):
        return lines_markdown(block)
    if isinstance(block, Sheet):
        return table_markdown(block)
    return f"*{escape(block.title)}: {escape(block.description)}*"
