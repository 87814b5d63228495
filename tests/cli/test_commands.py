"""The commands: formats, files, exit codes, start-up."""

import csv
import datetime
import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from estimator import forecast
from estimator.cli import app
from estimator.cli.application import COMMANDS, NAMES
from tests.real_data import ROOT

EXAMPLE = str(ROOT / "examples" / "organization.yaml")

LINES = {name: line for group in COMMANDS.values() for name, line in group.items()}


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def python(code):
    """Run code in a fresh interpreter and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


@pytest.mark.parametrize("options", [["--help"], ["--version"], ["-h"]])
def test_help_and_version_import_no_pandas(options):
    """Help and version come at once: neither pandas nor pydantic is loaded."""
    code = (
        "import sys\n"
        "from estimator.cli import app\n"
        f"try: app({options})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'yaml', 'matplotlib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    assert python(code)


def test_import_estimator_is_light():
    """`import estimator` loads nothing that takes time."""
    code = (
        "import sys, estimator; print({'pandas', 'numpy', 'pydantic', 'typer'} & set(sys.modules))"
    )
    assert python(code).strip() == "set()"


def test_functions_win_over_modules_of_their_name():
    """`from estimator import forecast` is the function, whatever was imported before."""
    firsts = (
        "import estimator.forecasting",
        "from estimator.forecasting import Forecast",
        "import estimator.cli",
        "import estimator.report.formats.terminal",
        "from estimator.report import blocks",
    )
    then = (
        "from estimator import explain, forecast, report\n"
        "print(callable(forecast), callable(explain), callable(report))\n"
    )
    code = "".join(f"{first}\n{then}" for first in firsts)
    assert python(code).splitlines() == ["True True True"] * len(firsts)


@pytest.mark.parametrize("command", NAMES)
def test_every_command_has_help_with_an_example(command):
    """Each command's help begins with its line in the list, and shows an example."""
    answer = kmscost(command, "--help")
    assert answer.exit_code == 0
    assert " ".join(LINES[command].split()) in " ".join(answer.stdout.split())
    assert "Example: kmscost" in answer.stdout


@pytest.mark.parametrize("command", ["discover", "export", "measure", "rates"])
def test_a_list_of_commands_cuts_no_line(command):
    """Each line ends as it is written: "for an inventory." and not "for an...", on any terminal."""
    answer = CliRunner().invoke(app, [command, "--help"], terminal_width=40)
    commands = answer.stdout.partition("Commands:")[2].partition("Example:")[0]
    assert "..." not in commands
    assert commands.rstrip().endswith(".")
    if command == "rates":
        assert "what it means in money for an inventory." in " ".join(commands.split())


def test_a_misspelt_command_is_a_usage_error():
    """The nearest command is named, exit 2."""
    answer = kmscost("forcast")
    assert answer.exit_code == 2
    assert "Did you mean forecast?" in answer.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "2026-13"],
        ["--from", "November"],
        ["--months", "0"],
        ["--months", "100000"],
        ["--by", "nothing"],
        ["--discount", "ten"],
        ["--discount", "110%"],
        ["--format", "xml"],
    ],
)
def test_options_without_sense_are_usage_errors(options):
    """Exit 2, one line that says what was expected, no traceback."""
    answer = kmscost("forecast", EXAMPLE, *options)
    assert answer.exit_code == 2
    assert answer.stderr.strip()
    assert not answer.stdout


@pytest.mark.parametrize(
    "command",
    [
        ("rates", "diff", "shipped", "shipped", "--from", "nan"),
        ("rates", "diff", "shipped", "shipped", "--months", "-1"),
        ("plot", EXAMPLE, "--kind", "sankey", "--from", "2026-11", "--months", "-1", "-o", "x.svg"),
        ("measure", "cloudtrail", EXAMPLE, "--master", "local"),
        ("measure", "cloudtrail", "--athena-sql", "--by", "day"),
        ("measure", "cloudtrail", "--athena-sql", "--jobs", "-1"),
        ("measure", "cloudtrail", "--athena-sql", "--engine", "spark"),
        ("measure", "cloudtrail", "--athena-sql", "--strict"),
        ("measure", "cloudtrail", "--athena-sql", "--format", "json"),
    ],
)
def test_options_that_a_command_would_not_use_are_checked_too(command):
    """A wrong value, or one that changes nothing, is exit 2 and no answer."""
    answer = kmscost(*command)
    assert (answer.exit_code, answer.stdout) == (2, "")


def test_output_is_written_whole_or_not_at_all(tmp_path):
    """A failed run leaves the old file as it was, and nothing beside it."""
    target = tmp_path / "forecast.json"
    answer = kmscost("forecast", EXAMPLE, "--format", "json", "-o", target)
    assert answer.exit_code == 0
    assert not answer.stdout
    before = target.read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 2\n", encoding="utf-8")
    assert kmscost("forecast", broken, "--format", "json", "-o", target).exit_code == 1
    assert target.read_text(encoding="utf-8") == before
    assert kmscost("forecast", EXAMPLE, "-o", tmp_path / "no" / "folder").exit_code == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.yaml", "forecast.json"]


def test_output_respects_the_umask(tmp_path):
    """A new file has the rights that any other new file has."""
    target = tmp_path / "forecast.csv"
    kmscost("forecast", EXAMPLE, "--format", "csv", "-o", target)
    plain = tmp_path / "plain"
    plain.touch()
    assert target.stat().st_mode == plain.stat().st_mode


def test_init_never_overwrites_unless_told_to(tmp_path):
    """A second init is refused and leaves the file; --force writes it."""
    target = tmp_path / "inventory.yaml"
    assert kmscost("init", target).exit_code == 0
    target.write_text("mine", encoding="utf-8")
    answer = kmscost("init", target)
    assert answer.exit_code == 1
    assert "--force" in answer.stderr
    assert target.read_text(encoding="utf-8") == "mine"
    assert kmscost("init", target, "--force").exit_code == 0
    assert kmscost("check", target).exit_code == 0


def test_names_stay_text_everywhere(tmp_path):
    """A name that looks like a formula, markup or Markdown is shown and does nothing."""
    name = "=cmd|'[red]*x*"
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\naccounts: [{id: '111122223333'}]\nkeys: [{id: k, region: us-east-1}]\n"
        f'trails: [{{name: "{name}", key: k}}]\n',
        encoding="utf-8",
    )
    options = ("forecast", path, "--from", "2026-11", "--months", "1", "--by", "trail")
    assert name in kmscost(*options).stdout
    rows = list(csv.DictReader(io.StringIO(kmscost(*options, "--format", "csv").stdout)))
    assert f"'{name}" in {row["driver"] for row in rows}
    assert "=cmd\\|'\\[red\\]\\*x\\*" in kmscost(*options, "--format", "markdown").stdout
    assert "<script>" not in forecast(path, "2026-11", 1)._repr_html_()


def test_control_characters_in_names_are_refused(tmp_path):
    """No name can reach a terminal with an escape sequence in it."""
    path = tmp_path / "inventory.yaml"
    path.write_text(
        "version: 1\naccounts: [{id: '111122223333'}]\nkeys: [{id: k, region: us-east-1}]\n"
        'trails: [{name: "\\e[31mred", key: k}]\n',
        encoding="utf-8",
    )
    answer = kmscost("check", path)
    assert answer.exit_code == 1
    assert "\x1b" not in answer.stderr
    assert f"{path}:4: trails[0].name" in answer.stderr


def test_check_lists_problems_as_json(tmp_path):
    """CI can read what is wrong: path, line, at, found, expected, fix; exit 1."""
    path = tmp_path / "inventory.yaml"
    path.write_text("version: 1\nacounts: []\n", encoding="utf-8")
    answer = kmscost("check", path, "--format", "json")
    assert answer.exit_code == 1
    problems = json.loads(answer.stdout)["problems"]
    assert {"path", "line", "at", "found", "expected", "fix"} == set(problems[0])
    assert any("did you mean `accounts`" in problem["fix"] for problem in problems)


def test_a_closed_pipe_ends_quietly():
    """`kmscost ... | head` prints no traceback."""
    command = f"{sys.executable} -m estimator rates show --format yaml | head -1"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("#")


def test_python_m_estimator_is_the_same_command():
    """`python -m estimator` prints what `kmscost` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "estimator", "check", EXAMPLE, "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(ROOT),
    )
    assert done.stdout == kmscost("check", EXAMPLE, "--format", "json").stdout


def test_a_device_or_a_link_stays_what_it_is(tmp_path):
    """--output to a pipe writes into it, to a link writes the file behind it."""
    real, link, pipe = (tmp_path / name for name in ("real.csv", "link.csv", "pipe"))
    real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    assert kmscost("forecast", EXAMPLE, "--format", "csv", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8").startswith("month,")
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True) as reader:
        assert kmscost("forecast", EXAMPLE, "--format", "csv", "-o", pipe).exit_code == 0
        assert reader.communicate(timeout=60)[0].startswith("month,")
    assert pipe.is_fifo()


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is full")
@pytest.mark.parametrize("where", ["--output", "stdout"])
def test_a_full_disk_is_said_and_exits_1(where):
    """No room: one line, exit 1, no traceback."""
    command = [sys.executable, "-m", "estimator", "rates", "show", "--format", "yaml"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [*command, "-o", "/dev/full"] if where == "--output" else command,
            stdout=full if where == "stdout" else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert done.returncode == 1
    assert os.strerror(errno.ENOSPC) in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_hostile_names_reach_no_terminal_raw(tmp_path):
    """Escape sequences in a YAML key are shown as text."""
    path = tmp_path / "inventory.yaml"
    path.write_text('version: 1\n"\\e]0;pwn\\a": 1\n', encoding="utf-8")
    answer = kmscost("check", path)
    assert answer.exit_code == 1
    assert "\x1b" not in answer.stderr
    assert "\\x1b]0;pwn\\x07" in answer.stderr


def test_a_file_that_is_no_account_list_is_not_quoted(tmp_path):
    """An inventory from a stranger cannot print the first line of any file."""
    secret = tmp_path / "secret"
    secret.write_text("root:x:0:0:root:/root\n", encoding="utf-8")
    path = tmp_path / "inventory.yaml"
    path.write_text(f"version: 1\naccounts: [{{file: {secret}}}]\n", encoding="utf-8")
    answer = kmscost("check", path)
    assert answer.exit_code == 1
    assert "root:x" not in answer.stderr


@pytest.mark.parametrize("name", ["bad\udcff.yaml", "x\ny: z.yaml"])
def test_init_writes_a_good_file_under_any_name(tmp_path, name):
    """A strange file name stays out of the YAML: the file passes check."""
    from estimator import check, init

    assert check(init(tmp_path / name)).trails


def test_a_wrong_start_from_python_is_a_usage_error():
    """Whatever is given as the first month, the error is a KmscostError."""
    from estimator import KmscostError

    for start in (202611, "2026-13", datetime.date(9999, 12, 1)):
        with pytest.raises(KmscostError, match="start: found"):
            forecast(EXAMPLE, start)


@pytest.mark.parametrize(
    "option",
    [("--regions", "us-east-1"), ("--merge", "i.yaml"), ("--replace",), ("--profile", "x")],
)
def test_what_a_policy_does_not_heed_is_refused(option):
    """--print-policy asks nothing of AWS: what says how to ask was left out without a word."""
    answer = kmscost("discover", "aws", "--print-policy", *option)
    assert answer.exit_code == 2
    assert f"{option[0]}: found" in answer.stderr
    assert kmscost("discover", "aws", "--print-policy", "--role", "r").exit_code == 0


def test_a_wrong_value_from_python_names_its_parameter():
    """Months in words, a share as text, no day: the error says which parameter it is about."""
    from estimator import explain, load_inventory, rates_diff, rates_show, reconcile
    from pricing.reading.problems import UsageError

    bill = ROOT / "examples" / "bill.csv"
    for name, call in {
        "months: found 'x'": lambda: forecast(EXAMPLE, "2026-11", "x"),
        "months: found 1.5": lambda: forecast(EXAMPLE, "2026-11", 1.5),
        "months: found 0": lambda: forecast(EXAMPLE, "2026-11", 0),
        "discount: found a discount of '10%'": lambda: forecast(EXAMPLE, discount="10%"),
        "by: found 5": lambda: forecast(EXAMPLE, by=5),
        "month: found None": lambda: reconcile(EXAMPLE, bill, None),
        "month: found '2026-13'": lambda: reconcile(EXAMPLE, bill, "2026-13"),
        "start: found 'x'": lambda: explain(EXAMPLE, "2026-11", start="x"),
        "trail: found 5": lambda: explain(EXAMPLE, "2026-11", trail=5),
        "on: found '2026-02-30'": lambda: rates_show("2026-02-30"),
        "on: found 7": lambda: rates_diff("shipped", "shipped", on=7),
        "inventory: found the number 7": lambda: load_inventory(7),
    }.items():
        with pytest.raises(UsageError, match=f"^{name}"):
            call()
    assert rates_show("2026-11-01") == rates_show(datetime.date(2026, 11, 1))
