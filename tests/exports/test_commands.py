"""`kmscost export`: formats, files, what it says beside the data."""

import io
import json
import os
import pty
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from estimator import export_focus, export_prometheus
from estimator.cli import app
from estimator.report.exports.table_writers import write_table
from tests.extras import needed
from tests.real_data import ROOT

EXAMPLE = str(ROOT / "examples" / "organization.yaml")
SHORT = (EXAMPLE, "--from", "2026-11", "--months", "1")
COMMANDS = ("focus", "aws-budgets", "prometheus", "frame")


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


def apart(*arguments, before="pass", **options):
    """Run a command in a process of its own."""
    code = f"import sys; {before}; from estimator.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "export", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        **options,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_the_other_reading_stands_beside_every_cost(command):
    """On stderr, so that the data stays what other tools take."""
    answer = kmscost(command, *SHORT)
    assert answer.exit_code == 0
    assert "If AWS does not charge CloudTrail's own writes, the total is USD 5.26" in answer.stderr
    assert "With cloudtrail" not in answer.stdout


def test_the_calculator_prices_itself_and_is_told_which_reading():
    """`export bcm` shows no cost; it says that CloudTrail's own writes are among the lines."""
    answer = kmscost("bcm", EXAMPLE, "--from", "2026-11")
    words = "AWS charges CloudTrail's own writes, says the inventory: they are among the lines"
    assert f"note: {words}\n" in answer.stderr
    assert json.loads(answer.stdout)["usage"]


@pytest.mark.parametrize("command", [*COMMANDS, "bcm"])
def test_help_has_an_example(command):
    """Each command shows how to call it."""
    assert "Example: kmscost export " in kmscost(command, "--help").stdout


def test_the_command_is_its_function():
    """FOCUS rows and metrics on stdout are those of the function of the same name."""
    table = export_focus(EXAMPLE, "2026-11", 1, "trail", discount=0.1)
    printed = kmscost("focus", *SHORT, "--by", "trail", "--discount", "10%").stdout
    assert printed == write_table(table, "csv")
    metrics = export_prometheus(EXAMPLE, "2026-11", 1)
    assert kmscost("prometheus", *SHORT).stdout == metrics.text


def test_the_end_of_a_file_name_chooses_the_format(tmp_path):
    """.parquet, .xlsx, .json and .csv; --format is stronger; an ending of none is refused."""
    parquet, openpyxl = needed("pyarrow.parquet"), needed("openpyxl")
    needed("xlsxwriter")
    for name in ("a.parquet", "a.xlsx", "a.json", "a.csv"):
        assert kmscost("frame", *SHORT, "--output", tmp_path / name).exit_code == 0
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 5
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["charges"].max_row == 6
    assert len(json.loads((tmp_path / "a.json").read_text())["rows"]) == 5
    refused = kmscost("frame", *SHORT, "--output", tmp_path / "a.txt")
    assert refused.exit_code == 2
    assert "expected a name that ends with one of .csv, .json, .parquet, .xlsx" in refused.stderr
    assert not (tmp_path / "a.txt").exists()
    kmscost("frame", *SHORT, "--output", tmp_path / "b.csv", "--format", "json")
    assert (tmp_path / "b.csv").read_text() == (tmp_path / "a.json").read_text()


def test_binary_files_go_through_a_pipe():
    """Stdout is the file, and nothing else."""
    parquet = needed("pyarrow.parquet")
    done = apart("focus", *SHORT, "--format", "parquet", capture_output=True)
    assert done.returncode == 0
    assert parquet.read_table(io.BytesIO(done.stdout)).num_rows == 9


def test_a_terminal_is_spared_binary_files():
    """Exit 2 and a word on --output, where stdout is a terminal."""
    needed("xlsxwriter")
    parent, child = pty.openpty()
    done = apart("focus", *SHORT, "-f", "xlsx", stdout=child, stderr=subprocess.PIPE)
    os.close(child)
    os.close(parent)
    assert done.returncode == 2
    assert b"--output FILE" in done.stderr


@pytest.mark.parametrize(
    ("form", "library", "extra"),
    [("xlsx", "xlsxwriter", "xlsx"), ("parquet", "pyarrow.parquet", "parquet")],
)
def test_a_missing_library_is_one_line(tmp_path, monkeypatch, form, library, extra):
    """It says what to install and exits with 1; there is no file."""
    path = tmp_path / f"a.{form}"
    monkeypatch.setitem(sys.modules, library, None)
    done = kmscost("frame", *SHORT, "--output", path)
    assert done.exit_code == 1
    assert f"pip install 'kms-cost-estimator[{extra}]'" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not path.exists()


def test_csv_and_json_need_no_library():
    """Without pyarrow and XlsxWriter the texts are written as ever."""
    blocked = "sys.modules.update(xlsxwriter=None, pyarrow=None)"
    done = apart("focus", *SHORT, before=blocked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == kmscost("focus", *SHORT).stdout


def test_what_is_wrong_exits_without_a_file(tmp_path):
    """1 where the user's data is wrong, 2 where an option is; nothing half written."""
    path = tmp_path / "out.parquet"
    assert kmscost("focus", tmp_path / "none.yaml", "-o", path).exit_code == 1
    assert kmscost("frame", EXAMPLE, "--frame", "nothing", "-o", path).exit_code == 2
    assert kmscost("aws-budgets", EXAMPLE, "--margin", "much", "-o", path).exit_code == 2
    assert kmscost("focus", EXAMPLE, "--format", "pdf", "-o", path).exit_code == 2
    assert kmscost("focus", *SHORT, "-o", tmp_path / "no" / "such" / "folder.csv").exit_code == 1
    assert list(tmp_path.iterdir()) == []
