"""Names of another type than text: a list, a mapping, a template that was not rendered."""

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
