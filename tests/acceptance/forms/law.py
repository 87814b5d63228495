"""The law that every form obeys: the known counts, or a refusal that names the file; never else.

Commands run inside this process, so that a hundred forms take seconds. A result is right when it is
one of these:

- exit 0, the known counts and nothing skipped;
- exit 0, the counts of the rest, and an entry of `skipped` names what was left out;
- exit 1, nothing on stdout, and the message names the file and the form, where it has a name.

A traceback is never right.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.commands import kmscost
from tests.acceptance.forms import known_log
from tests.acceptance.forms.form import Form


@dataclass(frozen=True)
class Outcome:
    """What a command answered."""

    code: int
    answer: dict[str, Any]
    message: str

    @property
    def skipped(self) -> list[dict[str, str]]:
        """Return what the command says that it left out."""
        return list(self.answer.get("skipped", []))


def measured(source: str, *paths: Path, strict: bool = False) -> Outcome:
    """Run `kmscost measure SOURCE PATHS --format json` and return what it answered."""
    options = ["--strict"] if strict else []
    arguments = ["measure", source, *map(str, paths), "--format", "json", *options]
    run = kmscost(*arguments, cwd=paths[0].parent)
    assert run.code in {0, 1}, f"exit {run.code}: {run.err}"
    if run.code:
        assert not run.out.strip(), "a refusal answers nothing"
        return Outcome(run.code, {}, run.err)
    return Outcome(0, json.loads(run.out), run.err)


def log(*paths: Path) -> Outcome:
    """Run `kmscost measure cloudtrail PATHS --format json`."""
    return measured("cloudtrail", *paths)


def assert_exact(outcome: Outcome, *, times: int = 1) -> None:
    """Hold the answer to all that is known of the log: counts, rows, hours, nothing left out."""
    assert outcome.code == 0, f"refused: {outcome.message}"
    assert_counts(outcome, times=times)
    assert outcome.skipped == [], "an exact form leaves nothing out"
    keys = ("cause", "operation", "billed_account", "key", "trail", "reader")
    rows: Counter[tuple[str, ...]] = Counter()
    for row in outcome.answer["rows"]:
        rows[tuple(str(row[key]) for key in keys)] += round(row["quantity"])
    named = [row for row in known_log.ROWS if row[0] != "other"]
    assert {row: rows[row] for row in named} == {row: known_log.ROWS[row] * times for row in named}
    assert outcome.answer["failed"]["calls"] == known_log.FAILED * times
    assert hours(outcome) == known_log.HOURS


def assert_counts(outcome: Outcome, *, times: int = 1) -> None:
    """Hold the answer to the known counts by cause and by operation."""
    totals = outcome.answer["totals"]
    assert totals["by_cause"] == {key: n * times for key, n in known_log.BY_CAUSE.items()}
    assert totals["by_operation"] == {key: n * times for key, n in known_log.BY_OPERATION.items()}


def assert_refused(outcome: Outcome, path: Path, *words: str) -> None:
    """Hold a refusal to its words: the file's name, and one of the form's."""
    assert outcome.code == 1, f"not refused: {outcome.answer.get('totals')}"
    assert path.name in outcome.message, f"{path.name} is not named in: {outcome.message}"
    _assert_named(outcome.message.replace(str(path), ""), words)


def assert_lawful(outcome: Outcome, path: Path, *words: str) -> None:
    """Hold the answer about one file to the law: the known counts, or its refusal."""
    if outcome.code:
        assert_refused(outcome, path, *words)
    else:
        assert_counts(outcome)
        assert hours(outcome) in (known_log.HOURS, []), "it covers hours that it has not"
        if not hours(outcome):  # requests without a day are not understood: that is no secret
            notices = " ".join(outcome.answer["notices"])
            assert any(word in notices for word in ("time", "day ", "days ")), "no word of it"


def assert_rest(outcome: Outcome, left_out: Path, *words: str) -> None:
    """Hold the answer about a whole file and a damaged one: once the counts, the other is named."""
    assert outcome.code == 0, f"the good file is lost: {outcome.message}"
    assert_counts(outcome)
    entries = [entry for entry in outcome.skipped if left_out.name in entry["path"]]
    assert entries, f"{left_out.name} is not named in {outcome.skipped}"
    _assert_named(" ".join(entry["reason"] for entry in entries), words)


def hours(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """Return the covered hours by account and Region."""
    return [
        (stream["account"], stream["region"], stream["from"], stream["until"])
        for stream in outcome.answer["coverage"]["streams"]
    ]


def _assert_named(text: str, words: tuple[str, ...]) -> None:
    lowered = text.lower()
    if words:
        assert any(word.lower() in lowered for word in words), f"none of {words} in: {text}"


def assert_form(form: Form, folder: Path) -> None:
    """Write the form's file and hold what is made of it to the law."""
    path = folder / form.file
    path.write_bytes(form.content)
    outcome = log(path)
    if form.lost:
        assert_refused(outcome, path, *form.words)
    elif form.exact and not (outcome.code and form.words):
        assert_exact(outcome)
    else:
        assert_lawful(outcome, path, *form.words)
