"""`check` reads an inventory back: who pays, what each reads, what never counts."""

import json

from typer.testing import CliRunner

from estimator import load_inventory
from estimator.cli import app
from estimator.inventory import read_back
from tests.inventory.files import PAYER, read
from tests.real_data import ROOT

OTHER = "222222222222"
IDLE = f"""\
version: 1
regions: [us-east-1, eu-west-1]
accounts: [{{id: "{PAYER}"}}, {{id: "{OTHER}", payer: "{OTHER}"}}]
keys:
  - {{id: k, region: us-east-1, until: 2026-01-01}}
  - {{id: spare, region: us-east-1}}
trails:
  - {{name: late, key: k, from: 2026-02-01}}
  - {{name: plain, key: null}}
readers:
  - {{name: none, kind: every-file, trails: [plain]}}
  - {{name: elsewhere, kind: every-file, accounts: ["{OTHER}"]}}
"""


def words_of(inventory, section):
    return {line.name: line.words for line in read_back(inventory).sections[section]}


def test_the_example_is_read_back_whole():
    """Payers, keys, trails, what each reader reads, budgets; by hand from the file."""
    inventory = load_inventory(ROOT / "examples" / "organization.yaml")
    page = read_back(inventory)
    assert [line.name for line in page.sections["Readers"]] == ["siem", "athena"]
    assert "reads 11 streams of org" in words_of(inventory, "Readers")["siem"]
    assert "gets_per_file 1.05 (1 to 1.3)" in words_of(inventory, "Readers")["siem"]
    assert "each month: 12,000" in words_of(inventory, "Payers")[f"{PAYER} management"]
    assert words_of(inventory, "Budgets")["kms"] == "USD 25.00 a month for everything"
    assert "thresholds 50 %, 80 %, 100 %" in words_of(inventory, "Budgets")["siem"]
    assert (
        "11 streams of 6 accounts in us-east-1, eu-west-1" in words_of(inventory, "Trails")["org"]
    )
    assert not page.sections["Never active"]
    assert all(len(line) <= 100 for line in str(page).splitlines()[1:])


def test_what_never_counts_is_named_with_why(tmp_path):
    """A key that ended before its trail, readers of nothing, a key and an account without use."""
    words = words_of(read(tmp_path, IDLE), "Never active")
    assert words == {
        "trail late": "it and its key k are never active together",
        "reader none": "it reads no stream under a key",
        "reader elsewhere": "it reads no stream under a key",
        "key spare": "no trail and no replication uses it: it only costs",
        "1 account": f"no trail covers {OTHER}",
    }


def test_a_reader_before_the_first_file_never_counts(tmp_path):
    """It ends on the day on which the trail begins; a day later it would read."""
    text = IDLE.replace("until: 2026-01-01", "until: 2027-01-01").partition("readers:")[0]
    for until, idle in (("2026-02-01", True), ("2026-02-02", False)):
        reader = f"{{name: old, kind: every-file, trails: [late], until: {until}}}"
        inventory = read(tmp_path, f"{text}readers:\n  - {reader}\n")
        assert ("reader old" in words_of(inventory, "Never active")) is idle


def test_filters_of_a_reader_count(tmp_path):
    """One Region of one account of a trail of two accounts and two Regions is one stream."""
    text = IDLE.replace(f', payer: "{OTHER}"', "").partition("readers:")[0]
    filters = f'trails: [plain], accounts: ["{OTHER}"], regions: [eu-west-1]'
    inventory = read(tmp_path, f"{text}readers:\n  - {{name: r, kind: every-file, {filters}}}\n")
    words = words_of(inventory, "Readers")["r"]
    assert f"reads 1 stream of plain; only accounts {OTHER}; only eu-west-1" in words


def test_json_has_what_the_text_has(tmp_path):
    """Each line of the page is an object of its section; a long section is whole there."""
    keys = "".join(f"  - {{id: k{number}, region: us-east-1}}\n" for number in range(25))
    text = IDLE.replace("keys:\n", f"keys:\n{keys}")
    inventory = read(tmp_path, text)
    answer = CliRunner().invoke(app, ["check", inventory.path, "--format", "json"])
    data = json.loads(answer.stdout)["inventory"]
    assert len(data["keys"]) == 27
    assert data["streams"] == {"late": 2, "plain": 2}
    assert "and 7 more" in str(read_back(inventory))
