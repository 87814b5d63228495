"""The user's YAML survives: comments, order, quotes, spacing; only what changes is touched."""

import datetime
import difflib
import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator.inventory.load import parse_inventory
from estimator.inventory.text_edits import Document
from pricing.reading.document import parse_document
from pricing.reading.problems import KmscostError
from tests.oracle.random_inventories import draw_inventory
from tests.sampling import cases

RANGE = {"low": 1.5, "high": 2.5, "mid": 2, "source": "measured"}
TEXT = """\
# top
version: 1
payer: '111122223333'
other_kms_requests_per_month: 12_000   # c1
regions: [us-east-1,   # home
          eu-west-1]
accounts:
  - {id: "111122223333", name: management}   # boss
  - {id: '222222222222', name: prod,
     files_per_day: 400}   # two lines
  - id: "333333333333"
    # why
    from: 2026-03-01

    until:   2027-01-01
keys:
- {id: logs, region: us-east-1}
trails:
    - name: org
      key: logs
      files_per_day:   # by Region
        us-east-1: 700   # busy
        other: 288
      bucket:
          bucket_key_saving:    .5   # guessed

# who reads
readers:
  - {name: siem, kind: every-file}

# the end"""


def changed_lines(text, *edits):
    """The lines taken out and put in by these settings."""
    document = Document(text, "x.yaml")
    for path, value in edits:
        document.set(path, value)
    return lines_of(text, document.result())


def lines_of(before, after):
    diff = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in diff if line[0] in "+-"]


def test_a_scalar_is_replaced_in_its_place():
    """Only the value changes; the comment behind it stays where it was."""
    assert changed_lines(TEXT, (("other_kms_requests_per_month",), RANGE)) == [
        "- other_kms_requests_per_month: 12_000   # c1",
        "+ other_kms_requests_per_month: {low: 1.5, high: 2.5, mid: 2, source: measured}   # c1",
    ]


def test_a_key_is_added_inside_braces_and_below_a_block():
    """Braces get it before their end, blocks on a line of their own, before the blank line."""
    edits = [((("accounts", 0, "files_per_day"), 3)), ((("accounts", 2, "files_per_day"), 4))]
    assert changed_lines(TEXT, *edits) == [
        '-   - {id: "111122223333", name: management}   # boss',
        '+   - {id: "111122223333", name: management, files_per_day: 3}   # boss',
        "+     files_per_day: 4",
    ]


def test_a_block_keeps_its_comments_when_it_is_replaced():
    """Comments beside the old numbers are still there, in order, above the new ones."""
    found = changed_lines(
        TEXT, (("trails", 0, "files_per_day"), {"us-east-1": RANGE, "other": RANGE})
    )
    assert found == [
        "-         us-east-1: 700   # busy",
        "-         other: 288",
        "+         # busy",
        "+         us-east-1: {low: 1.5, high: 2.5, mid: 2, source: measured}",
        "+         other: {low: 1.5, high: 2.5, mid: 2, source: measured}",
    ]


def test_keys_added_to_a_block_and_to_the_block_at_its_end_stay_apart():
    """A trail that ends with its bucket gets a key of each, asked for in either order."""
    text = "trails:\n  - name: org\n    bucket:\n      name: logs\nversion: 1\n"
    edits = [(("trails", 0, "files_per_day"), {"other": RANGE})]
    edits += [(("trails", 0, "bucket", "bucket_key_saving"), 0.9)]
    for order in (edits, edits[::-1]):
        document = Document(text, "x.yaml")
        for path, value in order:
            document.set(path, value)
        read, problems = parse_document(document.result())
        bucket = {"name": "logs", "bucket_key_saving": 0.9}
        trail = {"name": "org", "bucket": bucket, "files_per_day": {"other": RANGE}}
        assert not problems
        assert read == {"trails": [trail], "version": 1}


def test_writing_the_same_again_changes_no_byte():
    """A comment behind a key stays there, whatever the value below it was."""
    edits = [(("files_per_day",), {"us-east-1": RANGE, "other": RANGE})]
    for text in ("files_per_day: 400   # guess\n", "files_per_day:  # guess\n  other: 400\n"):
        once = Document(text, "x.yaml")
        once.set(*edits[0])
        again = Document(once.result(), "x.yaml")
        again.set(*edits[0])
        assert again.result() == once.result()
        assert once.result().startswith(text.replace(" 400", "")[:24].rstrip())


def test_the_last_line_needs_no_end():
    """A file without a line's end at its end gets what is added to its last mapping too."""
    document = Document('version: 1\naccounts: [{id: "1"}]', "x.yaml")
    document.set(("payer",), "111122223333")
    assert document.result() == 'version: 1\naccounts: [{id: "1"}]\npayer: "111122223333"\n'


def test_readers_are_added_where_the_others_are():
    """After the last one of a block, inside brackets, or under a key that was not there."""
    new = {"name": "x", "kind": "fixed", "gets_per_day": 3}
    for text, expected in (
        ("readers:\n- {name: a}\n\n# end\n", "readers:\n- {name: a}\n- {name: x, "),
        ("readers: []\nbudgets: []\n", "readers: [{name: x, "),
        ("readers: [{name: a}]\n", "readers: [{name: a}, {name: x, "),
        ("version: 1\n", "version: 1\nreaders:\n  - {name: x, "),
        (
            "readers:\n  - name: a\n    kind: fixed\n",
            "readers:\n  - name: a\n    kind: fixed\n  - {",
        ),
    ):
        document = Document(text, "x.yaml")
        document.append(("readers",), [new])
        assert document.result().startswith(expected), document.result()


def test_removing_takes_the_line_or_the_part_of_it():
    """A pair inside braces goes with its comma, one of a block with its line."""
    document = Document(TEXT, "x.yaml")
    assert document.remove(("accounts", 1, "files_per_day"))
    assert document.remove(("accounts", 2, "from"))
    assert not document.remove(("accounts", 0, "files_per_day"))
    assert sorted(lines_of(TEXT, document.result())) == sorted(
        [
            "-   - {id: '222222222222', name: prod,",
            "-      files_per_day: 400}   # two lines",
            "+   - {id: '222222222222', name: prod}   # two lines",
            "-     from: 2026-03-01",
        ]
    )


@pytest.mark.parametrize(
    "text",
    [
        "growth: &g {as_of: 2026-01-01}\nother: *g\n",
        "base: &b {a: 1}\ntrails: *b\n",
    ],
)
def test_anchors_are_refused_where_a_change_would_reach_too_far(text):
    """A value that stands for two places is not changed in one: the error says to write it out."""
    document = Document(text, "x.yaml")
    path = ("other", "as_of") if "other" in text else ("trails", "a")
    with pytest.raises(KmscostError, match="write it out plainly"):
        document.set(path, 3)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("accounts:\n  - &m {id: a}\n  - {<<: *m, id: b}\n", ("accounts", 0, "files")),
        ("a: &f {low: 1}\nb: *f\n", ("a",)),
        ("a:\n  x: &f {low: 1}\nb: *f\n", ("a",)),
        ("a: &f {x: {y: 1}}\nb: *f\n", ("a", "x", "y")),
    ],
)
def test_what_other_places_repeat_is_not_changed(text, path):
    """A change of an anchor would change them too, or leave them without it: refused."""
    document = Document(text, "x.yaml")
    with pytest.raises(KmscostError, match=r"x\.yaml:[12]: .* write it out plainly"):
        document.set(path, {"low": 3})
    assert document.result() == text


def test_items_of_a_list_that_is_not_indented_come_before_another_key():
    """A list as far left as its key, as PyYAML writes it, at the end: the item, then the key."""
    document = Document("version: 1\nreaders:\n- name: siem\n", "x.yaml")
    document.set(("payer",), "111122223333")
    document.append(("readers",), [{"name": "new"}])
    assert document.result() == (
        'version: 1\nreaders:\n- name: siem\n- {name: new}\npayer: "111122223333"\n'
    )


def test_comments_of_a_replaced_block_stay_in_order():
    """The comment behind the last line of a block does not come before those above it."""
    text = "trails:\n- files_per_day:\n    low: 1   # a guess\n    high: 2  # a hope\n"
    document = Document(text, "x.yaml")
    document.set(("trails", 0, "files_per_day"), {"other": RANGE})
    assert document.result().splitlines()[1:4] == [
        "- files_per_day:",
        "    # a guess",
        "    # a hope",
    ]


def test_json_stays_json():
    """An inventory in JSON, which is YAML too: what is added has its quotes."""
    document = Document('{"trails": [{"name": "org"}], "readers": [], "growth": {}}', "x.json")
    document.set(("trails", 0, "files_per_day"), {"us-east-1": RANGE})
    document.set(("growth", "as_of"), datetime.date(2026, 10, 1))
    document.append(("readers",), [{"name": "new"}])
    assert json.loads(document.result()) == {
        "trails": [{"name": "org", "files_per_day": {"us-east-1": RANGE}}],
        "readers": [{"name": "new"}],
        "growth": {"as_of": "2026-10-01"},
    }


def test_windows_line_ends_and_a_byte_order_mark_stay():
    """New lines end as the others do, and places are right behind a byte order mark."""
    text = "\ufeffversion: 1\r\nä: {b: ü}   # é\r\n"
    document = Document(text, "x.yaml")
    document.set(("ä", "c"), 3)
    document.set(("payer",), "111122223333")
    assert document.result() == (
        '\ufeffversion: 1\r\nä: {b: ü, c: 3}   # é\r\npayer: "111122223333"\r\n'
    )


COMMENT = re.compile(r"#c\d+")


def strew_comments(text, dice):
    """The text with comments and blank lines strewn over it, each with a number of its own."""
    lines, number = [], 0
    for line in text.splitlines():
        if dice.random() < 0.3:
            lines.append(f"{' ' * dice.randrange(6)}#c{number} above")
            number += 1
        if dice.random() < 0.1:
            lines.append("")
        if dice.random() < 0.3:
            lines.append(f"{line}{' ' * dice.randint(1, 4)}#c{number} beside: {{x: [1")
            number += 1
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


@settings(max_examples=cases(60))
@given(st.integers(0, 10_000))
def test_random_inventories_keep_everything_else(seed):
    """Any inventory, strewn with comments: each stays, in order, and every other value too."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    text = strew_comments(draw_inventory(seed).text, dice)
    before, _ = parse_document(text)
    document = Document(text, "x.yaml")
    wanted = {}
    for number in range(len(before["accounts"])):
        if "id" in before["accounts"][number] and dice.random() < 0.5:
            wanted["accounts", number, "files_per_day"] = {"us-east-1": RANGE}
    for number in range(len(before["trails"])):
        wanted["trails", number, "files_per_day"] = {"us-east-1": RANGE, "other": RANGE}
        wanted["trails", number, "config_updates_per_month"] = RANGE
    wanted["other_kms_requests_per_month",] = RANGE
    for path, value in wanted.items():
        document.set(path, value)
    document.append(("readers",), [{"name": "new", "kind": "fixed", "gets_per_day": RANGE}])
    text_after = document.result()
    after, problems = parse_document(text_after)
    assert not problems
    assert COMMENT.findall(text_after) == COMMENT.findall(text)
    for path, value in wanted.items():
        node, old = after, before
        for part in path[:-1]:
            node, old = node[part], old[part]
        assert node.pop(path[-1]) == value
        old.pop(path[-1], None)
    assert after["readers"].pop()["name"] == "new"
    if "readers" not in before:
        assert not after.pop("readers")
    assert after == before


def test_ids_and_odd_words_stay_text():
    """An id of digits, `no`, a number as a name: in quotes, and read back as the same text."""
    document = Document("version: 1\n", "x.yaml")
    document.set(("growth",), {"a": "111122223333", "b": "no", "c": "1e3", "d": "ä: #b", "e": 2.50})
    read, _ = parse_document(document.result())
    assert read["growth"] == {"a": "111122223333", "b": "no", "c": "1e3", "d": "ä: #b", "e": 2.5}


def test_an_inventory_that_was_changed_loads():
    """The strict reader takes what was written into the text above."""
    document = Document(TEXT, "x.yaml")
    document.set(("trails", 0, "files_per_day"), {"us-east-1": RANGE, "other": RANGE})
    document.set(("trails", 0, "bucket", "bucket_key_saving"), {"low": 0.2, "high": 0.9})
    inventory = parse_inventory(document.result(), "x.yaml")
    assert inventory.trails[0].files_per_day.of("eu-west-1").high == 2.5
