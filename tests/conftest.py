"""What pytest is told about all tests."""

from __future__ import annotations


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by their number: gzip writes the second of packing into its header.

    Each process of `-n auto` collects for itself, a second apart; names that differ end the run.
    """
    return f"{argname}-{len(val)}-bytes" if isinstance(val, bytes) else None
