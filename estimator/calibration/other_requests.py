"""What else is measured: Bucket Key saving, checks of the key setting, requests of others."""

from __future__ import annotations

import numpy as np

from estimator.calibration.arn_matching import MOST_NAMED
from estimator.calibration.gets import Rate, daily_rate, gets_per_file
from estimator.calibration.measured import Measured
from estimator.calibration.pooling import LEAST_SHAPE
from estimator.calibration.quality import LEAST_COVERAGE, covered_share
from estimator.calibration.ranges import measured_range, measured_saving
from estimator.calibration.stream_rates import MONTH_DAYS
from estimator.figures import listed
from estimator.inventory import Account, Range
from estimator.inventory.others import FIELD
from estimator.months import FloatArray
from estimator.volume.model import digests_from


def bucket_key_savings(measured: Measured, source: str) -> tuple[dict[int, Range], list[str]]:
    """Of each trail: one minus requests per file, where logs told requests and names told files.

    Digests count on both sides where they are under the key: a Bucket Key hides which is which.
    """
    found: dict[int, Range] = {}
    notices = []
    for number, trail in enumerate(measured.inventory.trails):
        if trail.key is None or not measured.by_names[number]:
            continue
        requests, written = measured.write_requests[number], measured.name_files[number]
        under_key = measured.window.ordinals >= digests_from(trail)
        written = written + np.where(under_key, measured.name_digests[number], 0.0)
        both = (measured.name_exposure > 0) & (measured.log_exposure[number] > 0)
        whole = measured.under_bucket_key[number]
        if whole.any():  # days before it was on would thin what it saves
            both &= whole
        files = np.where(both, written, 0.0)
        if not requests[both].any() or not files.any():
            if trail.bucket.bucket_key:
                need = "requests (logs) and files (object names) of the same days"
                notices.append(f"trail {trail.name}: bucket_key_saving needs {need}: unchanged")
            continue
        # logs have the requests about all files, names of one folder only some of the files
        if not measured.listed[measured.streams.trail == number].all():
            need = "the names of all its files: unchanged"
            notices.append(f"trail {trail.name}: bucket_key_saving needs {need}")
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
        found[number] = measured_saving(left.mean, left.variance, source)
    return found, notices


def config_updates(measured: Measured, source: str) -> dict[int, Range]:
    """Of each trail: checks a month. A trail with 0 checks assumed and 0 seen is left out."""
    found: dict[int, Range] = {}
    for number, trail in enumerate(measured.inventory.trails):
        if trail.key is None or measured.by_names[number]:
            continue
        writing = measured.window.within(measured.inventory.active.writing[trail.name])
        days, seen = float(measured.exposure[number][writing].sum()), float(measured.checks[number])
        if days <= 0:
            continue
        # zero seen and zero assumed: writing a range would only add noise to the file
        if not seen and trail.config_updates_per_month.mid == 0:
            continue
        rate = checks_rate(seen, days)
        found[number] = measured_range(rate.mean, rate.variance, source)
    return found


def checks_rate(checks: float, days: float) -> Rate:
    """Checks a month under Jeffreys' prior: (checks + 1/2) / days x days of a month. [1/month]

    >>> round(checks_rate(1.0, 30.0).mean, 3)
    1.522
    """
    shape = checks + LEAST_SHAPE
    return Rate(shape / days * MONTH_DAYS, 1.0 / shape)


def find_other_requests(measured: Measured, source: str) -> tuple[dict[str, Range], list[str]]:
    """Requests of everything else in a month: of each payer (""), or of each id.

    Nothing is taken from what was not recorded, and nothing is guessed: what cannot be told stays.
    """
    own, strangers = _own_requests(measured)
    if not own.any():
        return {}, strangers
    if measured.inventory.other_kms_requests_per_month.each_payer is None:
        found, notices = _others_by_id(measured, source)
    else:
        found, notices = _others_of_payers(measured, own, source)
    return found, [*strangers, *notices, *_unrecorded_notice(measured, found)]


def _unrecorded_notice(measured: Measured, found: dict[str, Range]) -> list[str]:
    """The accounts whose requests nobody recorded, where numbers of all of them are written."""
    inventory = measured.inventory
    named = {*found, *inventory.other_kms_requests_per_month.by_id}
    missing = sorted(
        account.id
        for account in inventory.accounts
        if account.id not in measured.account_exposure and account.id not in named
    )
    if not found or not missing:
        return []
    what = f"{len(missing):,} of {len(inventory.accounts):,} accounts were not recorded"
    return [f"{FIELD}: {what} and count as 0 in it: {listed(missing, MOST_NAMED)}"]


def _own_requests(measured: Measured) -> tuple[FloatArray, list[str]]:
    """Daily requests of the inventory's accounts and of nobody known; the notice of all else.

    Another company's account that uses a key pays, and has a free quantity of its own (F12).
    """
    accounts = {"", *(account.id for account in measured.inventory.accounts)}
    own = np.zeros(measured.window.days)
    strangers = {}
    for account, daily in measured.other_of.items():
        if account in accounts:
            own = own + daily
        elif daily.any():
            strangers[account] = float(daily.sum())
    if not strangers:
        return own, []
    whose = f"{listed(sorted(strangers), MOST_NAMED)}, which the inventory does not list"
    what = f"{sum(strangers.values()):,.0f} requests of account {whose}, are left out of {FIELD}"
    return own, [f"{what}: add what your payer pays for to accounts"]


def _others_of_payers(
    measured: Measured, own: FloatArray, source: str
) -> tuple[dict[str, Range], list[str]]:
    """By account where logs tell accounts, else one number for the payer."""
    month = daily_rate(own, covered_share(measured))
    shown = f"{month.mean * MONTH_DAYS:,.0f} requests a month that are not CloudTrail's"
    accounts = {account.id for account in measured.inventory.accounts}
    recorded = accounts & set(measured.account_exposure)
    if not _enough(recorded, accounts):
        seen = f"{shown} in {len(recorded):,} of {len(accounts):,} accounts"
        return {}, [f"{seen}: {FIELD} is unchanged, it is of all of them"]
    if by_account := _others_by_account(measured, source):
        return by_account, []
    if len({(account.payer, account.partition) for account in measured.inventory.accounts}) > 1:
        why = "it is of each payer and partition and there are several: write it by account"
        return {}, [f"{shown}: {FIELD} is unchanged, {why}"]
    return {"": _a_month(month, source)}, []


def _others_by_account(measured: Measured, source: str) -> dict[str, Range]:
    """Of each account that requested something; none where one of them cannot be told."""
    requesting = {owner for owner, daily in measured.other_of.items() if daily.any()}
    accounts = [each for each in measured.inventory.accounts if each.id in requesting]
    # ids that are all payers' would be read as payers, whose one number says the same
    is_open = "" in requesting or {each.id for each in accounts} <= set(measured.inventory.payers())
    if is_open:
        return {}
    found = {}
    for account in accounts:
        exposure = _exposure(measured, [account], is_account=True)
        if exposure is None:
            return {}
        daily = np.where(exposure > 0, measured.other_of[account.id], 0.0)
        found[account.id] = _a_month(daily_rate(daily, exposure), source)
    return found


def _others_by_id(measured: Measured, source: str) -> tuple[dict[str, Range], list[str]]:
    """Of each payer or account that is named; of what else was recorded, if it requested any."""
    inventory = measured.inventory
    # requests without an account would be missing in some payer's number, nobody knows in whose
    if measured.other_of.get("", np.zeros(1)).any():
        need = "measure with the column billed_account"
        return {}, [f"nothing tells whose the other requests are: {FIELD} is unchanged; {need}"]
    is_account = any(use.account is not None for use in inventory.other_uses)
    members: dict[str, list[Account]] = {}
    for account in inventory.accounts:
        members.setdefault(account.id if is_account else account.payer, []).append(account)
    named = inventory.other_kms_requests_per_month.by_id
    found: dict[str, Range] = {}
    untold = []
    for owner, accounts in members.items():
        daily = np.zeros(measured.window.days)
        for account in accounts:
            daily = daily + measured.other_of.get(account.id, 0.0)
        if not daily.any() and not (owner in named and named[owner].mid):
            continue
        exposure = _exposure(measured, accounts, is_account)
        if exposure is None:
            untold.append(owner)
            continue
        found[owner] = _a_month(daily_rate(np.where(exposure > 0, daily, 0.0), exposure), source)
    if not untold:
        return found, []
    what = "too little was recorded, or it has accounts of several partitions"
    return found, [f"{FIELD} of {listed(untold, MOST_NAMED)} is unchanged: {what}"]


def _exposure(measured: Measured, accounts: list[Account], is_account: bool) -> FloatArray | None:
    """Of each day the share of an account's or a payer's that was recorded; None if too little."""
    ids = {account.id for account in accounts}
    if not _enough(ids & set(measured.account_exposure), ids):
        return None
    if not is_account:
        # of several partitions each has a number, which one sum cannot give
        one_pool = len({account.partition for account in accounts}) == 1
        return covered_share(measured) if one_pool else None
    (account,) = ids
    is_active = measured.window.within(measured.inventory.active.account[account])
    exposure: FloatArray = np.where(is_active, measured.account_exposure[account], 0.0)
    enough = is_active.any() and exposure.sum() >= LEAST_COVERAGE * is_active.sum()
    return exposure if enough else None


def _enough(recorded: set[str], accounts: set[str]) -> bool:
    return len(accounts) - len(recorded) <= (1 - LEAST_COVERAGE) * len(accounts)


def _a_month(rate: Rate, source: str) -> Range:
    return measured_range(rate.mean * MONTH_DAYS, rate.variance, source)


def digest_notices(measured: Measured) -> list[str]:
    """Notices of digests that were measured against the inventory's word, or the reverse."""
    notices = []
    for number, trail in enumerate(measured.inventory.trails):
        if trail.key is None or not measured.with_puts[number]:
            continue
        expected = bool((measured.window.ordinals >= digests_from(trail)).any())
        seen = measured.digests[number] > 0
        hidden = trail.bucket.bucket_key
        if seen and not expected:
            fix = "set log_file_validation: true and digest_files: sse-kms"
            notices.append(f"trail {trail.name}: digests under the key were measured: {fix}")
        elif expected and not seen and not hidden:
            fix = "set digest_files: sse-s3, or log_file_validation: false"
            if measured.by_names[number]:  # a listing may be of the log files' folder alone
                fix += ", if CloudTrail-Digest was listed too"
            notices.append(f"trail {trail.name}: no digest under the key was measured: {fix}")
    return notices
