"""What holds for every command that reads and writes files."""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import kmscost, write
from tests.command_pages import all_commands
from tests.contracts.commands import ANSWERS, ELSEWHERE, FILES, write_folder
from tests.real_data import ROOT

# of each command the names of its arguments and options
PARAMETERS = {
    command.name: set(inspect.signature(command.function).parameters)
    for command in all_commands()
    if command.function is not None
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small organization and all that the commands read."""
    return write_folder(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def printed(folder: Path) -> Callable[..., str]:
    """What stdout gets of a command line, each run once."""

    @functools.cache
    def run(*arguments: str) -> str:
        return kmscost(*arguments, cwd=folder).out

    return run


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_what_stdout_would_be(
    name: str, folder: Path, tmp_path: Path, printed: Callable[..., str]
) -> None:
    """--output writes the bytes that stdout gets of the same format, and nothing to stdout."""
    arguments, ending = FILES[name]
    output = tmp_path / f"out{ending}"
    run = kmscost(*arguments, "--output", str(output), cwd=folder)
    assert run.code == 0, run.text
    assert run.out == ""
    form = {".json": "json", ".csv": "csv", ".html": "html", ".svg": "svg", ".yaml": "yaml"}
    chosen = () if not _has_format(name) else ("--format", form[ending])
    assert output.read_bytes().decode() == printed(*arguments, *chosen)
    assert [path.name for path in tmp_path.iterdir()] == [output.name]


def _has_format(name: str) -> bool:
    return "form" in PARAMETERS[name]


def test_every_command_that_writes_is_here() -> None:
    """A new command is held to all of this: it is in tests/contracts/commands.py, or why not."""
    writing = {name for name, parameters in PARAMETERS.items() if "output" in parameters}
    assert writing - {*FILES, *ELSEWHERE} == set(), "add it to tests/contracts/commands.py"
    assert {*FILES, *ELSEWHERE} <= writing


@pytest.mark.parametrize("name", FILES)
def test_an_ending_that_says_no_format_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    """report.docx is no table of text: exit 2, what would do, and no file; --format is stronger."""
    arguments, ending = FILES[name]
    output = tmp_path / "out.docx"
    run = kmscost(*arguments, "--output", str(output), cwd=folder)
    assert run.code == 2
    assert "--output: found 'out.docx'" in run.err
    assert ending in run.err
    assert not output.exists()
    if not _has_format(name):
        return
    form = {".yaml": "yaml", ".svg": "svg", ".html": "html", ".csv": "csv", ".json": "json"}[ending]
    run = kmscost(*arguments, "--output", str(output), "--format", form, cwd=folder)
    assert run.code == 0, run.text
    assert output.stat().st_size


@pytest.mark.parametrize("name", FILES)
def test_a_dash_is_stdout(name: str, folder: Path, printed: Callable[..., str]) -> None:
    """--output - is as if it were not there."""
    arguments, _ = FILES[name]
    assert kmscost(*arguments, "-o", "-", cwd=folder).out == printed(*arguments)


@pytest.mark.parametrize("name", FILES)
def test_what_is_read_is_not_written_over(name: str, folder: Path) -> None:
    """An output that is one of the inputs is refused, and the input stays as it was."""
    arguments, _ = FILES[name]
    forms = ("--format", "json") if _has_format(name) and name != "plot" else ()
    for path in map(folder.joinpath, arguments):
        if not path.is_file() or (name == "calibrate" and path.suffix == ".yaml"):
            continue
        before = path.read_bytes()
        run = kmscost(*arguments, *forms, "--output", path.name, cwd=folder)
        assert run.code == 2, (path, run.text)
        assert "a file that the command reads" in run.err or "whose ending" in run.err
        assert path.read_bytes() == before


def test_a_history_that_is_not_there_yet_is_no_output(folder: Path) -> None:
    """It would be written twice: refused before anything is."""
    once = ("report", "organization.yaml", "--history", "new.json", "--output", "new.json")
    run = kmscost(*once, cwd=folder)
    assert (run.code, "a file that the command reads" in run.err) == (2, True), run.text
    assert not (folder / "new.json").exists()


def test_a_log_in_a_folder_is_not_written_over(folder: Path) -> None:
    """What a folder is searched for is an input too; an answer of before, in it, is replaced."""
    log = next(path for path in sorted((folder / "logs").rglob("*.json.gz")))
    before = log.read_bytes()
    command = ("measure", "cloudtrail", "logs", "--format", "json", "--output")
    run = kmscost(*command, str(log), cwd=folder)
    assert (run.code, log.read_bytes() == before) == (2, True), run.text
    for _ in range(2):
        assert kmscost(*command, "logs/october.json", cwd=folder).code == 0
    (folder / "logs" / "october.json").unlink()


def test_what_an_input_names_is_an_input(tmp_path: Path) -> None:
    """Accounts that an inventory names, and data that a manifest names, are read with it."""
    accounts, bill = tmp_path / "more.csv", tmp_path / "r-1.csv"
    accounts.write_text("id,name\n222222222222,prod\n", encoding="utf-8")
    shutil.copy(ROOT / "examples" / "bill.csv", bill)
    listed = '{id: "111122223333", regions: [us-east-1]}, {file: more.csv, regions: [us-east-1]}'
    write(
        tmp_path,
        f"""\
version: 1
accounts: [{listed}]
keys: [{{id: logs, region: us-east-1}}]
trails: [{{name: org, key: logs}}]
""",
        "i.yaml",
    )
    write(tmp_path, '{"account": "1", "bucket": "b", "reportKeys": ["r/r-1.csv"]}', "m.json")
    (tmp_path / "link.csv").symlink_to(accounts)
    for path, arguments in (
        (accounts, ("forecast", "i.yaml", "-o", "more.csv")),
        (accounts, ("compare", "i.yaml", "i.yaml", "--months", "1", "-o", "link.csv")),
        (accounts, ("export", "focus", "i.yaml", "-o", "./more.csv")),
        (bill, ("measure", "bill", "m.json", "-o", "r-1.csv")),
        (bill, ("reconcile", "i.yaml", "m.json", "--month", "2026-10", "-o", "r-1.csv")),
    ):
        before = path.read_bytes()
        run = kmscost(*arguments, cwd=tmp_path)
        assert (run.code, "a file that the command reads" in run.err) == (2, True), run.text
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("command", "form"),
    [
        (("discover", "terraform", "plan.json", "--merge"), "json"),
        (("calibrate", "--force", "logs"), "csv"),
    ],
)
def test_an_inventory_is_replaced_by_an_inventory_alone(
    command: tuple[str, ...], form: str, folder: Path, tmp_path: Path
) -> None:
    """What changed in it, as JSON or CSV, does not take its place; the YAML does."""
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    own = tmp_path / "starter.yaml"
    before = own.read_bytes()
    place = (
        (*command[:-1], "starter.yaml", *command[-1:]) if form == "csv" else (*command, own.name)
    )
    run = kmscost(*place, "--format", form, "-o", own.name, cwd=tmp_path)
    assert (run.code, own.read_bytes() == before) == (2, True), run.text
    assert kmscost(*place, "-o", own.name, cwd=tmp_path).code == 0
    assert own.read_bytes() != before


@pytest.mark.parametrize("name", FILES)
def test_a_failure_leaves_the_file_as_it_was(name: str, folder: Path, tmp_path: Path) -> None:
    """Exit 1 names the file that is missing; the old output is whole, nothing lies beside it."""
    arguments, ending = FILES[name]
    if not any((folder / argument).exists() for argument in arguments):
        pytest.skip("reads no file")
    missing = [f"no-{part}" if (folder / part).exists() else part for part in arguments]
    output = tmp_path / f"out{ending}"
    output.write_text("before")
    run = kmscost(*missing, "--output", str(output), cwd=folder)
    assert run.code == 1, run.text
    assert "no-" in run.err
    assert "expected" in run.err
    assert output.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


@contextlib.contextmanager
def piped_in(text: str) -> Iterator[None]:
    """Let this process have a pipe with a text as its standard input."""
    before = os.dup(0)
    reading, writing = os.pipe()

    def write_all() -> None:  # a pipe holds 64 KB
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(text.encode())

    try:
        threading.Thread(target=write_all, daemon=True).start()
        os.dup2(reading, 0)
        yield
    finally:
        os.dup2(before, 0)
        os.close(before)
        os.close(reading)


@pytest.mark.parametrize("name", ["forecast", "explain", "simulate", "reconcile", "compare"])
def test_a_dash_is_stdin(name: str, folder: Path, printed: Callable[..., str]) -> None:
    """An inventory from a pipe gives the answer of the file: only its name differs."""
    arguments = ["-" if part == "i.yaml" else part for part in ANSWERS[name]]
    text = (folder / "i.yaml").read_text(encoding="utf-8")
    with piped_in(text):
        piped = kmscost(*arguments, cwd=folder)
    assert piped.code == 0, piped.text
    assert piped.out.replace("/dev/stdin", "i.yaml").split() == printed(*ANSWERS[name]).split()


@pytest.mark.parametrize(
    ("name", "file"),
    [("reconcile", "bill.csv"), ("attribute", "measured.json"), ("rates diff", "b.yaml")],
)
def test_so_is_what_has_to_be_recognized(
    name: str, file: str, folder: Path, printed: Callable[..., str]
) -> None:
    """A pipe is read once, a bill's beginning twice: the answer is that of the file."""
    arguments = ["-" if part == file else part for part in ANSWERS[name]]
    with piped_in((folder / file).read_text(encoding="utf-8")):
        piped = kmscost(*arguments, cwd=folder)
    assert piped.code == 0, piped.text
    assert piped.out.replace("/dev/stdin", file).split() == printed(*ANSWERS[name]).split()


@pytest.mark.parametrize("argument", [("--bill", ""), ("--bill=",), ("--rates", "")])
def test_an_empty_argument_is_no_path(argument: tuple[str, ...], folder: Path) -> None:
    """A variable of the shell that is not set would be the folder one happens to be in."""
    run = kmscost("attribute", "measured.json", *argument, cwd=folder)
    assert (run.code, run.out) == (2, "")
    assert f"{argument[0].rstrip('=')}: found ''" in run.err
