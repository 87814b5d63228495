"""Inventories to export: one small enough for hand arithmetic, one with everything odd."""

from estimator import load_inventory

ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

# 1,000 files a day: 30,000 puts in November 2026, of which 20,000 are free
SMALL = f"""
version: 1
accounts: [{{id: "111122223333", name: main, regions: [us-east-1]}}]
keys: [{{id: logs, region: us-east-1, arn: "{ARN}"}}]
trails: [{{name: org, key: logs, files_per_day: 1000}}]
"""

# two payers, two partitions, readers of all kinds, names that want to be something else
ODD = f"""
version: 1
payer: "111122223333"
other_kms_requests_per_month: 15_000
cloudtrail_writes: exempt
accounts:
  - {{id: "111122223333", name: '=HYPERLINK("http://a.b")', regions: [us-east-1, eu-west-1]}}
  - {{id: "012345678901", name: "+1, \\"quoted\\"", regions: [us-east-1]}}
  - {{id: "444444444444", payer: "444444444444", name: "@SUM(A1)", regions: [us-gov-west-1]}}
keys:
  - {{id: "=1+1", account: "111122223333", region: us-east-1, arn: "{ARN}",
      rotations: [2026-12-10]}}
  - {{id: gov, account: "444444444444", region: us-gov-west-1, created: 2026-12-16}}
trails:
  - {{name: "-org\\\\\\"", account: "111122223333", scope: organization, key: "=1+1",
      log_file_validation: true, config_updates_per_month: 3,
      files_per_day: {{low: 150, high: 290}}}}
  - {{name: gov, account: "444444444444", key: gov, files_per_day: 700}}
readers:
  - {{name: "@siem", kind: every-file, account: "012345678901", trails: ["-org\\\\\\""],
      gets_per_file: 3}}
  - {{name: "<script>", kind: fixed, account: "444444444444", trails: [gov], gets_per_day: 2000}}
budgets:
  - {{name: everything of one, usd_per_month: 3, payer: "111122223333", thresholds: [0.07, 0.5, 1]}}
  - {{name: siem, usd_per_month: 0.005, reader: "@siem"}}
"""


def load(folder, text):
    """The inventory of a text."""
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)
