"""Values of another type than theirs: a list, a mapping, a number; what to write instead."""

import pytest

from estimator import load_inventory
from estimator.inventory import InventoryError

TEXT = """\
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: k, region: us-east-1}]
trails: [{name: t, key: k}]
readers:
  - {name: NAME, kind: every-file}
"""


@pytest.mark.parametrize("name", ["[a, b]", "{a: b}", "7"])
def test_a_name_that_is_no_text_is_refused_with_its_line(tmp_path, name):
    """The reader's line and that text is expected; never a traceback."""
    path = tmp_path / "inventory.yaml"
    path.write_text(TEXT.replace("NAME", name), encoding="utf-8")
    with pytest.raises(InventoryError, match=r"inventory\.yaml:6: readers\[0\]\.name: .*text"):
        load_inventory(path)


UNQUOTED = """\
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}, {id: 222222222222}]
keys: [{id: k, region: us-east-1, account: "222222222222"}, {id: 7, region: us-east-1}]
trails: [{name: t, key: k, account: "222222222222"}, {name: 5, key: "7"}]
readers:
  - {name: r, kind: every-file, account: "222222222222", accounts: ["222222222222"], trails: ["5"]}
  - {name: s, kind: replication, destination_key: "7"}
other_kms_requests_per_month: {"222222222222": 5}
budgets:
  - {name: b, usd_per_month: 5, account: "222222222222"}
  - {name: c, usd_per_month: 5, trail: "5"}
  - {name: d, usd_per_month: 5, payer: "222222222222"}
"""


def test_a_name_without_quotes_is_known_all_the_same():
    """Three names lack their quotes: three problems, and none for what refers to them."""
    with pytest.raises(InventoryError) as error:
        load_inventory(UNQUOTED)
    places = [problem.at for problem in error.value.problems]
    assert places == ["accounts[1].id", "keys[1].id", "trails[1].name"]
    assert all("write it in quotes" in problem.fix for problem in error.value.problems)


@pytest.mark.parametrize(
    ("before", "after", "fix"),
    [
        ("version: 1", "version: 2", "write 1"),
        ("version: 1", "version: 1\ncloudtrail_writes: free", "write one of them"),
        ("version: 1", "version: 1\ncloudtrail_writes: exemt", "did you mean `exempt`?"),
        ("kind: every-file", "kind: [x]", "write one of them"),
        ("kind: every-file", "kind: every-fil", "did you mean `every-file`?"),
        (
            "kind: every-file",
            "kind: every-file, preset: [athena]",
            "write athena, without brackets or a dash",
        ),
        ("{name: NAME, kind: every-file}", "siem", "write it with its key: {name: siem}"),
    ],
)
def test_each_refusal_says_what_to_write(before, after, fix):
    """One mistake, one problem, and how to fix it."""
    with pytest.raises(InventoryError) as error:
        load_inventory(TEXT.replace(before, after).replace("NAME", "r"))
    assert [problem.fix for problem in error.value.problems] == [fix]
