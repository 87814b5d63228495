"""The same numbers and names, whichever string backend pandas has: Arrow, Python or objects.

pandas stores text in pyarrow's arrays where pyarrow is installed, so a user without extras has
another string backend than a developer.
"""

import contextlib
import functools
import importlib.util

import pandas as pd
import pytest

from estimator import report
from tests.cli.test_commands import kmscost
from tests.october import write_october
from tests.real_data import ROOT
from tests.report.material import BILL, EXAMPLE, MONTH, Page

SCENARIOS = ROOT / "examples" / "scenarios.yaml"
COMMANDS = {
    "forecast": ("forecast", EXAMPLE, "--from", "2026-11", "--by", "all", "--format", "csv"),
    "events": ("forecast", EXAMPLE, "--from", "2026-11", "--by", "event", "--format", "csv"),
    "quotas": ("forecast", EXAMPLE, "--from", "2026-11", "--by", "quota", "--format", "csv"),
    "explain": ("explain", EXAMPLE, "--month", "2026-11"),
    "simulate": ("simulate", EXAMPLE, "--from", "2026-11", "--months", "2", "--format", "json"),
    "compare": ("compare", EXAMPLE, SCENARIOS, "--from", "2026-11", "--format", "json"),
    "advise": ("advise", EXAMPLE, "--from", "2026-11", "--months", "2", "--format", "json"),
    "reconcile": ("reconcile", EXAMPLE, BILL, "--month", MONTH, "--format", "json"),
    "report": ("report", EXAMPLE, "--month", MONTH, "--bill", BILL, "--format", "markdown"),
    "focus": ("export", "focus", EXAMPLE, "--from", "2026-11", "--format", "json"),
    "metrics": ("export", "prometheus", EXAMPLE, "--from", "2026-11"),
    "logs": ("measure", "cloudtrail", ROOT / "examples" / "logs", "--format", "json"),
    "bill": ("measure", "bill", BILL, "--format", "json"),
}
# of the inventory and the logs of a month that a folder holds
LEARNING = {
    "calibrate": ("calibrate", "inventory.yaml", "october.json", "--format", "json"),
    "backtest": ("backtest", "inventory.yaml", "october.json", "--horizon", "4d", "-f", "json"),
}


def options(backend):
    """The options of pandas that choose a string backend; skips one that this install lacks."""
    if backend == "arrow" and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("pyarrow is not installed")
    if backend != "objects" and pd.__version__ < "3":
        pytest.skip("pandas 2 stores text as objects; its other ways were an experiment")
    storage = "pyarrow" if backend == "arrow" else "python"
    return {"mode.string_storage": storage, "future.infer_string": backend != "objects"}


@functools.cache
def by_default(*arguments):
    """What a command prints where nobody chose a backend."""
    printed = kmscost(*arguments)
    assert printed.exit_code == 0, printed.stderr
    return printed.stdout, printed.stderr


@contextlib.contextmanager
def stored_as(backend):
    """Store text so while the test runs."""
    chosen = options(backend)
    before = {name: pd.get_option(name) for name in chosen}
    try:
        for name, value in chosen.items():
            try:
                pd.set_option(name, value)
            except pd.errors.OptionError:
                pytest.skip(f"this release of pandas has no option {name}")
        yield
    finally:
        for name, value in before.items():
            with contextlib.suppress(pd.errors.OptionError):
                pd.set_option(name, value)


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """An inventory, and a month of its logs as `measure` writes them."""
    folder = tmp_path_factory.mktemp("month")
    write_october(folder / "logs")
    assert kmscost("init", folder / "inventory.yaml").exit_code == 0
    found = kmscost("measure", "cloudtrail", folder / "logs", "-f", "json")
    (folder / "october.json").write_text(found.stdout, encoding="utf-8")
    return folder


def default():
    """The backend of this install where nobody chooses another."""
    if pd.__version__ < "3":
        return "objects"
    return "arrow" if importlib.util.find_spec("pyarrow") is not None else "python"


backends = pytest.mark.parametrize(
    "backend", [each for each in ("arrow", "python", "objects") if each != default()]
)
ignored = pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")


def test_drivers_of_a_report_have_their_names():
    """Trails, readers and keys stand in two columns: what it is, and its name."""
    page = Page(report(EXAMPLE, MONTH, advice=False).html())
    rows = page.table("By trail, reader and key")
    names = {tuple(row[:2]) for row in rows[1:-1]}
    assert names == {("reader", "athena"), ("key", "logs"), ("trail", "org"), ("reader", "siem")}


@ignored
@backends
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_the_same(name, backend):
    """Byte for byte what the default backend makes of it."""
    with stored_as(backend):
        again = kmscost(*COMMANDS[name])
    assert (again.stdout, again.stderr) == by_default(*COMMANDS[name])


@ignored
@backends
@pytest.mark.parametrize("name", LEARNING)
def test_what_is_learned_is_the_same(name, backend, month, monkeypatch):
    """Calibration and backtest take the same rows for the same trails, accounts and Regions."""
    monkeypatch.chdir(month)
    with stored_as(backend):
        again = kmscost(*LEARNING[name])
    assert (again.stdout, again.stderr) == by_default(*LEARNING[name])
