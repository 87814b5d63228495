"""Every command that answers, with a small organization that it answers about.

Used by the contracts, which hold over all of them at once: a new command is added here, and every
contract holds for it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from estimator.report.formats import Format
from tests.acceptance.commands import kmscost, write
from tests.october import write_october
from tests.real_data import ROOT

SPAN = ("--from", "2026-11", "--months", "2")
DRAWS = ("--simulations", "100")
FORMATS = tuple(form.value for form in Format)

ORGANIZATION = """\
version: 1
regions: [us-east-1, eu-west-1]
growth: {accounts_per_year: "10%", as_of: 2026-11-01}
accounts:
  - {id: "111122223333", name: management}
  - {id: "222222222222", name: security}
  - {id: "333333333333", name: prod, files_per_day: {us-east-1: 700, other: 100}}
keys:
  - {id: logs, account: "222222222222", region: us-east-1, created: 2025-01-15}
  - {id: old, account: "222222222222", region: us-east-1}
trails:
  - {name: org, account: "111122223333", key: logs, log_file_validation: true}
  - {name: second, account: "111122223333", key: old, regions: [us-east-1]}
readers:
  - {name: siem, kind: every-file, account: "222222222222", gets_per_file: {low: 1, high: 1.3}}
  - {name: audit, kind: fixed, account: "222222222222", gets_per_day: 500}
budgets: [{name: kms, usd_per_month: 3.00}, {name: part, usd_per_month: 1, reader: siem}]
other_kms_requests_per_month: 12000
"""
SCENARIOS = """\
- {name: bucket-key, path: "trails[org].bucket.bucket_key", value: true}
- {name: no-audit, path: "readers[audit].gets_per_day", value: 0, from: 2026-12}
"""

# each command that answers in the formats above; its first file is the inventory where it has one
ANSWERS: dict[str, tuple[str, ...]] = {
    "forecast": ("forecast", "i.yaml", *SPAN, "--by", "account,cause"),
    "explain": ("explain", "i.yaml", "--month", "2026-11", "--trail", "org"),
    "simulate": ("simulate", "i.yaml", *SPAN, *DRAWS),
    "compare": ("compare", "i.yaml", "scenarios.yaml", *SPAN, "--details"),
    "advise": ("advise", "i.yaml", *SPAN),
    "reconcile": ("reconcile", "i.yaml", "bill.csv", "--month", "2026-10"),
    "measure cloudtrail": ("measure", "cloudtrail", "logs"),
    "measure bill": ("measure", "bill", "bill.csv"),
    "attribute": ("attribute", "measured.json", "--bill", "shop.csv"),
    "calibrate": ("calibrate", "starter.yaml", "logs", "--force"),
    "backtest": ("backtest", "starter.yaml", "logs", "--horizon", "4d"),
    "rates show": ("rates", "show", "--region", "us-east-1"),
    "rates diff": ("rates", "diff", "a.yaml", "b.yaml", "--inventory", "i.yaml", *SPAN),
}
# answers that have a cost of CloudTrail's own writes in them
WITH_COST = (
    "forecast",
    "explain",
    "simulate",
    "compare",
    "advise",
    "reconcile",
    "attribute",
    "rates diff",
)
# commands that write something else than an answer in these formats, each with its endings
FILES: dict[str, tuple[tuple[str, ...], str]] = {
    "calibrate": (("calibrate", "starter.yaml", "logs", "--force"), ".yaml"),
    "report": (("report", "i.yaml", "--month", "2026-10", *DRAWS, "--no-advice"), ".html"),
    "plot": (("plot", "i.yaml", *SPAN, "--on", "2026-11-02"), ".svg"),
    "export focus": (("export", "focus", "i.yaml", *SPAN), ".csv"),
    "export frame": (("export", "frame", "i.yaml", *SPAN), ".json"),
    "export aws-budgets": (("export", "aws-budgets", "i.yaml", *SPAN), ".json"),
    "export bcm": (("export", "bcm", "i.yaml", "--from", "2026-11"), ".json"),
    "export prometheus": (("export", "prometheus", "i.yaml", *SPAN), ".prom"),
    "discover terraform": (("discover", "terraform", "plan.json"), ".yaml"),
    "schema": (("schema",), ".json"),
    **{name: (arguments, ".json") for name, arguments in ANSWERS.items() if name != "calibrate"},
}
# commands that write, but not here: what they read needs AWS, an extra or a folder of its own, and
# they answer as those of their group do
ELSEWHERE = {
    "check",
    "discover aws",
    "discover aws-responses",
    "discover cloudformation",
    "measure access-logs",
    "measure athena",
    "measure s3-inventory",
    "measure s3-listing",
    "rates import",
}


def write_folder(folder: Path) -> Path:
    """Write all that these commands read into a folder."""
    write(folder, ORGANIZATION, "i.yaml")
    write(folder, SCENARIOS, "scenarios.yaml")
    write_october(folder / "logs", days=24)
    for name, to in (("measured.json", "measured.json"), ("bill.csv", "shop.csv")):
        shutil.copy(ROOT / "examples" / "attribution" / name, folder / to)
    for name in ("bill.csv", "plan.json"):
        shutil.copy(ROOT / "examples" / name, folder / name)
    kmscost("init", "starter.yaml", cwd=folder)
    table = (ROOT / "pricing" / "tables" / "awskms.yaml").read_text(encoding="utf-8")
    write(folder, table, "a.yaml")
    write(folder, table.replace("0.03", "0.04"), "b.yaml")
    return folder
