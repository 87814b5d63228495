"""`check` says what to write: the answer stands in the value, one mistake is one problem."""

import pytest

from tests.inventory.files import refusals
from tests.real_data import CASES, needs_cases

BASE = """\
version: 1
payer: "111122223333"
regions: [us-east-1, eu-west-1]
accounts:
  - {id: "111122223333", name: management}
  - {id: "222222222222", name: prod}
keys:
  - {id: logs, account: "111122223333", region: us-east-1}
trails:
  - name: org
    account: "111122223333"
    key: logs
    files_per_day: 288
    bucket: {name: example-logs}
readers:
  - {name: siem, kind: every-file, account: "222222222222", trails: [org]}
growth: {accounts_per_year: 10%}
budgets:
  - {name: kms, usd_per_month: 25.00}
"""
ID, PAYER, KEY, FILES = 'id: "222222222222"', 'payer: "111122223333"', "key: logs\n", "day: 288"
BUDGET, GROWTH, REGIONS = "month: 25.00", "year: 10%", "regions: [us-east-1, eu-west-1]"
TRAILS, BUCKET = "trails: [org]", "    bucket: {name: example-logs}\n"
NAMED = "is the name of account 111122223333: write its id"
INSIDE = "belongs inside bucket: {..., bucket_key: true}"
AT_THE_TOP = "belongs at the top of the file, without blanks before it"
OF_KEYS = "write the id of a key, such as logs"
PROD = '  - {id: "222222222222", name: prod}\n'
ACCOUNTS = f'  - {{id: "111122223333", name: management}}\n{PROD}'
BOTH = "us-east-1, eu-west-1"
READERS = (
    "readers:\n"
    '  - {name: siem, kind: every-file, account: "222222222222", trails: [org]}\n'
)  # fmt: skip
TEAM = "{team: payments}"
DASH = "put a dash and a blank before its first key: `- name: ...`"
OCTAL = 'write it in quotes: "0123", or 123 if it is a number'
IDS = '  - "111122223333"\n  - {"id": "222222222222"}\n'
DEFAULT = "write default, the Regions enabled by default, or list them"


def with_key(name):
    """How to write an account that stands there without its key."""
    return f"write it with its key: {{id: {name}}}"


def refused(folder, *changes: tuple[str, str]) -> list[tuple[int | None, str, str, str]]:
    """The lines, places, findings and fixes of an inventory with mistakes."""
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [
        (problem.line, problem.at, problem.found, problem.fix) for problem in refusals(folder, text)
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "fix"),
    [
        # accounts
        (ID, 'id: "2222-2222-2222"', 6, "write 222222222222, without dashes"),
        (ID, 'id: "2222 2222 2222"', 6, "write 222222222222"),
        (ID, 'id: " 222222222222"', 6, "write 222222222222, without blanks"),
        (ID, 'id: "222222222222\u00a0"', 6, "write 222222222222, without a no-break space"),
        (ID, "id: \u201c222222222222\u201d", 6, 'write "222222222222", in straight quotes'),
        (ID, "id: 222222222222", 6, 'write it in quotes: "222222222222"'),
        (ID, 'id: ["222222222222"]', 6, 'write "222222222222", without brackets'),
        (
            ID,
            'id: "arn:aws:iam::222222222222:root"',
            6,
            "write 222222222222, the account of this ARN",
        ),
        (
            ID,
            'id: "arn:aws:organizations::111122223333:account/o-abc/222222222222"',
            6,
            "write 222222222222, the account of this ARN",
        ),
        (PAYER, "payer: management", 2, f"management {NAMED}"),
        (PAYER, "payer: Management", 2, f"Management {NAMED}"),
        # Regions
        (REGIONS, "regions: all", 3, DEFAULT),
        (REGIONS, "regions: [all]", 3, DEFAULT),
        (REGIONS, 'regions: "*"', 3, DEFAULT),
        (REGIONS, "regions: us-east-1", 3, "write [us-east-1]"),
        (REGIONS, "regions: us-east-1, eu-west-1", 3, "write [us-east-1, eu-west-1]"),
        (REGIONS, "regions: [US-EAST-1]", 3, "write us-east-1"),
        (REGIONS, "regions: [Ireland]", 3, "write eu-west-1"),
        (REGIONS, "regions: [us-east-1a]", 3, "write us-east-1"),
        (KEY, "key: logs\n    regions: [all]\n", 13, "write all"),
        # numbers
        (FILES, "day: [150, 290]", 13, "write {low: 150, high: 290}"),
        (FILES, "day: [290, 150]", 13, "write {low: 150, high: 290}"),
        (FILES, "day: [150, 200, 290]", 13, "write {low: 150, mid: 200, high: 290}"),
        (FILES, "day: [288]", 13, "write 288"),
        (FILES, "day: 150-290", 13, "write {low: 150, high: 290}"),
        (FILES, "day: 150 \u2013 290", 13, "write {low: 150, high: 290}"),
        (FILES, "day: 150 to 290", 13, "write {low: 150, high: 290}"),
        (FILES, "day: 150..290", 13, "write {low: 150, high: 290}"),
        (FILES, "day: {min: 150, max: 290}", 13, "write {low: 150, high: 290}"),
        (FILES, 'day: "288"', 13, "write 288 without quotes"),
        (FILES, "day: 288/day", 13, "write 288"),
        (FILES, "day: 12k", 13, "write 12000"),
        (FILES, "day: 8.640.000", 13, "write 8640000"),
        (FILES, "day: 8'640'000", 13, "write 8640000"),
        (FILES, "day: 12,5", 13, "write 12.5, with a point"),
        (BUDGET, "month: 25,00", 19, "write 25.00, with a point"),
        (BUDGET, "month: 1.234,56", 19, "write 1234.56"),
        (BUDGET, "month: 12,000", 19, "write 12000, or 12 if the comma is a decimal one"),
        (BUDGET, "month: $25", 19, "write 25: the unit is USD a month"),
        (BUDGET, "month: 25 USD", 19, "write 25"),
        (GROWTH, "year: 10,5%", 17, "write 10.5%, with a point"),
        (GROWTH, "year: 10 percent", 17, "write 10%"),
        (GROWTH, "year: 10\u00a0%", 17, "write 10% without a no-break space"),
        (GROWTH, "year: [5%, 10%]", 17, "write {low: 5%, high: 10%}"),
        (GROWTH, "year: 5-10%", 17, "write {low: 5%, high: 10%}"),
        # flags, days, tags, texts
        (BUCKET, "    bucket: {bucket_key: no}\n", 14, "write false"),
        (BUCKET, "    bucket: {bucket_key: Yes}\n", 14, "write true"),
        (BUCKET, '    bucket: {bucket_key: "true"}\n', 14, "write true without quotes"),
        (BUCKET, "    bucket: {bucket_key: }\n", 14, "write true or false, or remove the key"),
        (ID, f"{ID}, from: 01.03.2026", 6, "write 2026-03-01"),
        (ID, f"{ID}, from: 2026-02-30", 6, "February 2026 ends on 2026-02-28"),
        (ID, f"{ID}, until: never", 6, "leave it out if there is no such day"),
        (
            ID,
            f"{ID}, from: 03/01/2026",
            6,
            "write 2026-03-01 for March 1, or 2026-01-03 for January 3",
        ),
        (ID, f"{ID}, from: 2026-03", 6, "write a day: the first of that month is 2026-03-01"),
        (
            ID,
            f"{ID}, tags: [{{Key: team, Value: a b}}, {{Key: cost, Value: '4711'}}]",
            6,
            'write {team: "a b", cost: "4711"}',
        ),
        (ID, f"{ID}, tags: [team=payments, env=prod]", 6, "write {team: payments, env: prod}"),
        (ID, f"{ID}, tags: team=payments", 6, "write {team: payments}"),
        (ID, f"{ID}, tags: [x]", 6, f"write a name and a value for each, such as {TEAM}"),
        (ID, f"{ID}, tags: {{team: 0123}}", 6, OCTAL),
        (ID, f"{ID}, tags: {{since: 2024-01-01}}", 6, 'write it in quotes: "2024-01-01"'),
        (ID, f"{ID}, tags: {{version: 1.10}}", 6, 'write it in quotes: "1.10"'),
        (ID, f"{ID}, tags: {{on: True}}", 6, 'write it in quotes: "True"'),
        (ID, f"{ID}, tags: {{empty: }}", 6, 'write "" for an empty value, or remove the tag'),
        # lists and mappings
        (ACCOUNTS, IDS, 5, with_key('"111122223333"')),
        (ACCOUNTS, "  - accounts.csv\n", 5, "write it with its key: {file: accounts.csv}"),
        (
            f"accounts:\n{ACCOUNTS}",
            'accounts:\n  "111122223333": {name: a}\n',
            4,
            'write a list, each item with its id: - {id: "111122223333", ...}',
        ),
        ("  - name: org", "    name: org", 9, DASH),
        ("keys:\n", "keys: logs\n#", 7, "write a list of mappings: - {id: logs}"),
        (READERS, "readers:\n", 15, "write [], or indent the lines below it that belong to it"),
        (READERS, "readers: none\n", 15, "write []"),
        (BUCKET, "    bucket: s3://example-logs/AWSLogs\n", 14, "write {name: example-logs}"),
        (BUCKET, "    bucket: example-logs\n", 14, "write it with its key: {name: example-logs}"),
        (BUDGET, "month: 25, thresholds: 80", 19, "write [80%]"),
        (REGIONS, "regions: [us-east-1 eu-west-1]", 3, f"write {BOTH}, with a comma between them"),
        (REGIONS, "regions: [us\u2011east\u20111]", 3, "write us-east-1"),
        (PAYER, "payer: 111122223333,", 2, 'write "111122223333", without the , at the end'),
        (KEY, "key: none\n", 12, "write null, without quotes, for SSE-S3"),
        (KEY, "key: logs,\n", 12, "write logs"),
        (KEY, "key: *logs\n", 12, "name an anchor (&name) that is complete above this line"),
        (KEY, "key: logs\n    <<: x\n", 13, "merge an anchored mapping (<<: *name)"),
        (KEY, "key: logs\n    scope: Organization\n", 13, "write organization"),
        (TRAILS, "trails: all", 16, "list them, or remove the key if its default is meant"),
        # names
        (TRAILS, "trails: org", 16, "write [org]"),
        (TRAILS, "trails: [ORG]", 16, "write org"),
        (
            TRAILS,
            'trails: ["arn:aws:cloudtrail:us-east-1:111122223333:trail/org"]',
            16,
            "write org, the name of the trail of this ARN",
        ),
        ("version: 1", 'version: "1"', 1, "write 1 without quotes"),
        # keys in the wrong place
        (BUCKET, f"{BUCKET}    bucket_key: true\n", 15, f"bucket_key {INSIDE}"),
        (BUCKET, f"{BUCKET}    gets_per_file: 2\n", 15, "gets_per_file belongs to readers"),
        (BUCKET, f"{BUCKET}    growth: {{}}\n", 15, f"growth {AT_THE_TOP}"),
        # keys in the plural or the singular, which stand elsewhere too, and AWS's own name
        (KEY, "keys: logs\n", 12, "did you mean `key`?"),
        ("readers:\n", "reader:\n", 15, "did you mean `readers`?"),
        ("name: prod", "region: [us-east-1]", 6, "did you mean `regions`?"),
        (BUCKET, f"    region: [us-east-1]\n{BUCKET}", 14, "did you mean `regions`?"),
        (KEY, "kms_key_id: logs\n", 12, "did you mean `key`?"),
        # a text is no list of keys or of readers: it is a part's, without the blanks before it
        ("growth:", "key: logs\ngrowth:", 17, "key belongs to trails"),
        ("growth:", "reader: siem\ngrowth:", 17, "reader belongs to budgets"),
    ],
)  # fmt: skip
def test_the_fix_is_what_was_meant(tmp_path, old, new, line, fix):
    """One mistake, one problem, in its line, and its fix is what to write."""
    assert [(found[0], found[3]) for found in refused(tmp_path, (old, new))] == [(line, fix)]


@pytest.mark.parametrize(
    ("key", "fix"),
    [
        (
            "arn:aws:kms:us-east-1:111122223333:key/1234",
            f"{OF_KEYS}; the ARN goes to that key's entry as `arn`",
        ),
        (
            "alias/logs",
            f"{OF_KEYS}; the ARN of the key behind the alias goes to that key's entry as `arn`",
        ),
        (
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            f"{OF_KEYS}; the ARN of the key behind this id goes to that key's entry as `arn`",
        ),
    ],
)
def test_awss_names_of_a_key(tmp_path, key, fix):
    """An ARN, an alias, AWS's own id; the entry with this ARN is named."""
    assert [found[3] for found in refused(tmp_path, (KEY, f"key: {key}\n"))] == [fix]
    with_arn = ("region: us-east-1", f"region: us-east-1, arn: {key}")
    if key.startswith("arn:"):
        problems = refused(tmp_path, with_arn, (KEY, f"key: {key}\n"))
        assert [found[3] for found in problems] == ["write logs, the id of the key with this ARN"]


@pytest.mark.parametrize(
    ("old", "new", "line", "found", "fix"),
    [
        (KEY, "key:\u00a0logs\n", 12, "a no-break space after `key:`", "type a plain space"),
        (PAYER, f"\u00a0{PAYER}", 2, "a no-break space in the key", "remove it"),
        (ID, 'id:\u202f"222222222222"', 6, "a narrow no-break space after `id:`", "type one"),
        (FILES, "day:\u200b288", 13, "a zero-width space after `files_per_day:`", "type a plain"),
        (BUCKET, f"\t{BUCKET}", 14, "a tab in the indentation", "type spaces"),
        (BUCKET, f" {BUCKET}", 14, "is indented by 5 spaces", "by 4 spaces, as line 13"),
        (BUCKET, BUCKET[1:], 14, "a line that is indented by 3 spaces", "by 4 spaces, as line 13"),
        ("  - name: org\n", "- name: org\n", 11, "indented by 4 spaces", "by 2 spaces, as line 10"),
        (PAYER, "<<<<<<< HEAD\npayer: 1\n=======\n", 2, "mark of a merge conflict", "resolve the"),
        (PAYER, f"```\n{PAYER}", 2, "a fence of Markdown", "remove it"),
        (PAYER, 'payer: "111122223333",', 2, "a comma at the end of the line", "remove it"),
        (PAYER, 'payer = "111122223333"', 2, "without a colon", 'write payer: "111122223333"'),
        (PAYER, 'payer:"111122223333"', 2, "without a colon", 'write payer: "111122223333"'),
        (PAYER, 'payer: "111122223333', 2, "a quote that is not closed", 'close it with "'),
        (PAYER, "payer: '111122223333", 2, "a quote or a bracket that is not", "close it in"),
        (REGIONS, "regions:\n - us-east-1\n eu-west-1", 5, "without a dash", "write - eu-west-1"),
        ("  - {name: siem", "  -{name: siem", 16, "a dash without a blank", "type a blank after"),
        (TRAILS, "trails: [org", 16, "no comma between two parts", "add it"),
        (', account: "222222222222", trails', ' account: "2"', 16, "no comma between", "add it"),
        (KEY, "key: %logs\n", 12, "a value that begins with %", "write it in quotes"),
        (KEY, "key: logs: x\n", 12, "two keys, or a value with a colon", "write the value in"),
        (KEY, 'key: "logs"x\n', 12, "text behind a quote that is closed", "write the whole"),
        (PROD, '  - {file: "C:\\temp"}\n', 6, "'C:\\temp'", "write a path with /, or in single"),
        (PAYER, "payer: {{ payer }}", 2, "not rendered, {{ payer }}", "render the template first"),
        (PAYER, "payer: {{ payer }}-x", 2, "not rendered, {{ payer }}", "render the"),
        (PAYER, "{% if x %}", 2, "not rendered, {% if x %}", "render the template first"),
        ("accounts:\n", "accounts:\n  - {{ more }}\n", 5, "rendered, {{ more }}", "render the"),
        ("name: siem", "name: {{ a | b }}", 16, "not rendered, {{ a | b }}", "render the template"),
        (
            PAYER,
            "payer: 012345678901",
            2,
            "the unquoted digits 012345678901",
            'write it in quotes: "012345678901"',
        ),
        (PAYER, "payer: 1.11122E+11", 2, "the number", "a spreadsheet has shortened it"),
    ],
)  # fmt: skip
def test_what_is_no_yaml_or_hides_in_it(tmp_path, old, new, line, found, fix):
    """Unseen characters, indentation, templates, lost digits: named once, in their line."""
    problems = [each for each in refused(tmp_path, (old, new)) if each[0] == line]
    assert len(problems) == 1
    assert found in problems[0][2]
    assert fix in problems[0][3]


def test_the_section_below_a_key_that_is_not_indented(tmp_path):
    """Each line of the bucket says that it belongs inside."""
    flat = "    bucket:\n    region: us-east-1\n    bucket_key: true\n"
    fixes = [found[3] for found in refused(tmp_path, (BUCKET, flat))]
    assert fixes[0] == "indent the lines below it that belong to it, or remove the key"
    assert "region belongs inside bucket: {..., region: us-east-1}" in fixes
    assert "bucket_key belongs inside bucket: {..., bucket_key: true}" in fixes


def test_references_are_checked_where_another_part_is_wrong(tmp_path):
    """Two wrong Regions, a dangling key, account and trail, a day before another: all at once."""
    problems = refused(
        tmp_path,
        (KEY, "key: logz\n    regions: [us-eest-1, moon]\n"),
        (FILES, "day: 288\n    from: 2026-05-01\n    until: 2026-01-01"),
        ("trails: [org]", "trails: [ogr], regions: [x], account: prod"),
        ('kind: every-file, account: "222222222222"', "kind: every-file"),
        ('account: "111122223333", region', 'account: "333333333333", created: x, region'),
    )  # fmt: skip
    assert [found[1] for found in problems] == [
        "keys[0].account",
        "keys[0].created",
        "trails[0].key",
        "trails[0].regions[0]",
        "trails[0].regions[1]",
        "trails[0].until",
        "readers[0].account",
        "readers[0].regions[0]",
        "readers[0].trails[0]",
    ]


def test_both_ends_of_a_range_are_refused(tmp_path):
    """Every part of a range, and every Region of files, has a problem of its own."""
    problems = refused(tmp_path, (FILES, "day: {low: -1, high: x, hihg: 3}"))
    assert sorted(found[1].rpartition(".")[2] for found in problems) == ["high", "hihg", "low"]
    problems = refused(tmp_path, (FILES, "day: {us-east-1: -1, moon: 3, other: x}"))
    assert sorted(found[1].rpartition(".")[2] for found in problems) == [
        "moon",
        "other",
        "us-east-1",
    ]


def test_a_name_of_several_accounts(tmp_path):
    """Nobody knows which of them was meant."""
    (problem,) = refused(tmp_path, ("name: management", "name: prod"), (PAYER, "payer: prod"))
    fix = "prod is the name of accounts 111122223333 and 222222222222: write the id of one of them"
    assert problem[3] == fix


# of each case the fix, or a part of it, and the line
FIXES = {
    "account_arn": (6, "write 222222222222, the account of this ARN"),
    "account_by_name": (17, "prod is the name of account 222222222222: write its id"),
    "account_dashes": (6, "write 222222222222, without dashes"),
    "bucket_key_outside": (16, "bucket_key belongs inside bucket: {..., bucket_key: true}"),
    "decimal_comma": (20, "write 25.00, with a point"),
    "files_list": (15, "write {low: 150, high: 290}"),
    "files_range_text": (15, "write {low: 150, high: 290}"),
    "growth_10": (18, "10 is 1,000 percent a year: write 10%, or 1000%"),
    "no_break_space": (14, "type a plain space"),
    "reader_name_list": (7, "write siem, without brackets or a dash"),
    "reader_name_template": (7, "render the template first, and check what it gives"),
    "regions_all": (3, DEFAULT),
    "regions_all_in_list": (3, DEFAULT),
    "saving_99": (15, "write 0.99 or 99% for 99 percent"),
    "trail_key_alias": (14, "write the id of a key, such as logs; the ARN of the key behind"),
    "trail_key_arn": (14, "write the id of a key, such as logs; the ARN goes to that key's entry"),
}


@needs_cases
@pytest.mark.parametrize("name", FIXES)
def test_the_cases(tmp_path, name):
    """One problem each, in its line, and its fix is the answer."""
    text = (CASES / "check" / f"{name}.yaml").read_text(encoding="utf-8")
    (problem,) = refusals(tmp_path, text)
    line, fix = FIXES[name]
    assert problem.line == line
    assert problem.fix.startswith(fix)


@needs_cases
def test_the_case_of_a_leading_zero(tmp_path):
    """Twelve digits are an id: no word of dropping the zero. The reader's account is missing."""
    text = (CASES / "check" / "id_leading_zero.yaml").read_text(encoding="utf-8")
    zero, reader = refusals(tmp_path, text)
    assert (zero.line, zero.fix) == (6, 'write it in quotes: "012345678901"')
    assert (reader.line, reader.found) == (17, "'222222222222'")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("version: 1\nscenarios: []\n", "a scenario file"),
        ("version: 1\nservice: kms\nmeters: []\n", "a rate table"),
        ('{"totals": {}, "rows": []}\n', "an answer of kmscost"),
    ],
)
def test_another_file_of_kmscost(tmp_path, text, found):
    """One problem that names the file, and not one for each key."""
    assert [problem.found for problem in refusals(tmp_path, text)] == [found]


def test_an_entry_of_a_file_that_is_wrong_hides_its_accounts(tmp_path):
    """Nobody knows which accounts it would have listed: none is dangling, and no id missing."""
    entry = (PROD, "  - {file: [accounts.csv]}\n")
    assert [found[1] for found in refused(tmp_path, entry)] == ["accounts[1].file"]
