"""What a draft answers: its questions, the changes of a merge, its text."""

from __future__ import annotations

from collections.abc import Iterable

from estimator.discovery.drafting import Draft
from estimator.report.answers import Answer
from estimator.report.blocks import Block, Command, Details, Lines, Sheet


class DraftAnswer(Answer[Draft]):
    """An inventory drafted from a description of an estate."""

    @property
    def headline(self) -> str:
        """How many of what, and how many questions."""
        return repr(self.result)[1:-1]

    def blocks(self) -> Iterable[Block]:
        """The questions, what each source saw, the changes; then the text."""
        draft = self.result
        if draft.todo:
            rows = tuple((todo.at, todo.question) for todo in draft.todo)
            yield Sheet("To be answered", ("place", "TODO"), rows, numbers=0)
        if draft.coverage:
            seen = tuple(
                (each.section, each.source, each.seen, "; ".join(each.reasons))
                for each in draft.coverage
            )
            yield Sheet("What was seen", ("of", "source", "seen", "reasons"), seen, numbers=0)
        if draft.changes:
            yield Sheet("Changes", ("change",), tuple((str(c),) for c in draft.changes), numbers=0)
        yield Details("The inventory", (Lines("", (Command(draft.text),)),))
