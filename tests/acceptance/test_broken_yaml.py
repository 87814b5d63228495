from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.acceptance.broken_inventory import (
    BASE,
    Case,
    assert_refused,
    case,
    expect_refusal,
)
from tests.acceptance.commands import NOVEMBER, kmscost, run_forecast, write

CASES = [
    # YAML itself
    case("tab as indentation", "    name: management\n", "\tname: management #!\n", near=1),
    case(
        "bracket left open",
        "regions: [us-east-1, eu-west-1]\n",
        "regions: [us-east-1, eu-west-1 #!\n",
        near=1,
    ),
    case("brace left open", "{low: 150, high: 290}\n", "{low: 150, high: 290 #!\n", near=1),
    case(
        "bracket too many",
        "trails: [org]\n    gets_per_file",
        "trails: [org]] #!\n    gets_per_file",
    ),
    case("undefined alias", 'account: "111122223333"\n    scope', "account: *nobody #!\n    scope"),
    case("recursive alias", "regions: [us-east-1, eu-west-1]", "regions: &r [us-east-1, *r] #!"),
    case("python tag", "name: management", "name: !!python/object/apply:os.getcwd [] #!"),
    case("unknown tag", "name: management", "name: !mine management #!"),
    case("wrong indentation", "    name: management\n", "   name: management #!\n", near=1),
    case("second document", "budgets:\n", "---  #!\nversion: 1  #!\nbudgets: #!\n"),
    case("colon missing", "    kind: fixed\n", "    kind fixed #!\n", near=1),
    # duplicates
    case(
        "duplicate top-level key",
        "cloudtrail_writes: charged\n",
        "cloudtrail_writes: charged\nversion: 1 #!\n",
        "version",
    ),
    case("duplicate nested key", "    key: logs\n", "    key: logs\n    key: dr #!\n", r"\bkey\b"),
    case(
        "duplicate key in a flow mapping",
        "{low: 150, high: 290}",
        "{low: 150, high: 290, low: 100} #!",
        "low",
    ),
    case("duplicate account", '- id: "222222222222"', '- id: "111122223333" #!', "111122223333"),
    case("duplicate key id", "- id: dr\n", "- id: logs #!\n", "logs"),
    case("duplicate reader", "- name: audit\n", "- name: siem #!\n", "siem"),
    case(
        "duplicate Region in a list",
        "regions: [us-east-1, eu-west-1]",
        "regions: [us-east-1, us-east-1] #!",
        "us-east-1",
    ),
    case(
        "duplicate budget",
        "    usd_per_month: 25.00\n",
        "    usd_per_month: 25.00\n  - name: kms #!\n    usd_per_month: 30\n",
        "kms",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_mistake_of_yaml(tmp_path: Path, case: Case) -> None:
    """A slip in the YAML itself, or a name given twice, is told with its line."""
    assert_refused(tmp_path, case)


def test_the_base_is_right(tmp_path: Path) -> None:
    """The inventory that the cases break is itself in order."""
    (tmp_path / "inventory.yaml").write_text(BASE)
    for run in (kmscost("check", "inventory.yaml", cwd=tmp_path), run_forecast(tmp_path)):
        assert run.code == 0, run.text


def test_anchors_and_comments_are_fine(tmp_path: Path) -> None:
    """Anchors that do not explode, comments, an end without newline: all welcome."""
    text = BASE.replace(
        "regions: [us-east-1, eu-west-1]", "regions: &two [us-east-1, eu-west-1]  # both"
    )
    text = text.replace("    regions: [us-east-1]\n", "    regions: *two\n").rstrip("\n")
    (tmp_path / "inventory.yaml").write_text(text)
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    assert run.code == 0, run.text


def test_success_says_what_the_inventory_means(tmp_path: Path) -> None:
    """check: 1 payer, 2 accounts, 2 Regions, 1 trail, 3 streams (2 Regions and 1)."""
    (tmp_path / "inventory.yaml").write_text(BASE)
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    for words in (
        r"\b(1|one) payer\b",
        r"\b(2|two) accounts\b",
        r"\b(2|two) Regions\b",
        r"\b(1|one) trail\b",
        r"\b(3|three) streams\b",
    ):
        assert re.search(words, run.text, re.IGNORECASE), f"{words} is not in: {run.text}"


WHOLE_FILES: dict[str, bytes] = {
    "empty": b"",
    "only blanks": b"  \n\n\n",
    "only comments": b"# an inventory\n# to come\n",
    "only a document mark": b"---\n",
    "a list": b"- version: 1\n- accounts\n",
    "a word": b"inventory\n",
    "a number": b"1\n",
    "null": b"null\n",
    "latin-1": BASE.replace("management", "Geschäft").encode("latin-1"),
    "utf-16": BASE.encode("utf-16"),
    "binary": bytes(range(256)) * 16,
    "nul bytes": BASE.replace("prod", "pr\0od").encode(),
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x00" * 64,
    "control character": BASE.replace("prod", "pr\x07od").encode(),
    "half a surrogate": b'version: 1\npayer: "\\ud800"\n',
    "quote left open": BASE.replace('payer: "111122223333"', 'payer: "111122223333').encode(),
    "deep flow nesting": b"version: " + b"[" * 20_000 + b"]" * 20_000 + b"\n",
    "deep mappings": b"version: " + b"{a: " * 5_000 + b"1" + b"}" * 5_000 + b"\n",
    "deep indentation": b"".join(b" " * n + b"a:\n" for n in range(2_000)),
    "alias bomb of lists": b"version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + b"".join(
        b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)
    ),
    "alias bomb under a known key": b"version: 1\nregions: &a0 ["
    + b", ".join([b"us-east-1"] * 7)
    + b"]\naccounts:\n"
    + b"".join(
        b"  - &a%d [%s]\n" % (n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 12)
    ),
    "alias bomb of mappings": b"version: 1\na0: &a0 {x: 1}\n"
    + b"".join(
        b"a%d: &a%d {%s}\n" % (n, n, b", ".join(b"k%d: *a%d" % (k, n - 1) for k in range(10)))
        for n in range(1, 12)
    ),
    "merge bomb": b"version: 1\na0: &a0 {x: 1}\n"
    + b"".join(
        b"a%d: &a%d {<<: [%s]}\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10))
        for n in range(1, 12)
    ),
    "sexagesimal and friends": BASE.replace(
        "files_per_day: 400", "files_per_day: 1:30:00:00:00"
    ).encode(),
}


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_whole_file_is_broken(tmp_path: Path, name: str) -> None:
    """Files that are no inventory at all: exit 1, the file named, no traceback, soon."""
    (tmp_path / "inventory.yaml").write_bytes(WHOLE_FILES[name])
    forecast = ("forecast", "inventory.yaml", *NOVEMBER)
    for command in (("check", "inventory.yaml"), forecast):
        run = kmscost(*command, cwd=tmp_path)
        expect_refusal(run)
        assert "inventory.yaml" in run.err, run.err
        assert len(run.text) < 20_000, f"{len(run.text)} characters of message"
        assert run.seconds < 60


def test_a_huge_file_is_refused_soon(tmp_path: Path) -> None:
    """A file over a sane size (here 1 GiB, sparse) is refused before it is read."""
    path = write(tmp_path, BASE)
    with path.open("ab") as out:
        out.truncate(1 << 30)
    run = kmscost("check", "inventory.yaml", cwd=tmp_path)
    expect_refusal(run)
    assert "inventory.yaml" in run.err, run.err
    assert run.seconds < 20


def test_a_folder_for_an_inventory(tmp_path: Path) -> None:
    """A folder, or a file that is not there, is the user's mistake: no traceback."""
    (tmp_path / "inventory.yaml").mkdir()
    for name in ("inventory.yaml", "absent.yaml"):
        run = kmscost("check", name, cwd=tmp_path)
        expect_refusal(run)
        assert name in run.err, run.err
