"""A comparison as a comment on a pull request: the verdict first, details folded away."""

from __future__ import annotations

import html

from estimator.report.compared import (
    changes_said,
    difference,
    effects_sheet,
    money_difference,
    months_sheet,
    relative_difference,
    summary_lines,
    summary_sheet,
)
from estimator.report.markdown import escape, table_markdown
from estimator.scenarios import Comparison
from estimator.scenarios.comparison import Limit

_MOST_DETAILS = 10  # a comment on GitHub holds 65,536 characters


def comparison_markdown(
    told: Comparison, limit: Limit | None = None, over: str | None = None
) -> str:
    """Fit for a comment on a pull request: the verdict, the totals, all else folded away."""
    parts = [verdict(told)]
    if over is not None:
        parts.append(f"**Over the limit:** {escape(over)}")
    elif limit is not None:
        parts.append(f"Within the limit of {escape(limit.text)}.")
    parts.append(table_markdown(summary_sheet(told)))
    parts.append("\n".join(f"- {escape(line)}" for line in summary_lines(told)))
    largest = sorted(told.others, key=lambda one: -abs(told.difference(one)))[:_MOST_DETAILS]
    for other in largest:
        changes = [f"- {escape(line)}" for line in changes_said(told, other)]
        inside = [
            "\n".join(changes),
            table_markdown(effects_sheet(told, other)),
            table_markdown(months_sheet(told, other)),
        ]
        parts.append(_folded(f"{other.name}: why, and month by month", inside))
    more = len(told.others) - len(largest)
    if more:
        parts.append(
            f"Details of the {len(largest)} with the largest effect; {more} more are left out."
        )
    if told.notices:
        notices = "\n".join(f"- {escape(line)}" for line in told.notices)
        parts.append(_folded("Notices", [notices]))
    return "\n\n".join(parts) + "\n"


def _folded(title: str, inside: list[str]) -> str:
    body = "\n\n".join(filter(None, inside))
    # a blank line lets Markdown begin again inside of HTML
    return f"<details><summary>{html.escape(title)}</summary>\n\n{body}\n\n</details>"


def verdict(told: Comparison) -> str:
    """The whole answer in one line."""
    said = []
    for other in told.others[:3]:
        base, after = told.base.totals[told.cost], other.totals[told.cost]
        if not difference(base, after):
            said.append(f"**{escape(other.name)}: no difference in cost**")
            continue
        change = f"{told.currency} {money_difference(base, after)}"
        relative = relative_difference(base, after)
        why = told.reason(other)
        mostly = f", mostly because of {escape(why)}" if why else ""
        change += f" ({relative})" if relative else ""
        said.append(f"**{escape(other.name)}: {change} over {told.span}**{mostly}")
    more = len(told.others) - len(said)
    return "KMS because of CloudTrail. " + "; ".join(said) + (f"; and {more} more" if more else "")
