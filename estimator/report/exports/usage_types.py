"""How AWS's bill names what KMS meters.

Source: Cost and Usage Reports of 2023-11 and 2026-04 and FOCUS rows of 2024-09, real ones: usage
types `ca-central-1-KMS-Requests` and `ca-central-1-KMS-Keys`, product code awskms, operation the
API's name or CurrentKeys, units Requests and Keys. Checked 2026-11-24.
"""

from __future__ import annotations

SERVICE_CODE = "awskms"
SERVICE_NAME = "AWS Key Management Service"


def meter_of(unit: str) -> str:
    """The meter of a usage type.

    >>> meter_of("request"), meter_of("key-month")
    ('KMS-Requests', 'KMS-Keys')
    """
    return "KMS-Requests" if unit == "request" else "KMS-Keys"


def unit_of(unit: str) -> str:
    """The unit on the bill: a key-month is a key.

    >>> unit_of("request"), unit_of("key-month")
    ('Requests', 'Keys')
    """
    return "Requests" if unit == "request" else "Keys"


def operation_of(operation: str) -> str:
    """The operation on the bill.

    >>> operation_of("Decrypt"), operation_of("KeyMonth")
    ('Decrypt', 'CurrentKeys')
    """
    return "CurrentKeys" if operation == "KeyMonth" else operation


def usage_type(region: str, unit: str) -> str:
    """The usage type of what a Region meters.

    >>> usage_type("eu-west-1", "request")
    'eu-west-1-KMS-Requests'
    """
    return f"{region}-{meter_of(unit)}"
