"""Templates, placeholders, other words: the fix says what to write, and it is taken then."""

import pytest

from tests.inventory.files import read
from tests.inventory.test_meant_values import (
    ACCOUNTS,
    BASE,
    BUCKET,
    BUDGET,
    FILES,
    KEY,
    PAYER,
    PROD,
    TRAILS,
    refused,
)

RENDER = "render the template first, and check what it gives"
IN_ITS_PLACE = "write the value in its place"
KINDS = "every-file, query, fixed, validate, once, replication"
FUNCTION = "write the value that it gives: no template is rendered here"
BLANK = "type a blank after the colon"
ROTATED = "region: us-east-1"
READER = ('account: "222222222222", trails', "trails")
DAYS = 'list them, such as ["2026-01-15"], or remove the key'


@pytest.mark.parametrize(
    ("old", "new", "line", "fix"),
    [
        # templates and placeholders, in quotes too
        (KEY, "key: ${KEY}\n", 12, RENDER),
        (KEY, 'key: "${aws_kms_key.k.arn}"\n', 12, RENDER),
        (KEY, 'key: "{{ key }}"\n', 12, RENDER),
        (KEY, "key: <%= key %>\n", 12, RENDER),
        (KEY, "key: $KEY_ID\n", 12, RENDER),
        (KEY, "key: !Ref Key\n", 12, FUNCTION),
        (KEY, "key: !GetAtt [K, Arn]\n", 12, FUNCTION),
        (FILES, "day: ${FILES}", 13, RENDER),
        (BUCKET, "    bucket: 99%\n", 14, "write {bucket_key_saving: 99%}"),
        (BUDGET, 'month: "{{ .Values.usd }}"', 19, RENDER),
        (TRAILS, 'trails: "{{ trails }}"', 16, RENDER),
        (BUCKET, '    bucket: "${bucket}"\n', 14, RENDER),
        (PAYER, "payer: <ACCOUNT_ID>", 2, IN_ITS_PLACE),
        (PAYER, "payer: XXXXXXXXXXXX", 2, IN_ITS_PLACE),
        # a mapping or a list in quotes
        (FILES, 'day: "{low: 1, high: 2}"', 13, "write it without quotes: {low: 1, high: 2}"),
        (TRAILS, 'trails: "[org]"', 16, "write it without quotes: [org]"),
        # another word, none, or no blank
        ("kind: every-file, ", "", 16, f"add `kind:`, one of {KINDS}"),
        ("kind: every-file, ", "gets_per_day: 5, ", 16, "add `kind: fixed`"),
        ("every-file", "athena", 16, "write query"),
        (KEY, "key: logs\n    scope: multi-account\n", 13, "write organization"),
        ("usd_per_month", "amount", 19, "did you mean `usd_per_month`, in USD a month?"),
        (KEY, 'key: ""\n', 12, "give it a name, or write null for SSE-S3, without quotes"),
        ("{name: example", "{name:example", 14, f"{BLANK}: name: example-logs"),
        ("{name: kms", "{name:kms", 19, f"{BLANK}: name: kms"),
        # numbers, and a word in the place of one
        (FILES, "day: ~288", 13, "write 288"),
        (FILES, "day: about 288", 13, "write 288"),
        (FILES, "day: 0x120", 13, "write 288"),  # 1 x 256 + 2 x 16
        (FILES, "day: 288\u00b120", 13, "write {low: 268, high: 308}"),
        (FILES, "day: 200 +/- 5%", 13, "write {low: 190, high: 210}"),
        (FILES, "day: {us-east-1: 700, default: 20}", 13, "write other"),
        (
            "growth: {accounts_per_year: 10%}",
            "growth: 10%",
            17,
            "write {accounts_per_year: 10%} or {files_per_year: 10%}",
        ),
        # Regions and accounts
        (
            "regions: [us-east-1, eu-west-1]",
            "regions: us-*",
            3,
            "write [us-east-1, us-east-2, us-west-1, us-west-2]",
        ),
        (
            "regions: [us-east-1, eu-west-1]",
            "regions: [us-e*]",
            3,
            "write us-east-1, us-east-2",
        ),
        (PAYER, "payer: Total", 2, "remove it: a total is no account"),
        (
            PAYER,
            "payer: a@example.com",
            2,
            "write its id: `aws organizations list-accounts` has each e-mail address beside the id",
        ),
        (
            ACCOUNTS,
            '  management: "111122223333"\n  prod: "222222222222"\n',
            4,
            'write a list: - {id: "111122223333", name: management}',
        ),
        (
            "trails: [org]",
            "trails: [org], accounts: 222222222222",
            16,
            'write ["222222222222"]',
        ),
        # days, and no other list
        (ROTATED, f'{ROTATED}, created: "[2026-01-15]"', 8, "write it as YYYY-MM-DD"),
        (ROTATED, f"{ROTATED}, rotations: yearly", 8, DAYS),
        (ROTATED, f"{ROTATED}, rotations: true", 8, DAYS),
        (ROTATED, f"{ROTATED}, rotations: 365", 8, DAYS),
        (ROTATED, f"{ROTATED}, rotations: 2026-01-15", 8, "write [2026-01-15]"),
        (ROTATED, "region: us-eest-1", 8, "did you mean us-east-1 or us-west-1?"),
    ],
)  # fmt: skip
def test_one_problem_and_its_fix(tmp_path, old, new, line, fix):
    """One mistake, one problem, in its line, and its fix is what to write."""
    assert [(found[0], found[3]) for found in refused(tmp_path, (old, new))] == [(line, fix)]


@pytest.mark.parametrize(
    ("old", "new", "line", "fix"),
    [
        ("    key: logs\n", "key: logs\n", 12, "indent it by 4 spaces"),
        ("    key: logs\n    files", "key: logs\nfiles", 12, "indent it, to line 13, by 4 spaces"),
        ('    account: "1', 'account: "1', 11, "indent it by 4 spaces"),
        ("    files", "  files", 13, "indent it by 4 spaces"),
        ('  - {id: "2', '- {id: "2', 6, "indent it by 2 spaces"),
        ("- name: org", "- name:org", 10, "write name: org"),
        ("payer: ", "payer:", 2, 'write payer: "111122223333"'),
    ],
)
def test_lines_that_are_no_yaml(tmp_path, old, new, line, fix):
    """The line of the mistake, and not the one at which YAML gave up."""
    assert [(found[0], found[3]) for found in refused(tmp_path, (old, new))] == [(line, fix)]


def test_a_value_with_a_colon_below_a_section(tmp_path):
    """The section above begins in a column of its own, and is no slip."""
    (problem,) = refused(tmp_path, ("{accounts_per_year: 10%}", "\n  accounts_per_year: a: b"))
    assert problem[0] == 18
    assert problem[3].startswith("write the value in quotes")


@pytest.mark.parametrize(
    ("text", "line", "fix"),
    [
        ("Konto-ID;Name\n222222222222;prod\n", 1, "name it `id`: its cells are account ids"),
        ("id,Owner\n222222222222,111122223333\n", 1, "remove the column"),
        ("222222222222,prod\n", 1, "begin with the line id,name"),
        ("id,name\n222222222222,prod\nTotal,1\n", 3, "remove it: a total is no account"),
    ],
)
def test_a_csv_file(tmp_path, text, line, fix):
    """A column of another name, none at all, a line of totals: one problem."""
    (tmp_path / "accounts.csv").write_text(text, encoding="utf-8")
    problems = refused(tmp_path, (PROD, "  - {file: accounts.csv}\n"), READER)
    assert [(found[0], found[3]) for found in problems] == [(line, fix)]


def test_the_consoles_words_of_a_state(tmp_path):
    """Pending closure is PENDING_CLOSURE: such an account is left out, the others are not."""
    text = "id,state\n222222222222,ACTIVE\n333333333333,Pending closure\n"
    (tmp_path / "accounts.csv").write_text(text, encoding="utf-8")
    inventory = read(tmp_path, BASE.replace(PROD, "  - {file: accounts.csv}\n"))
    assert [account.id for account in inventory.accounts] == ["111122223333", "222222222222"]
    assert inventory.notices[0].endswith("333333333333 is PENDING_CLOSURE")


@pytest.mark.parametrize(
    ("bucket", "has_notice"),
    [
        ("{name: x, bucket_key_saving: 99%}", True),
        ("{name: x, bucket_key_saving: 99%, bucket_key: false}", False),
        ("{name: x, bucket_key_saving: 99%, bucket_key: true}", False),
        ("{name: x}", False),
    ],
)
def test_a_saving_without_a_bucket_key(tmp_path, bucket, has_notice):
    """It is taken, it saves nothing, and a notice names the key to add."""
    inventory = read(tmp_path, BASE.replace("{name: example-logs}", bucket))
    assert any("add bucket_key: true" in notice for notice in inventory.notices) == has_notice


def test_a_variable_as_a_name_is_taken_with_a_notice(tmp_path):
    """A shell's variable that nobody has filled in."""
    inventory = read(tmp_path, BASE.replace("name: prod", "name: $ACCOUNT_NAME"))
    (notice,) = inventory.notices
    assert notice.endswith("$ACCOUNT_NAME looks like a template that was not rendered")
