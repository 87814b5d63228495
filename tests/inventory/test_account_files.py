"""CSV files of accounts as people have them: the console's export, spreadsheets, closed ones."""

import pytest

from estimator import load_inventory
from tests.inventory.files import read, refusals
from tests.real_data import CASES, needs_cases

TEXT = """\
version: 1
accounts: [{id: "111122223333"}, {file: accounts.csv}]
keys: []
trails: []
"""
CONSOLE = "Account ID,ARN,Email,Name,Status,Joined method,Joined timestamp\n"
ROW = "arn:aws:organizations::111122223333:account/o-abc/{0},{1}@example.com,{1},{2},CREATED,2023\n"


def accounts_of(folder, csv: str, encoding: str = "utf-8"):
    """The names of the accounts of a CSV file by their ids, and the notices."""
    (folder / "accounts.csv").write_bytes(csv.encode(encoding))
    inventory = read(folder, TEXT)
    return {account.id: account.name for account in inventory.accounts[1:]}, inventory.notices


def fixes_of(folder, csv: str) -> list[tuple[int | None, str]]:
    """The lines and the fixes of what is wrong with a CSV file."""
    (folder / "accounts.csv").write_text(csv, encoding="utf-8")
    return [(problem.line, problem.fix) for problem in refusals(folder, TEXT)]


@pytest.mark.parametrize("status", ["Status", "State", "Account state", "status"])
def test_the_console_export(tmp_path, status):
    """Its columns are known, and a suspended account writes nothing."""
    rows = ("222222222222", "prod", "ACTIVE"), ("333333333333", "old", "SUSPENDED")
    lines = "".join(f"{row[0]},{ROW.format(*row)}" for row in rows)
    accounts, notices = accounts_of(tmp_path, CONSOLE.replace("Status", status) + lines)
    assert accounts == {"222222222222": "prod"}
    (notice,) = notices
    assert notice.endswith("1 account that is not ACTIVE was left out: 333333333333 is SUSPENDED")


def test_state_has_taken_the_place_of_status(tmp_path):
    """Where a file has both, State is heeded."""
    csv = "id,Status,State\n222222222222,ACTIVE,CLOSED\n333333333333,SUSPENDED,ACTIVE\n"
    accounts, _ = accounts_of(tmp_path, csv)
    assert list(accounts) == ["333333333333"]


@pytest.mark.parametrize("status", ["", "yes", "ACTIV"])
def test_an_unknown_status_is_refused(tmp_path, status):
    """Whether such an account writes is not known."""
    ((line, fix),) = fixes_of(tmp_path, f"id,status\n222222222222,{status}\n")
    assert line == 2
    assert fix == "only an ACTIVE account is counted: write its status, or remove the line"


def test_a_row_of_one_cell(tmp_path):
    """One cell, not 1 cells."""
    (tmp_path / "accounts.csv").write_text("id,name\n222222222222\n", encoding="utf-8")
    (problem,) = refusals(tmp_path, TEXT)
    assert problem.found == "1 cell"


def test_who_reads_from_a_closed_account(tmp_path):
    """The account is not called missing, but closed."""
    (tmp_path / "accounts.csv").write_text(
        "id,status\n222222222222,SUSPENDED\n333333333333,ACTIVE\n"
    )
    reader = 'readers: [{name: siem, kind: every-file, account: "222222222222"}]\n'
    (problem,) = refusals(tmp_path, TEXT + reader)
    assert problem.line == 5
    assert problem.fix.startswith("it is SUSPENDED in ")
    assert problem.fix.endswith("accounts.csv, and was left out: remove it here")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_spreadsheets_separate_by_what_they_like(tmp_path, delimiter):
    """Commas, semicolons, tabs and bars, also with Excel's `sep=` line."""
    csv = "id,name,regions\n222222222222,prod,us-east-1 eu-west-1\n".replace(",", delimiter)
    assert accounts_of(tmp_path, csv) == ({"222222222222": "prod"}, ())
    assert accounts_of(tmp_path, f"sep={delimiter}\n{csv}") == ({"222222222222": "prod"}, ())
    broken = f"sep={delimiter}\n{csv}".replace("222222222222", "2222")
    assert [line for line, _ in fixes_of(tmp_path, broken)] == [3]


def test_unicode_text_of_a_spreadsheet(tmp_path):
    """Excel's "Unicode Text" is UTF-16 with tabs."""
    csv = "id\tname\n222222222222\tprüf\n"
    assert accounts_of(tmp_path, csv, "utf-16")[0] == {"222222222222": "prüf"}


@pytest.mark.parametrize(
    ("cell", "fix"),
    [
        ("12345678901", 'it has 11 digits: a leading zero may be lost: "012345678901"'),
        ("2.22222E+11", "a spreadsheet has shortened it, and its digits are gone"),
        ('"2,22222E+11"', "a spreadsheet has shortened it, and its digits are gone"),
        ("2222-2222-2222", "write 222222222222, without dashes"),
        ("222222222222.0", "write 222222222222"),
        ("'222222222222", "write 222222222222"),
        ('"=""222222222222"""', "write 222222222222"),
        ("prod", "look it up"),
    ],
)
def test_ids_that_a_spreadsheet_changed(tmp_path, cell, fix):
    """What was lost, and what to write."""
    ((line, found),) = fixes_of(tmp_path, f"id,name\n333333333333,a\n{cell},b\n")
    assert line == 3
    assert found.startswith(fix)


@pytest.mark.parametrize(
    ("cell", "fix"), [('"12,5"', "write 12.5, with a point"), ("288/day", "write 288")]
)
def test_numbers_of_a_spreadsheet(tmp_path, cell, fix):
    """A decimal comma, a unit."""
    assert fixes_of(tmp_path, f"id,files_per_day\n222222222222,{cell}\n") == [(2, fix)]


@needs_cases
def test_the_cases():
    """Two accounts each: the payer's own and 222222222222; two ids that Excel changed."""
    folder = CASES / "check"
    for name in ("console", "status", "semicolon", "tab"):
        inventory = load_inventory(folder / f"accounts_{name}.yaml")
        assert [account.id for account in inventory.accounts] == ["111122223333", "222222222222"]
        closed = "333333333333 is SUSPENDED" in "".join(inventory.notices)
        assert closed == (name in ("console", "status"))
