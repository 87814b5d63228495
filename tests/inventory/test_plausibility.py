"""Numbers and texts that are taken and can hardly be meant get a notice with their line."""

import pytest

from estimator import load_inventory
from tests.inventory.files import INVENTORY, PAYER, read
from tests.real_data import CASES, needs_cases


def notices_of(folder, text: str) -> list[str]:
    """The notices of an inventory, without its path."""
    return [notice.partition("inventory.yaml")[2] for notice in read(folder, text).notices]


def files(number: str) -> str:
    return INVENTORY.replace("key: k}", f"key: k, files_per_day: {number}}}")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("8640000", "8,640,000 files a day are 100 a second in one account and Region"),
        ("86400", "86,400 files a day are 1 a second in one account and Region"),
        ("8640", "8,640 files a day are 30 x 288, which is usual"),
        ("8928", "8,928 files a day are 31 x 288, which is usual"),
        ("{low: 100, high: 9e5, mid: 864000}", "864,000 files a day are 10 a second"),
    ],
)
def test_a_months_number_of_files(tmp_path, number, words):
    """One a second in an account and Region, or 288 times the days of a month."""
    (notice,) = notices_of(tmp_path, files(number))
    assert notice.startswith(f":4: trails[0].files_per_day: {words}")
    assert notice.endswith("; is it a month's number?")


@pytest.mark.parametrize("number", ["288", "2000", "8641", "86399", "{us-east-1: 700, other: 20}"])
def test_busy_accounts_need_no_notice(tmp_path, number):
    """Thousands of files a day are usual in a busy account."""
    assert notices_of(tmp_path, files(number)) == []


def test_files_of_accounts_and_regions(tmp_path):
    """In an account, in one of its Regions, in a line of a CSV file."""
    (tmp_path / "more.csv").write_text(
        "id,files_per_day\n222222222222,8640000\n333333333333,9.000\n"
    )
    text = INVENTORY.replace(
        "[us-east-1]}", "[us-east-1], files_per_day: {us-east-1: 8640}}, {file: more.csv}"
    )
    inventory = read(tmp_path, text)
    here, more, thousands = (notice.rpartition("/")[2] for notice in inventory.notices)
    assert here.startswith("inventory.yaml:2: accounts[0].files_per_day.us-east-1: 8,640 files")
    assert more.startswith("more.csv:2: files_per_day: 8,640,000 files a day are 100 a second")
    assert thousands == "more.csv:3: files_per_day: 9.000 is 9: write 9000 for 9 thousand"


def test_gets_of_a_fixed_reader(tmp_path):
    """A thousand a second the whole day."""
    text = INVENTORY + "readers: [{name: r, kind: fixed, gets_per_day: 86400000}]\n"
    (notice,) = notices_of(tmp_path, text)
    words = "86,400,000 gets a day are 1,000 a second; is it a month's number?"
    assert notice == f":5: readers[0].gets_per_day: {words}"
    assert notices_of(tmp_path, text.replace("86400000", "86399999")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12.000", "12.000 is 12: write 12000 for 12 thousand"),
        ("1.500", "1.500 is 1.5: write 1500 for 1.5 thousand"),
        ("12.345", "12.345 is 12.345: write 12345 for 12.345 thousand"),
    ],
)
def test_a_point_before_three_digits(tmp_path, text, words):
    """Half of the world parts thousands so, alone and in a range."""
    for key, number in (("", text), (".low", f"{{low: {text}, high: 20000}}")):
        (notice,) = notices_of(tmp_path, f"{INVENTORY}other_kms_requests_per_month: {number}\n")
        assert notice == f":5: other_kms_requests_per_month{key}: {words}"


@pytest.mark.parametrize(
    "text", ["1.234", "0.125", "25.00", "12.0", "12000", "1234.000", '"12_000"']
)
def test_other_numbers_need_no_notice(tmp_path, text):
    """A measured number of four digits, two decimals, a text."""
    number = text.strip('"')
    assert notices_of(tmp_path, f"{INVENTORY}other_kms_requests_per_month: {number}\n") == []


def test_a_factor_may_have_three_decimals(tmp_path):
    """gets_per_file is no count: 1.050 is what it says."""
    text = INVENTORY + "readers: [{name: r, kind: every-file, gets_per_file: 1.050}]\n"
    assert notices_of(tmp_path, text) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "key: k}",
            "key: k, files_per_day: {eu-west-3: 700, other: 3}}",
            ":4: trails[0].files_per_day.eu-west-3: counts for nothing, as no account of",
        ),
        (
            "[us-east-1]}",
            "[us-east-1], files_per_day: {us-east-1: 5, eu-west-3: 700}}",
            ":2: accounts[0].files_per_day.eu-west-3: counts for nothing, as the account does not",
        ),
        (
            "key: k}",
            "key: k, regions: [us-east-1], files_per_day: {us-east-1: 5, eu-west-1: 7}}",
            ":4: trails[0].files_per_day.eu-west-1: counts for nothing, as the trail does not",
        ),
    ],
)
def test_files_of_a_region_without_a_stream(tmp_path, old, new, words):
    """Seven hundred files a day where the trail has no stream are in no sum: that is said."""
    text = (
        INVENTORY
        if "eu-west-1" not in new
        else INVENTORY.replace("[us-east-1]}", "[us-east-1, eu-west-1]}")
    )
    assert old in text
    (notice,) = notices_of(tmp_path, text.replace(old, new))
    assert notice.startswith(words)


TWO = f"""\
version: 1
accounts:
  - {{id: "{PAYER}", regions: [us-east-1, eu-west-1]}}
  - {{id: "222222222222", regions: [us-east-1, eu-central-1]}}
keys: [{{id: k, region: us-east-1}}]
trails: [{{name: own, key: k}}]
"""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "key: k}",
            "key: k, scope: account, files_per_day: {eu-west-1: 5, eu-central-1: 7}}",
            ":6: trails[0].files_per_day.eu-central-1: counts for nothing, as no account of the",
        ),
        (
            "eu-west-1]}",
            "eu-west-1], files_per_day: {us-east-1: 5, eu-west-1: 7}}",
            ":3: accounts[0].files_per_day.eu-west-1: counts for nothing, as no trail of the",
        ),
        (
            "eu-central-1]}",
            "eu-central-1], payer: '222222222222', files_per_day: {us-east-1: 5, eu-central-1: 7}}",
            "",
        ),
    ],
)
def test_a_stream_is_of_a_trail_and_an_account(tmp_path, old, new, words):
    """Another account's Region gives a trail of one account no stream, nor one that no trail has.

    That no trail covers an account of another payer is no slip of a Region: `check` names it.
    """
    text = TWO if "trails" in words else TWO.replace("key: k}", "key: k, regions: [us-east-1]}")
    assert old in text
    found = notices_of(tmp_path, text.replace(old, new))
    assert len(found) == bool(words)
    assert all(notice.startswith(words) for notice in found)


@pytest.mark.parametrize("name", ['"{{ reader }}"', "${reader}", "$(reader)", '"<%= reader %>"'])
def test_a_name_that_is_a_template(tmp_path, name):
    """It is taken, as any text, and said."""
    text = INVENTORY + f"readers: [{{name: {name}, kind: every-file}}]\n"
    if name.startswith("$"):
        text = INVENTORY + f"readers:\n  - name: {name}\n    kind: every-file\n"
    (notice,) = notices_of(tmp_path, text)
    assert notice.endswith("looks like a template that was not rendered")


def test_a_few_notices_stand_for_all(tmp_path):
    """Ten such trails are five notices and a count."""
    trails = "".join(f"{{name: t{i}, key: k, files_per_day: 8640000}}," for i in range(10))
    notices = read(tmp_path, INVENTORY.replace("{name: org, key: k}", trails)).notices
    assert len(notices) == 6
    assert notices[-1] == "5 more such numbers or texts"


@needs_cases
def test_the_cases():
    """A month's number of files, and 12.000."""
    (notice,) = load_inventory(CASES / "check" / "files_of_a_month.yaml").notices
    assert "yaml:15: trails[0].files_per_day: 8,640,000 files a day are 100 a second" in notice
    (notice,) = load_inventory(CASES / "check" / "other_12_dot_000.yaml").notices
    assert notice.endswith(
        "yaml:21: other_kms_requests_per_month: 12.000 is 12: write 12000 for 12 thousand"
    )
    assert load_inventory(CASES / "check" / "base.yaml").notices == ()
