"""Templates, placeholders, other words: the fix says what to write, and it is taken then."""

import pytest

from tests.inventory.test_meant_values import (
    BUCKET,
    BUDGET,
    FILES,
    KEY,
    PAYER,
    TRAILS,
    refused,
)

RENDER = "render the template first, and check what it gives"
IN_ITS_PLACE = "write the value in its place"
KINDS = "every-file, query, fixed, validate, once, replication"
BLANK = "type a blank after the colon"
ROTATED = "region: us-east-1"
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
        (KEY, "key: !Ref Key\n", 12, "write the value that it gives: no template is rendered here"),
        (FILES, "day: ${FILES}", 13, RENDER),
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
        # days, and no other list
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
