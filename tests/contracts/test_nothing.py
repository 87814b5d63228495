"""Inventories without any usage: every command answers, and says that there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.acceptance.commands import Run, kmscost, write
from tests.command_pages import all_commands
from tests.october import write_october
from tests.real_data import ROOT
from tests.sampling import cases

BILL = str(ROOT / "examples" / "bill.csv")
TURNS = 3
SPAN = ("--from", "2026-11", "--months", "2")
DRAWS = ("--simulations", "100")

_TWO = """\
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}, {id: "222222222222"}]
"""
_READERS = """\
readers:
  - {name: siem, kind: every-file, account: "222222222222", gets_per_file: {low: 1, high: 2}}
  - {name: athena, kind: query, account: "111122223333", queries_per_month: 60, days_scanned: 7}
  - {name: audit, kind: fixed, account: "111122223333", gets_per_day: 500}
  - {name: integrity, kind: validate, account: "111122223333", runs_per_month: 1, days: 30}
"""
_BUDGETS = """\
budgets:
  - {name: kms, usd_per_month: 5.00}
  - {name: none, usd_per_month: 0, account: "111122223333"}
"""


def _under_a_key(when: str, trail: str = "") -> str:
    return f"""\
{_TWO}\
keys: [{{id: logs, account: "111122223333", region: us-east-1, {when}}}]
trails: [{{name: org, account: "111122223333", key: logs, log_file_validation: true{trail}}}]
{_READERS}{_BUDGETS}"""


# nothing of it causes a request or costs anything from 2026-10 to 2026-12
INVENTORIES = {
    "no trails": f"{_TWO}keys: []\ntrails: []\n",
    "accounts without Regions": (
        'version: 1\naccounts: [{id: "111122223333", regions: []}]\nkeys: []\ntrails: []\n'
    ),
    "SSE-S3 only": (
        f'{_TWO}keys: []\ntrails: [{{name: org, account: "111122223333", key: null}}]\n{_BUDGETS}'
    ),
    "the key has ended": _under_a_key("until: 2020-01-01"),
    "the key comes later": _under_a_key("created: 2035-01-01"),
    "no files": _under_a_key("created: 2035-01-01", ", files_per_day: 0"),
    "all comes later": """\
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333", from: 2035-01-01}]
keys: [{id: logs, account: "111122223333", region: us-east-1, created: 2035-01-01}]
trails: [{name: org, account: "111122223333", key: logs, from: 2035-01-01}]
"""
    + _BUDGETS,
}

# something in November and December, to compare with
FULL = f"""\
{_TWO}\
keys: [{{id: full, account: "111122223333", region: us-east-1}}]
trails: [{{name: full, account: "111122223333", key: full}}]
"""
SCENARIOS = """\
- {name: dated, path: other_kms_requests_per_month, value: 5, from: 2026-12}
- {name: scaled, path: other_kms_requests_per_month, scale: 2}
- name: added
  path: "keys[new]"
  from: 2026-12-15
  add: {account: "111122223333", region: us-east-1}
"""

_TEXTS = ("table", "csv", "json", "markdown")
_BY = ("all", "trail,reader", "account,region", "month", "budget", "quota", "event")
_FRAMES = ("usage", "charges", "quantiles", "drivers", "budgets", "events", "budget_use", "quotas")

# every command that takes an inventory, in every format, kind and frame
COMMANDS: dict[str, list[tuple[str, ...]]] = {
    "check": [("check", "i.yaml")],
    "forecast": [
        *(("forecast", "i.yaml", *SPAN, "--format", form) for form in _TEXTS),
        *(("forecast", "i.yaml", *SPAN, "--by", by) for by in _BY),
        ("forecast", "i.yaml", *SPAN, "--by", "all", "--format", "csv"),
        ("forecast", "i.yaml", *SPAN, "--fail-over", "5"),
    ],
    "explain": [("explain", "i.yaml", "--month", "2026-11", "--format", form) for form in _TEXTS],
    "simulate": [("simulate", "i.yaml", *SPAN, *DRAWS, "--format", form) for form in _TEXTS],
    "compare": [
        *(("compare", "i.yaml", "scenarios.yaml", *SPAN, "--format", form) for form in _TEXTS),
        ("compare", "i.yaml", "full.yaml", "i.yaml", *SPAN, "--by", "all", "--format", "csv"),
        ("compare", "full.yaml", "i.yaml", *SPAN, "--by", "account,region"),
        ("compare", "i.yaml", "--set", "other_kms_requests_per_month=5", *SPAN, "--by", "month"),
    ],
    "advise": [("advise", "i.yaml", *SPAN, "--format", form) for form in _TEXTS],
    "reconcile": [
        *(("reconcile", "i.yaml", BILL, "--month", "2026-10", "-f", form) for form in _TEXTS),
        ("reconcile", "i.yaml", BILL, "--month", "2026-10", "--fail-over", "5%"),
    ],
    "report": [
        ("report", "i.yaml", "--month", "2026-10", "--months-ahead", "2", *DRAWS, "-f", "html"),
        *(
            ("report", "i.yaml", "--month", "2026-10", *DRAWS, "--no-advice", "-f", form)
            for form in ("markdown", "json")
        ),
        ("report", "i.yaml", "--month", "2026-10", *DRAWS, "--no-advice", "--bill", BILL),
    ],
    "plot": [
        ("plot", "i.yaml", *SPAN, *DRAWS, "--kind", kind)
        for kind in ("cost", "requests", "fan", "drivers", "sankey", "timeline")
    ],
    "export focus": [("export", "focus", "i.yaml", *SPAN, "-f", form) for form in ("csv", "json")],
    "export aws-budgets": [("export", "aws-budgets", "i.yaml", *SPAN, "--limits", "forecast")],
    "export bcm": [("export", "bcm", "i.yaml", "--from", "2026-11")],
    "export prometheus": [("export", "prometheus", "i.yaml", *SPAN)],
    "export frame": [
        ("export", "frame", "i.yaml", *SPAN, "--frame", frame, "-f", "csv") for frame in _FRAMES
    ],
    "rates diff": [("rates", "diff", "a.yaml", "b.yaml", "--inventory", "i.yaml", *SPAN)],
}

# commands that answer about an inventory and something measured: without a trail there they refuse
MEASURED = {
    "calibrate": ("calibrate", "i.yaml", "logs", "--force"),
    "backtest": ("backtest", "i.yaml", "logs", "--horizon", "7d"),
}

# they take no inventory
_OTHERS = {"init", "schema", "rates", "discover", "measure", "attribute"}

# What is said where nothing is active in the months: the words of the forecast's notice.
NOTICE = "nothing of this inventory makes a KMS request or keeps a key"
WITH_NOTICE = (
    ("forecast", "i.yaml", *SPAN),
    ("forecast", "i.yaml", *SPAN, "--format", "csv"),
    ("forecast", "i.yaml", *SPAN, "--format", "json"),
    ("forecast", "i.yaml", *SPAN, "--format", "markdown"),
    ("simulate", "i.yaml", *SPAN, *DRAWS),
    ("compare", "i.yaml", "scenarios.yaml", *SPAN),
    ("advise", "i.yaml", *SPAN),
    ("reconcile", "i.yaml", BILL, "--month", "2026-10"),
    ("report", "i.yaml", "--month", "2026-10", "--months-ahead", "2", *DRAWS),
    ("export", "focus", "i.yaml", *SPAN, "-f", "csv"),
    ("export", "prometheus", "i.yaml", *SPAN),
    ("export", "aws-budgets", "i.yaml", *SPAN, "--limits", "forecast"),
    ("export", "frame", "i.yaml", *SPAN, "-f", "csv"),
    ("explain", "i.yaml", "--month", "2026-11"),
    ("explain", "i.yaml", "--month", "2026-11", "--format", "json"),
)
# what says so already, in its own words
OWN_WORDS = {
    ("plot", "i.yaml", *SPAN, "--kind", "cost"): "nothing to draw: no cost in 2026-11 to 2026-12",
    ("plot", "i.yaml", *SPAN, "--kind", "requests"): "nothing to draw: no requests in 2026-11",
    ("plot", "i.yaml", *SPAN, "--kind", "sankey"): "nothing to draw: no request and no cost",
    ("export", "bcm", "i.yaml", "--from", "2026-11"): "nothing is metered in these months",
    ("advise", "i.yaml", *SPAN): "Nothing to advise",
    ("report", "i.yaml", "--month", "2026-10", *DRAWS, "--no-advice"): "Nothing is requested in",
}


@pytest.fixture(scope="module", params=list(INVENTORIES)[: cases(len(INVENTORIES))])
def folder(request, tmp_path_factory):
    """A folder with an inventory of nothing, one of something, scenarios, log files, rates."""
    number = list(INVENTORIES).index(request.param)
    # another process of the suite's, or this one a second time, has a folder of its own
    folder = tmp_path_factory.mktemp(f"nothing{number}_")
    write(folder, INVENTORIES[request.param], "i.yaml")
    write(folder, FULL, "full.yaml")
    write(folder, SCENARIOS, "scenarios.yaml")
    write_october(folder / "logs", days=14)
    table = (ROOT / "pricing" / "tables" / "awskms.yaml").read_text(encoding="utf-8")
    write(folder, table, "a.yaml")
    write(folder, table.replace("0.03", "0.04"), "b.yaml")
    return folder


def in_turn(arguments: Sequence[tuple[str, ...]], folder: Path) -> list[tuple[str, ...]]:
    """The command lines that this inventory's turn is: each is tried on every third inventory.

    What breaks on nothing breaks on most kinds of nothing: all pairs are three times the time.
    """
    number = int(folder.name.removeprefix("nothing").partition("_")[0])
    return [line for place, line in enumerate(arguments) if (place + number) % TURNS == 0]


def is_clear(run: Run) -> bool:
    """An answer on stdout; or a refusal that says why, and nothing on stdout."""
    if run.code == 0:
        return bool(run.out.strip())
    return run.code in (1, 2) and "expected" in run.err and not run.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_about_nothing(command, folder):
    """No traceback, exit 0, an answer on stdout, whatever the format, the kind and the columns."""
    for arguments in in_turn(COMMANDS[command], folder):
        run = kmscost(*arguments, cwd=folder)
        assert run.code == 0, (arguments, run.text)
        assert is_clear(run), arguments


@pytest.mark.parametrize("command", MEASURED)
def test_what_needs_a_trail_with_a_key_refuses_or_answers(command, folder):
    """The refusal says what calibrate and backtest miss, exit 1; no traceback."""
    run = kmscost(*MEASURED[command], cwd=folder)
    assert is_clear(run), run.text


def test_every_command_is_tried():
    """A new command that takes an inventory is tried here too."""
    known = {command.name for command in all_commands() if command.function is not None}
    tried = {*COMMANDS, *MEASURED}
    assert tried <= known
    left = {name for name in known - tried if name.split()[0] not in _OTHERS}
    assert left == set(), "add it to COMMANDS of this file"


def test_nothing_is_named(folder):
    """A picture, a list of lines and a section that would be empty say that there is nothing."""
    for arguments in in_turn(list(OWN_WORDS), folder):
        assert OWN_WORDS[arguments] in kmscost(*arguments, cwd=folder).text, arguments


def test_a_notice_says_that_there_is_nothing(folder):
    """Zeros without a word look like an answer: a notice says that nothing lives in the months."""
    for arguments in in_turn(WITH_NOTICE, folder):
        text = kmscost(*arguments, cwd=folder).text.replace("\\", "")
        assert NOTICE in text, arguments


@pytest.mark.parametrize("name", INVENTORIES)
def test_nothing_is_zero(name, tmp_path):
    """0 requests and USD 0.00: no trail writes under a key that exists in these months.

    Every key of these inventories ended in 2020 or begins in 2035: no key-month is billed either.
    """
    write(tmp_path, INVENTORIES[name], "i.yaml")
    run = kmscost("forecast", "i.yaml", *SPAN, cwd=tmp_path)
    (total,) = (line.split() for line in run.out.splitlines() if line.startswith("total"))
    assert total == ["total", "0", "0", "0", "0.00", "0.00", "0.00"]
