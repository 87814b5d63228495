"""The example of the README: a made-up shop's October, measured, and its bill.

`python -m tests.attribution.example` writes both into examples/attribution. The bill is worked out
here by the published rates; the program is not asked.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from tests.real_data import ROOT

FOLDER = ROOT / "examples" / "attribution"
PAYER, SHOP, SECURITY, OLD = "111122223333", "444455556666", "222222222222", "777788889999"
EAST, WEST = "us-east-1", "eu-west-1"
DAYS = 31
PRICE = Decimal("0.000003")  # USD a request, KMS pricing page
FREE = 20_000


def arn(service: str, resource: str, account: str = "", region: str = EAST) -> str:
    """An ARN; S3 leaves out both account and Region."""
    return f"arn:aws:{service}:{region}:{account}:{resource}"


SHOP_KEY = arn("kms", "key/5a0b1c2d-1111-2222-3333-444455556666", SHOP)
LOG_KEY = arn("kms", "key/0a1b2c3d-1111-2222-3333-444455556666", SECURITY)
TRAIL = arn("cloudtrail", "trail/org", PAYER)


class Asker(NamedTuple):
    """Somebody who asks KMS every day, for something."""

    service: str
    resource: str
    caller: str
    operation: str
    a_day: int
    account: str = SHOP
    key: str = SHOP_KEY
    cause: str = "other"


def role(name: str, account: str = SHOP) -> str:
    """The ARN of a role."""
    return arn("iam", f"role/{name}", account, "")


IMAGES = "arn:aws:s3:::shop-images"
ASKERS = (
    Asker("s3", IMAGES, role("web"), "Decrypt", 193_000),
    Asker("s3", IMAGES, role("upload"), "GenerateDataKey", 4_000),
    Asker("s3", "arn:aws:s3:::shop-exports", role("reports"), "Decrypt", 2_600),
    Asker(
        "secretsmanager",
        arn("secretsmanager", "secret:shop/db-Ab12Cd", SHOP),
        role("web"),
        "Decrypt",
        9_000,
    ),
    Asker("ssm", arn("ssm", "parameter/shop/feature-flags", SHOP), role("web"), "Decrypt", 2_400),
    Asker("dynamodb", arn("dynamodb", "table/orders", SHOP), role("checkout"), "Decrypt", 288),
    Asker("lambda", arn("lambda", "function:thumbnails", SHOP), role("thumbnails"), "Decrypt", 700),
    # 2 accounts in 1 Region: 288 files a day each (F1), 24 digests each (F8), each file read once
    Asker(
        "cloudtrail",
        TRAIL,
        "cloudtrail.amazonaws.com",
        "GenerateDataKey",
        576,
        SECURITY,
        LOG_KEY,
        "put",
    ),
    Asker(
        "cloudtrail",
        TRAIL,
        "cloudtrail.amazonaws.com",
        "GenerateDataKey",
        48,
        SECURITY,
        LOG_KEY,
        "digest",
    ),
    Asker("cloudtrail", TRAIL, role("siem", SECURITY), "Decrypt", 576, SECURITY, LOG_KEY, "get"),
)
# an account whose logs are not here
UNLOGGED = 217_000


def measurement() -> dict[str, Any]:
    """What `kmscost measure cloudtrail --format json` writes of such logs."""
    rows = [
        {
            "day": f"2026-10-{day:02}",
            "billed_account": asker.account,
            "billed_region": EAST,
            "key": asker.key,
            "cause": asker.cause,
            "operation": asker.operation,
            "service": asker.service,
            "caller": asker.caller,
            "resource": asker.resource,
            "quantity": float(asker.a_day),
            "unit": "request",
            "meter": "KMS-Requests",
            "source": "cloudtrail",
            "coverage": 1.0,
        }
        for day in range(1, DAYS + 1)
        for asker in ASKERS
    ]
    hours = 24 * DAYS
    by_cause: dict[str, float] = dict.fromkeys(
        ("put", "check", "digest", "get", "replication", "other"), 0.0
    )
    by_operation: dict[str, float] = {}
    for asker in ASKERS:
        many = float(asker.a_day * DAYS)
        by_cause[asker.cause] += many
        by_operation[asker.operation] = by_operation.get(asker.operation, 0.0) + many
    requests = sum(by_cause.values())
    return {
        "source": "cloudtrail",
        "totals": {
            "requests": requests,
            "by_cause": by_cause,
            "by_operation": dict(sorted(by_operation.items())),
        },
        "rows": rows,
        "files": 2 * 288 * DAYS,
        "records": int(requests),
        "duplicates": 0,
        "skipped": [],
        "skipped_by_reason": {},
        "coverage": {
            "months": [{"month": "2026-10", "share": 1.0}],
            "streams": [
                {
                    "account": account,
                    "region": EAST,
                    "from": "2026-10-01T00:00Z",
                    "until": "2026-11-01T00:00Z",
                    "hours": hours,
                    "of_hours": hours,
                    "share": 1.0,
                    "gaps": [],
                }
                for account in (SECURITY, SHOP)
            ],
        },
        "notices": [],
        "failed": {"calls": 0, "by_error": {}},
    }


HEADER = (
    "bill/PayerAccountId,lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,"
    "lineItem/UsageEndDate,lineItem/ProductCode,lineItem/UsageType,lineItem/Operation,"
    "lineItem/ResourceId,lineItem/UsageAmount,lineItem/CurrencyCode,lineItem/UnblendedRate,"
    "lineItem/UnblendedCost,lineItem/LineItemDescription,product/region,pricing/unit"
)
_SPAN = "2026-10-01T00:00:00Z,2026-11-01T00:00:00Z"


def bill() -> str:
    """A Cost and Usage Report with resource ids of the same month: 20,000 requests are free."""
    billed: dict[tuple[str, str, str, str], int] = {}
    for asker in ASKERS:
        place = (asker.account, EAST, asker.operation, asker.key)
        billed[place] = billed.get(place, 0) + asker.a_day * DAYS
    billed[
        OLD, WEST, "Decrypt", arn("kms", "key/01d0b1c2-1111-2222-3333-444455556666", OLD, WEST)
    ] = UNLOGGED
    lines = [HEADER]
    for (account, region, operation, key), many in billed.items():
        # all that is free fell to the first line
        free = FREE if len(lines) == 1 else 0
        if free:
            lines.append(_request_line(account, region, operation, key, free, free=True))
        lines.append(_request_line(account, region, operation, key, many - free, free=False))
    for account, key in ((SHOP, SHOP_KEY), (SECURITY, LOG_KEY)):
        lines.append(
            f"{PAYER},{account},Usage,{_SPAN},awskms,{EAST}-KMS-Keys,CurrentKeys,{key},1,USD,1,1.00,"
            f"$1 per customer managed KMS key version,{EAST},Keys"
        )
    lines.append(f"{PAYER},{PAYER},Tax,{_SPAN},awskms,,,,1,USD,,1.52,Tax for product code awskms,,")
    return "\n".join(lines) + "\n"


def _request_line(
    account: str, region: str, operation: str, key: str, many: int, *, free: bool
) -> str:
    rate = Decimal(0) if free else PRICE
    words = (
        "$0.00 per request - Monthly Global Free Tier for KMS requests"
        if free
        else "$0.03 per 10000 KMS requests"
    )
    return (
        f"{PAYER},{account},Usage,{_SPAN},awskms,{region}-KMS-Requests,{operation},{key},{many},USD,"
        f"{rate},{many * rate},{words},{region},Requests"
    )


def write(folder: Path) -> None:
    """Write the measurement and the bill."""
    folder.mkdir(exist_ok=True)
    # a row a line
    parts = []
    for name, value in measurement().items():
        text = json.dumps(value)
        if name == "rows":
            text = ",\n".join(map(json.dumps, value)).join(("[\n", "\n]"))
        parts.append(f"{json.dumps(name)}: {text}")
    text = ",\n".join(parts).join(("{\n", "\n}\n"))
    (folder / "measured.json").write_text(text, encoding="utf-8")
    (folder / "bill.csv").write_text(bill(), encoding="utf-8")


if __name__ == "__main__":
    write(FOLDER)
