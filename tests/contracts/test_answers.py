"""What holds for the answer of every command, in every format."""

from __future__ import annotations

import csv
import html
import io
import itertools
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from estimator.frames import FRAMES
from tests.acceptance.commands import Run, kmscost, write
from tests.contracts.commands import ANSWERS, FORMATS, ORGANIZATION, SPAN, WITH_COST, write_folder

_TEXTS = ("table", "markdown", "html")
# the frame of CSV, where the whole frame is asked for
_FRAMES = {
    "charges": ("forecast", "i.yaml", *SPAN, "--by", "all"),
    "events": ("forecast", "i.yaml", *SPAN, "--by", "event"),
    "budget_use": ("forecast", "i.yaml", *SPAN, "--by", "budget"),
    "quotas": ("forecast", "i.yaml", *SPAN, "--by", "quota"),
    "quantiles": ANSWERS["simulate"],
    "comparison": ("compare", "i.yaml", "scenarios.yaml", *SPAN, "--by", "all"),
    "reconciliation": ANSWERS["reconcile"],
    "changes": ANSWERS["calibrate"],
    "backtest": ANSWERS["backtest"],
    "advice": ANSWERS["advise"],
    "attribution": ANSWERS["attribute"],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organization and all that the commands read."""
    return write_folder(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def runs(folder: Path) -> dict[tuple[str, str], Run]:
    """Every command in every format, run once."""
    return {
        (name, form): kmscost(*arguments, "--format", form, cwd=folder)
        for name, arguments in ANSWERS.items()
        for form in FORMATS
    }


def plain(text: str, form: str) -> str:
    """The text that a reader sees of a format."""
    if form == "html":
        body = re.sub(r"<head>.*?</head>", "", text, flags=re.DOTALL)
        return html.unescape(re.sub(r"<[^>]*>", " ", body))
    if form == "markdown":
        return re.sub(r"\\(.)", r"\1", text).replace("\N{WORD JOINER}", "").replace("|", " ")
    return text


def numbers(text: str) -> Counter[str]:
    """The numbers and months of a text."""
    return Counter(re.findall(r"(?<![\w.,-])[+-]?\d[\d,.-]*\d|(?<![\w.,-])\d(?!\w)", text))


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_every_format(name: str, runs: dict) -> None:
    """Exit 0 and something on stdout; JSON and CSV are what they are called."""
    for form in FORMATS:
        run = runs[name, form]
        assert run.code == 0, (form, run.text)
        assert run.out.strip(), form
    assert isinstance(json.loads(runs[name, "json"].out), dict)
    header, *rows = csv.reader(io.StringIO(runs[name, "csv"].out))
    assert rows
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_formats_for_people_say_the_same_numbers(name: str, runs: dict) -> None:
    """Each number of the table is in Markdown and HTML, digit for digit."""
    table = numbers(plain(runs[name, "table"].out, "table"))
    for form in ("markdown", "html"):
        other = numbers(plain(runs[name, form].out, form))
        missing = {number for number in table if number not in other}
        assert not missing, form


@pytest.mark.parametrize("name", WITH_COST)
def test_the_other_interpretation_stands_beside_every_cost(name: str, runs: dict) -> None:
    """The cost if AWS does not charge CloudTrail's own writes is said, on stdout or beside."""
    for form in FORMATS:
        text = " ".join(runs[name, form].text.split())
        # a sentence for people, a column in tables and JSON
        assert "AWS does not charge CloudTrail" in text or "exempt" in text, form


@pytest.mark.parametrize("name", ANSWERS)
def test_notices_are_beside_tables_and_inside_documents(name: str, runs: dict) -> None:
    """A notice is on stderr where the format holds none, else in the format: once, never lost."""
    notes = [
        line.removeprefix("note: ")
        for line in runs[name, "table"].err.splitlines()
        if line.startswith("note: ")
    ]
    beside_all = runs[name, "markdown"].err
    for form in ("markdown", "html"):
        text = " ".join(plain(runs[name, form].out, form).split())
        for note in notes:
            if f"note: {note}" not in beside_all:
                assert " ".join(note.split()) in text, (form, note)
    csv_notes = runs[name, "csv"].err
    for note in notes:
        assert note in csv_notes


@pytest.mark.parametrize(
    ("name", "form"), [*zip(ANSWERS, itertools.cycle(["table", "csv"]), strict=False)]
)
def test_quiet_keeps_stderr_for_errors(name: str, form: str, folder: Path, runs: dict) -> None:
    """--quiet: the same answer, and nothing beside it."""
    run = kmscost(*ANSWERS[name], "--format", form, "--quiet", cwd=folder)
    assert run.err == ""
    assert run.out == runs[name, form].out


@pytest.mark.parametrize("frame", _FRAMES)
def test_csv_has_the_declared_columns(frame: str, folder: Path, runs: dict) -> None:
    """The header is that of estimator.frames, in its order, as far as the frame was asked for."""
    names = {arguments: name for name, arguments in ANSWERS.items()}
    known = names.get(_FRAMES[frame])
    run = runs[known, "csv"] if known else kmscost(*_FRAMES[frame], "-f", "csv", cwd=folder)
    header = next(csv.reader(io.StringIO(run.out)))
    declared = [column.name for column in FRAMES[frame]]
    assert [name for name in header if name not in declared] == []
    assert header == [name for name in declared if name in header]


@pytest.mark.parametrize("name", ["forecast", "explain", "compare", "advise", "reconcile"])
def test_the_order_of_the_inventory_does_not_matter(
    name: str, folder: Path, tmp_path: Path, runs: dict
) -> None:
    """Accounts, keys, trails, readers and budgets the other way round: the same answer.

    But for simulate, which deals its draws in the order of the ranges.
    """
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    head, *sections = re.split(r"^(?=\w+:\n)", ORGANIZATION, flags=re.MULTILINE)
    turned = []
    for section in sections:
        title, *rest = section.splitlines(keepends=True)
        items = [line for line in rest if line.startswith("  - ")]
        others = [line for line in rest if not line.startswith("  - ")]
        turned.append("".join([title, *reversed(items), *others]))
    write(tmp_path, head + "".join(turned), "i.yaml")
    after = kmscost(*ANSWERS[name], "--format", "json", cwd=tmp_path).out
    assert _totals(runs[name, "json"].out) == pytest.approx(_totals(after), rel=1e-9)


def _totals(text: str) -> dict[str, float]:
    """The numbers of an answer that are sums of all of it."""
    answer = json.loads(text)
    totals = answer.get("totals") or answer.get("mean") or answer
    totals = answer["base"]["totals"] if "base" in answer else totals
    return {name: number for name, number in totals.items() if isinstance(number, float)}


@pytest.mark.parametrize("number", ["0.001", "1", "123456.789", "999999999999999"])
def test_numbers_of_every_size_print_whole_in_every_width(
    number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gets a day from 1e-3 to 1e15: the widest table and the narrowest have the same numbers."""
    write(tmp_path, ORGANIZATION.replace("gets_per_day: 500", f"gets_per_day: {number}"), "i.yaml")
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = numbers(kmscost("forecast", "i.yaml", *SPAN, cwd=tmp_path).out)
    for columns in (40, 80, 200):
        monkeypatch.setenv("COLUMNS", str(columns))
        narrow = numbers(kmscost("forecast", "i.yaml", *SPAN, cwd=tmp_path).out)
        assert [found for found in wide if found not in narrow] == [], columns
    assert not re.search(r"\d[eE][+-]\d", " ".join(wide))


@pytest.mark.parametrize("name", ["explain", "simulate", "compare", "advise", "reconcile"])
def test_so_they_do_in_every_answer_about_an_inventory(
    name: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1e15 gets a day: 40 columns have the numbers of a page without a limit, and none is wider."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    huge = ORGANIZATION.replace("gets_per_day: 500", "gets_per_day: 999999999999999")
    write(tmp_path, huge, "i.yaml")
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = numbers(kmscost(*ANSWERS[name], cwd=tmp_path).out)
    monkeypatch.setenv("COLUMNS", "40")
    narrow = kmscost(*ANSWERS[name], cwd=tmp_path).out
    assert [found for found in wide if found not in numbers(narrow)] == []
    # what is copied into a shell stays on one line
    commands = ("    kmscost ", "    aws ", "    # ")
    long = [line for line in narrow.splitlines() if len(line) > 40]
    assert [line for line in long if not line.startswith(commands)] == []
