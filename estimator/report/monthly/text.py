"""The report as Markdown, without charts: for a wiki or a mail of plain text."""

from __future__ import annotations

from estimator.report.blocks import Sheet
from estimator.report.monthly.document import Block, Cards, Document, Said
from estimator.report.text.markdown import escape, table_markdown


def markdown(told: Document) -> str:
    """Verdict, sections, tables; in place of a chart what it says."""
    parts = [f"# {escape(told.title)}", escape(told.subtitle), f"**{escape(told.verdict)}**"]
    parts += [escape(line) for line in told.beside]
    for section in told.sections:
        parts.append(f"## {escape(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return "\n\n".join(one for one in parts if one) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Cards):
        rows = tuple((one.name, one.said, one.value, one.unit) for one in block.cards)
        return table_markdown(Sheet("In short", ("", "of what", "amount", "unit"), rows, 2))
    if isinstance(block, Said):
        dash = "- " if block.is_list else ""
        title = f"**{escape(block.title)}**\n\n" if block.title else ""
        return title + ("\n" if block.is_list else "\n\n").join(
            f"{dash}{escape(line)}" for line in block.lines
        )
    if isinstance(block, Sheet):
        return table_markdown(block)
    return f"*{escape(block.title)}: {escape(block.description)}*"
