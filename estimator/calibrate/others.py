"""What else is measured: Bucket Key saving, checks of the key setting, requests of others."""

from __future__ import annotations

import numpy as np

from estimator.calibrate.gets import Rate, daily_rate, gets_per_file
from estimator.calibrate.measured import Measured
from estimator.calibrate.pooling import LEAST_SHAPE
from estimator.calibrate.quality import LEAST_COVERAGE, covered
from estimator.calibrate.ranges import measured_range, measured_share
from estimator.calibrate.rates import MONTH_DAYS
from estimator.inventory import Range


def bucket_key_savings(measured: Measured, said: str) -> tuple[dict[int, Range], list[str]]:
    """Of each trail: one minus requests per file, where logs told requests and names told files.

    Digests count on both sides where they are under the key: a Bucket Key hides which is which.
    """
    found: dict[int, Range] = {}
    notices = []
    for number, trail in enumerate(measured.inventory.trails):
        if trail.key is None or not measured.by_names[number]:
            continue
        requests, written = measured.write_requests[number], measured.name_files[number]
        if trail.log_file_validation and trail.digest_files == "sse-kms":
            written = written + measured.name_digests[number]
        both = (measured.name_exposure > 0) & (measured.log_exposure[number] > 0)
        files = np.where(both, written, 0.0)
        if not requests[both].any() or not files.any():
            if trail.bucket.bucket_key:
                need = "requests (logs) and files (object names) of the same days"
                notices.append(f"trail {trail.name}: bucket_key_saving needs {need}: unchanged")
            continue
        left = gets_per_file(np.where(both, requests, 0.0), files)
        if not trail.bucket.bucket_key:
            what = f"{left.mean:.2f} requests a file were measured"
            if left.mean < 0.9:
                notices.append(f"trail {trail.name}: {what}, but bucket_key is false: look it up")
            continue
        if left.mean >= 1:
            notices.append(f"trail {trail.name}: {left.mean:.2f} requests a file: no saving seen")
            continue
        found[number] = measured_share(left.mean, left.variance, said)
    return found, notices


def config_updates(measured: Measured, said: str) -> dict[int, Range]:
    """Of each trail: checks a month; none seen where the inventory has none is no news."""
    found: dict[int, Range] = {}
    for number, trail in enumerate(measured.inventory.trails):
        days = float(measured.exposure[number].sum())
        seen = float(measured.checks[number])
        if trail.key is None or measured.by_names[number] or days <= 0:
            continue
        if not seen and trail.config_updates_per_month.mid == 0:
            continue
        rate = checks_rate(seen, days)
        found[number] = measured_range(rate.mean, rate.variance, said)
    return found


def checks_rate(checks: float, days: float) -> Rate:
    """Checks a month under Jeffreys' prior: (checks + 1/2) / days x days of a month. [1/month]

    >>> round(checks_rate(1.0, 30.0).mean, 3)
    1.522
    """
    shape = checks + LEAST_SHAPE
    return Rate(shape / days * MONTH_DAYS, 1.0 / shape)


def other_requests(measured: Measured, said: str) -> tuple[Range | None, list[str]]:
    """What everything else of the payer requests a month, where all accounts were recorded."""
    total = float(measured.other.sum())
    if not total:
        return None, []
    accounts = {one.id for one in measured.inventory.accounts}
    recorded = {account for account, _ in measured.recorders} & accounts
    days = covered(measured)
    month = daily_rate(measured.other, days)
    shown = f"{month.mean * MONTH_DAYS:,.0f} requests a month that are not CloudTrail's"
    missing = len(accounts) - len(recorded)
    if missing > (1 - LEAST_COVERAGE) * len(accounts):
        told = f"{shown} in {len(recorded):,} of {len(accounts):,} accounts"
        return None, [f"{told}: other_kms_requests_per_month is unchanged, it is of all of them"]
    if len(measured.inventory.payers()) > 1:
        why = "it is of each payer and there are several"
        return None, [f"{shown}: other_kms_requests_per_month is unchanged, {why}"]
    return measured_range(month.mean * MONTH_DAYS, month.variance, said), []


def digests_said(measured: Measured) -> list[str]:
    """Where digests were measured and the inventory says that there are none, or the reverse."""
    notices = []
    for number, trail in enumerate(measured.inventory.trails):
        if trail.key is None or not measured.with_puts[number]:
            continue
        expected = trail.log_file_validation and trail.digest_files == "sse-kms"
        seen = measured.digests[number] > 0
        hidden = trail.bucket.bucket_key
        if seen and not expected:
            fix = "set log_file_validation: true and digest_files: sse-kms"
            notices.append(f"trail {trail.name}: digests under the key were measured: {fix}")
        elif expected and not seen and not hidden:
            fix = "set digest_files: sse-s3, or log_file_validation: false"
            notices.append(f"trail {trail.name}: no digest under the key was measured: {fix}")
    return notices
