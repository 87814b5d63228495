"""Which keys `check` takes for used: those of trails, and those that replication writes under."""

from tests.acceptance.commands import kmscost, write

TEXT = """\
version: 1
regions: [us-east-1]
accounts: [{id: "111122223333"}]
keys:
  - {id: logs, account: "111122223333", region: us-east-1}
  - {id: dr, account: "111122223333", region: us-east-1}
trails: [{name: org, account: "111122223333", key: logs}]
readers:
  - {name: a, kind: fixed, account: "111122223333", gets_per_day: 5}
  - {name: v, kind: validate, account: "111122223333", runs_per_month: 1, days: 3}
"""
REPLICATION = '  - {name: r, kind: replication, account: "111122223333", destination_key: dr}\n'


def test_a_key_that_replication_writes_under_is_used(tmp_path):
    """Without the reader nothing uses the key dr, with it nothing is left over."""
    write(tmp_path, TEXT, "without.yaml")
    write(tmp_path, TEXT + REPLICATION, "with.yaml")
    unused = "key dr: no trail and no replication uses it"
    assert unused in kmscost("check", "without.yaml", cwd=tmp_path).out
    assert "Never active: none" in kmscost("check", "with.yaml", cwd=tmp_path).out
