"""HTML, Markdown and JSON say one verdict."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from tests.acceptance.verdicts.reports import (
    Line,
    budget,
    days,
    inventory,
    report,
    whole,
)

MONTH = "2026-09"
CASES: dict[str, tuple[str, list[Line] | None]] = {
    "a forecast only": (inventory(budgets=budget(11)), None),
    "over": (inventory(budgets=budget(9.5)), whole(MONTH)),
    "ten days": (inventory(budgets=budget(9.5)), days(MONTH, 1, 10)),
    "outside": (inventory("{low: 50000, high: 200000}", budget(100)), whole(MONTH, 33_333)),
    "no budget": (inventory(), days(MONTH, 1, 10)),
}


@pytest.mark.parametrize("case", CASES)
def test_one_verdict(tmp_path: Path, case: str) -> None:
    """The sentence of JSON stands in the page and in Markdown, word for word."""
    text, lines = CASES[case]
    out = report(tmp_path, text, MONTH, lines)
    words = html.unescape(re.sub(r"<[^>]*>", " ", out.page()))
    squeezed = re.sub(r"\s+", " ", words)
    first = re.split(r"(?<=[a-z%)])[.:;] ", out.sentence)[0]
    assert first in squeezed
    for amount in re.findall(r"USD [\d.,]*\d", out.sentence):
        assert amount in squeezed or amount.removeprefix("USD ") in squeezed
    if case == "over":
        assert "on budget" not in squeezed[: squeezed.index(first) + 400].lower()
