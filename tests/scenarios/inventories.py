"""A small organization whose numbers can be done by hand, and files for tests."""

# 100 accounts x 2 Regions x 288 files = 57,600 files a day; the free tier is 20,000 a month
HUNDRED = "\n".join(
    f'  - {{id: "{100000000000 + number}", regions: [us-east-1, eu-west-1]}}'
    for number in range(100)
)
PLAIN = f"""\
version: 1
accounts:
{HUNDRED}
keys:
  - {{id: logs, region: us-east-1}}
trails:
  - name: org
    key: logs
    bucket: {{bucket_key_saving: 0.99}}
"""

READ = (
    PLAIN
    + """\
readers:
  - {name: siem, kind: every-file, gets_per_file: {low: 1, high: 2}}
  - {name: athena, kind: query, queries_per_month: 10, days_scanned: 7}
"""
)


def file(folder, text, name="inventory.yaml"):
    """A file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
