"""Tables: no label and no number is folded or cut, whatever the width and wherever they go."""

import os
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Group

from estimator.cli.output import show, width
from estimator.figures import (
    budget_money,
    count,
    count_like,
    factor,
    money,
    money_like,
    percent,
    share,
    signed,
)
from estimator.forecasting.fail_over import describe_budget
from estimator.inventory.budgets import Budget
from estimator.report.blocks import Sheet
from estimator.report.columns import in_column
from estimator.report.formats.layout import breadth, in_parts, lines, shorten_name
from estimator.report.formats.terminal import table_lines
from tests.acceptance.commands import kmscost, write
from tests.october import write_october
from tests.real_data import ROOT

CASES = ROOT.parent / "shared" / "cases" / "numbers"
EXAMPLE = str(ROOT / "examples" / "organization.yaml")
SPAN = ("--from", "2026-11", "--months", "2")

# what stays whole in a label: a month, an account, the longest Region, the longest operation
LABELS = ("2026-11", "111122223333", "ap-southeast-1", "GenerateDataKey", "total")
NAMES = ("org", "organization-trail-of-the-security-team", "organization-trail-of-the-audit-team")

quantities = st.floats(1e-3, 1e15).map(lambda x: x * 1.0) | st.integers(0, 10**15).map(float)
numbers = quantities.flatmap(lambda x: st.sampled_from([count(x), money(x), money(-x)]))


@st.composite
def sheets(draw):
    """A table of any shape: one to nine columns of words, one to nine of numbers."""
    words, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rows = draw(
        st.lists(
            st.tuples(
                *[st.sampled_from(LABELS + NAMES)] * words,
                *[numbers] * columns,
            ),
            min_size=1,
            max_size=6,
        )
    )
    header = (*(f"label{n}" for n in range(words)), *(f"number{n}" for n in range(columns)))
    groups = (("USD", columns),) if draw(st.booleans()) else ()
    return Sheet("", header, tuple(rows), columns, draw(st.integers(0, 1)), groups)


def printed(sheet: Sheet, wide: int | None) -> list[str]:
    """The lines of a table."""
    return [line.text for part in in_parts(sheet, wide) for line in lines(part)]


@given(sheets(), st.integers(40, 200) | st.none())
def test_every_number_and_label_is_printed_whole(sheet, wide):
    """Numbers from 0.001 to 1e15 in 40 to 200 columns: each stands whole, on a line of its row."""
    words = len(sheet.header) - sheet.numbers
    parts = in_parts(sheet, wide)
    for column in range(words, len(sheet.header)):
        found = [
            [row[position] for row in part.rows]
            for part in parts
            for position in range(len(part.header))
        ]
        assert [row[column] for row in sheet.rows] in found
    printed_cells = Counter(
        cell for line in printed(sheet, wide) for cell in re.split(r" {2,}", line)
    )
    for row in sheet.rows:
        for cell in (*row[words:], *(cell for cell in row[:words] if cell in LABELS)):
            assert printed_cells[cell] >= 1, cell


@given(sheets(), st.integers(40, 200))
def test_no_table_is_wider_than_asked_for(sheet, wide):
    """Each line fits, but for a number or a name that is wider alone."""
    for part in in_parts(sheet, wide):
        widest = max(len(line.text) for line in lines(part))
        # its labels, or the number of its row, and one column are the least that a table has
        assert widest <= wide or (len(part.header) - part.numbers <= 2 and part.numbers <= 1)
        assert widest <= wide or part.header[0] == "#"


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.integers(40, 60))
def test_names_that_are_shortened_still_differ(names, wide):
    """Two names never become the same: where they would, they stand whole in a table of their own.

    organization-trail-of-the-security-team and -audit-team begin and end alike.
    """
    sheet = Sheet("", ("trail", "USD"), tuple((name, "1,000,000,000.00") for name in names), 1)
    parts = in_parts(sheet, wide)
    column = parts[0].header.index("trail")
    assert len({row[column] for row in parts[0].rows}) == len(set(names))


def test_names_are_shortened_in_the_middle():
    """13 of 40 letters: 6 in front, 6 behind, and a sign for what is left out; wide letters too."""
    assert shorten_name("organization-trail-of-the-security-team", 13) == "organi…y-team"
    assert shorten_name("日本語の証跡の名前", 9) == "日本…名前"  # each letter takes two columns


def test_a_wide_table_becomes_several_with_the_same_labels():
    """Requests stand together and costs do; each table begins with the months."""
    header = ("month", "requests", "free", "requests USD", "USD")
    row = ("2026-11", "1,500,000,008,640", "20,000", "4,499,999.97", "4,500,000.97")
    sheet = Sheet("", header, (row,), 4, groups=(("requests", 2), ("USD", 2)))
    # 7 + 19 + 8 + 14 + 14 = 62 columns
    assert [part.header for part in in_parts(sheet, 62)] == [header]
    wanted = [("month", "requests", "free"), ("month", "requests USD", "USD")]
    assert [part.header for part in in_parts(sheet, 61)] == wanted
    # a group that has to be divided says what its columns are of: 7 + 19 + 8 = 34 columns
    divided = [part.header for part in in_parts(sheet, 33)]
    assert divided[:2] == [("month", "requests"), ("month", "requests free")]


def test_words_that_leave_no_room_get_a_number_of_their_row():
    """Nine columns of words: the rows are numbered, and every word and number is whole."""
    words = ("111122223333", "us-east-1", "222222222222", "eu-west-1", "organization-trail")
    names = ("payer", "region", "account", "billed region", "driver")
    sheet = Sheet("", (*names, "USD"), ((*words, "1.25"), ("total", "", "", "", "", "1.25")), 1, 1)
    parts = in_parts(sheet, 40)
    assert [part.header for part in parts] == [
        ("#", "payer", "region"),
        ("#", "account", "billed region"),
        ("#", "driver", "USD"),
    ]
    assert [row[0] for row in parts[0].rows] == ["1", "total"]


def test_a_name_wider_than_the_page_is_shortened_in_a_numbered_table_too():
    """Names of 30 columns in a page of 20: 1 for the number, 2 between, 17 for the name."""
    names = ("a" * 15 + "b" * 15, "c" * 15 + "d" * 15)
    sheet = Sheet("", ("account", "driver", "USD"), ((*names, "1,234,567.25"),), 1)
    parts = in_parts(sheet, 20)
    assert [part.rows[0] for part in parts] == [
        ("1", f"{'a' * 8}\N{HORIZONTAL ELLIPSIS}{'b' * 8}"),
        ("1", f"{'c' * 8}\N{HORIZONTAL ELLIPSIS}{'d' * 8}"),
        ("1", "1,234,567.25"),
    ]
    assert {breadth(part) for part in parts[:2]} == {20}


def test_letters_of_two_columns_count_as_two():
    """Twelve letters of two columns each, in words of three: three words and two blanks are 20."""
    sheet = Sheet(" ".join(["東京都"] * 4), ("USD",), (("1.25",),), 1)
    title = [str(line) for line in table_lines(sheet, 20)][:2]
    assert title == ["東京都 東京都 東京都", "東京都"]


def test_columns_are_heeded(monkeypatch, tmp_path):
    """COLUMNS says how wide; without it a pipe and a file are as wide as their numbers."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert width() is None
    assert width(tmp_path / "a.txt") is None
    for value, columns in (("100", 100), ("12", 40), ("0", None), ("wide", None), ("", None)):
        monkeypatch.setenv("COLUMNS", value)
        assert width() == columns
        assert width(tmp_path / "a.txt") == columns


def test_the_width_of_a_terminal_is_heeded(monkeypatch, tmp_path):
    """On a terminal of 50 columns tables have 50; what goes to a file has no limit."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_: os.terminal_size((50, 24)))
    assert width() == 50
    assert width(tmp_path / "a.txt") is None


@pytest.mark.parametrize("number", [1e-3, 0.05, 123456.789, 1e15, 123456789012345.67])
def test_what_is_written_has_every_digit(tmp_path, number):
    """A table of 200 columns and more reaches the file with every digit, unfolded."""
    row = ("2026-11", *[money(number)] * 12)
    sheet = Sheet("", ("month", *["USD"] * 12), (row,), 12)
    show(Group(*table_lines(sheet, None)), tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text().splitlines()[-1].split() == list(row)


@given(st.floats(-1e18, 1e18) | st.floats(-1e-9, 1e-9))
def test_no_number_is_printed_with_an_exponent(number):
    """No e+20 and no 0.30000000000000004, of no size; nothing is never less than nothing."""
    for text in (count(number), money(number), factor(number), share(number), percent(number)):
        assert re.fullmatch(r"(<\+?|>-|[+-]?)[\d,]+(\.\d+)?( %)?", text), text
        assert not re.fullmatch(r"[+-][0,.]+( %)?", text), text
        assert len(text.replace(",", "").strip("+-0.% ").replace(".", "")) <= 19


def test_a_number_has_no_more_digits_than_it_is_sure_of():
    """Whole cents are cents; 2,000 % is no 2e+03 %; the rest of a sum that is 0 is 0."""
    assert [money(value) for value in (0.05, 0.5, 0.125, 0.1 + 0.2)] == [
        "0.05",
        "0.50",
        "0.125",
        "0.30",
    ]
    assert [share(value) for value in (20.0, -3.55e-15, 0.9996)] == ["2,000 %", "0 %", "100 %"]
    assert [count(value) for value in (999.96, 0.00001, 1e16)] == [
        "1,000",
        "0.00001",
        "10,000,000,000,000,000",
    ]


def test_a_difference_stands_in_cents_beside_units():
    """8.51 against 8.5094175: less than a cent more, 194.2 requests of 2,504,606."""
    sides = [
        signed(money_like(more, 8.51)) for more in (0.0005825, 0.0, -0.0005825, -0.1224, 0.0949)
    ]
    assert [str(side) for side in sides] == ["<+0.01", "0.00", ">-0.01", "-0.12", "+0.09"]
    assert in_column(sides) == [str(side) for side in sides]
    assert in_column(sides[:2]) == ["<+0.01", "0.00"]
    # below a whole unit there are no cents to keep to
    assert money_like(0.0005825, 0.51) == "0.0005825"
    requests = [signed(count_like(more, 2_504_606)) for more in (194.2, 0.25, 0.0)]
    assert in_column(requests[:1]) == ["+194"]
    assert [str(each) for each in requests] == ["+194", "<+1", "0"]


def test_one_value_is_rounded_alike_alone_and_in_a_column():
    """38.14 of 40 is 95.35 %, as a quotient and as a sum; 0.0000684 is 0.01 % in every place."""
    for value in (38.14 / 40, (38.13999999999999) / 40, 0.9535):
        assert share(value) == "95.4 %"
        assert in_column([share(value)]) == ["95.4 %"]
    assert percent(0.0000684) == in_column([percent(0.0000684), percent(0.0)])[0] == "+0.01 %"
    assert money(2.675) == money(2.67499999999999997) == in_column([money(2.675)])[0] == "2.68"


def test_a_budget_is_printed_as_it_is_written():
    """1.003 is no 1.00, of which 1.0051 would be over."""
    assert (
        describe_budget(Budget(name="kms", usd_per_month=1.003)) == "budget kms (USD 1.003 a month)"
    )
    assert in_column([budget_money(8.0), budget_money(1.003)]) == ["8.000", "1.003"]
    assert in_column([budget_money(25), budget_money(1234.5)]) == ["25.00", "1,234.50"]


HUGE = """\
version: 1
regions: [us-east-1, eu-west-1]
accounts:
  - {id: "111122223333"}
  - {id: "222222222222"}
keys:
  - {id: logs, account: "111122223333", region: us-east-1}
  - {id: second, account: "111122223333", region: us-east-1}
trails:
  - {name: organization-trail-of-the-security-team, account: "111122223333", key: logs}
  - {name: organization-trail-of-the-audit-team, account: "111122223333", key: second}
readers:
  - name: fixed-reader-of-the-security-team
    kind: fixed
    account: "111122223333"
    gets_per_day: {low: 5.0e+10, high: 2.0e+11, source: made up}
  - name: siem
    kind: every-file
    account: "222222222222"
    gets_per_file: 1.000001
    trails: [organization-trail-of-the-audit-team]
budgets:
  - {name: budget-of-the-whole-security-department, usd_per_month: 0.05}
  - {name: budget-of-the-audit-department, usd_per_month: 12345678.9}
"""

COMMANDS = {
    "forecast": ("forecast", "inventory.yaml", *SPAN),
    "forecast --by all": ("forecast", "inventory.yaml", *SPAN, "--by", "all"),
    "forecast --by trail": ("forecast", "inventory.yaml", *SPAN, "--by", "trail"),
    "forecast --by budget": ("forecast", "inventory.yaml", *SPAN, "--by", "budget"),
    "forecast --by quota": ("forecast", "inventory.yaml", *SPAN, "--by", "quota"),
    "forecast --by event": ("forecast", "inventory.yaml", *SPAN, "--by", "event"),
    "explain": ("explain", "inventory.yaml", "--month", "2026-11"),
    "simulate": ("simulate", "inventory.yaml", *SPAN, "--simulations", "200"),
    "compare": ("compare", "inventory.yaml", EXAMPLE, *SPAN),
    "compare --by all": ("compare", "inventory.yaml", EXAMPLE, *SPAN, "--by", "all"),
    "advise": ("advise", "inventory.yaml", *SPAN),
    "reconcile": (
        *("reconcile", "inventory.yaml", str(ROOT / "examples" / "bill.csv")),
        *("--month", "2026-10"),
    ),
    "rates show": ("rates", "show"),
    "rates diff": ("rates", "diff", "a.yaml", "b.yaml", "--inventory", "inventory.yaml"),
    "measure cloudtrail": ("measure", "cloudtrail", "logs", "--by", "all"),
    "measure bill": ("measure", "bill", str(ROOT / "examples" / "bill.csv"), "--by", "all"),
    "calibrate": ("calibrate", "starter.yaml", "logs", "--force", "--format", "table"),
    "backtest": ("backtest", "starter.yaml", "logs", "--horizon", "7d"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An inventory with numbers of every size, log files of a month, two rate tables."""
    folder = tmp_path_factory.mktemp("tables")
    write(folder, HUGE)
    write_october(folder / "logs")
    kmscost("init", "starter.yaml", cwd=folder)
    table = (ROOT / "pricing" / "tables" / "awskms.yaml").read_text(encoding="utf-8")
    write(folder, table, "a.yaml")
    write(folder, table.replace("0.03", "30000.03"), "b.yaml")
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_its_numbers_whole_in_any_width(command, folder, monkeypatch):
    """All numbers, months and ids that a pipe gets are there in 40 and 66 columns."""
    monkeypatch.delenv("COLUMNS", raising=False)
    run = kmscost(*COMMANDS[command], cwd=folder)
    assert run.code == 0, run.text
    assert not re.search(r"\d[eE][+-]?\d", run.out)
    whole = words(run.out)
    assert whole
    for columns in (40, 66):
        monkeypatch.setenv("COLUMNS", str(columns))
        narrow = words(kmscost(*COMMANDS[command], cwd=folder).out)
        assert {cell: whole[cell] for cell in whole if narrow[cell] < whole[cell]} == {}, columns


def words(text: str) -> Counter[str]:
    """The numbers, months and ids of a text."""
    return Counter(re.findall(r"(?<!\S)[+-]?\d[\d,.-]*(?!\S)", text))


@pytest.mark.parametrize("name", ["big.yaml", "big100.yaml"])
@pytest.mark.parametrize("columns", [None, "40", "80", "200"])
def test_the_cases_of_big_numbers(name, columns, monkeypatch, tmp_path):
    """30 days x 500,000,000 gets and 8,640 puts in November: each number is whole.

    15,000,008,640 requests less 20,000 free ones cost 14,999,988,640 x 0.000003 = 44,999.97, with
    the key 45,000.97; a hundred times the gets 1,499,999,988,640 x 0.000003 = 4,499,999.97.
    """
    if not CASES.is_dir():
        pytest.skip("no cases beside the checkout")
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    wanted = {
        "big.yaml": ("15,000,008,640", "14,999,988,640", "44,999.97", "45,000.97"),
        "big100.yaml": ("1,500,000,008,640", "1,499,999,988,640", "4,499,999.97", "4,500,000.97"),
    }[name]
    run = kmscost("forecast", name, *SPAN, cwd=CASES)
    kmscost("forecast", name, *SPAN, "--output", str(tmp_path / "a.txt"), cwd=CASES)
    for text in (run.out, (tmp_path / "a.txt").read_text(encoding="utf-8")):
        found = [line.split() for line in text.splitlines() if line.startswith("2026-11 ")]
        cells = [cell for line in found for cell in line]
        assert set(wanted) <= set(cells)
        assert "20,000" in cells
        assert all(line[0] == "2026-11" for line in found)
