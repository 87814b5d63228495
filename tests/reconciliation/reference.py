"""The same reconciliation in decimals, a line and a row at a time, from docs/method.md alone."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from estimator import Actuals, Forecast
from tests.measurement.billing.bills import PAYER, Line

ZERO = Decimal(0)
WRITES = ("put", "digest")
OURS = ("put", "digest", "check", "get", "replication")
SEEN = ("GenerateDataKey", "Decrypt", "Encrypt", "ReEncrypt", "ReEncryptFrom", "ReEncryptTo")
PARTS = ("writes", "volume", "free_tier", "keys", "rate", "others", "other_keys", "unknown")

Row = dict[str, Decimal]
Rows = dict[tuple[str, ...], Row]


def exact(number: float) -> Decimal:
    """A float as the decimal that it is."""
    return Decimal(float(number))


def price_of(region: str, unit: str) -> Decimal:
    """AWS's price of a request or a key-month: 0.03 or, in GovCloud, 0.04 for 10,000 requests."""
    if unit == "key-month":
        return Decimal(1)
    return Decimal("0.000004") if region.startswith("us-gov-") else Decimal("0.000003")


def reconcile_slowly(
    forecast: Forecast,
    lines: Sequence[Line],
    follows: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    actuals: Actuals | None = None,
    shown: Collection[str] = (),
    everything: Sequence[Line] = (),
) -> dict[tuple[str, ...], Row]:
    """The parts of each row by payer, account, Region, key, operation and unit.

    Parameters
    ----------
    told : Forecast
    lines : sequence of Line
        The bill's.
    follows : mapping
        The reading of each payer's bill; of others the inventory's.
    names : mapping, optional
        Ids of keys by ARN; without it no key is told apart.
    actuals : Actuals, optional
        A measurement that covers the month everywhere.
    shown : collection of str
        Payers whose bill shows writes that it does not charge for.
    everything : sequence of Line, optional
        The bill's lines with those of no usage. Default: `lines`.
    """
    inventory = forecast.inventory
    own = {account.id: account.payer for account in inventory.accounts}
    # a payer that the inventory does not know is the one whose accounts are in its bill
    kms = [line for line in lines if line.kind == "Usage" and line.product == "awskms"]
    meant = {own[line.account] for line in kms if line.account in own}
    payer = meant.pop() if len(meant) == 1 and PAYER not in inventory.payers() else PAYER
    rows: Rows = defaultdict(lambda: defaultdict(lambda: ZERO))
    exempt_forecast = inventory.cloudtrail_writes == "exempt"
    # of a payer without any line nothing is billed yet, and nothing of it is compared
    here = {own.get(line.account, payer) for line in everything or lines}
    alone = len(inventory.payers()) == 1
    for row in forecast.rows[forecast.rows["payer"].isin(here) | alone].to_dict("records"):
        key = row["key"] if names is not None else ""
        place = (row["payer"], row["billed_account"], row["billed_region"], key)
        at = rows[(*place, row["operation"], row["unit"])]
        is_write = row["cause"] in WRITES
        at["forecast"] += exact(row["quantity"])
        at["writes"] += exact(row["quantity"]) if is_write else ZERO
        if not (is_write and exempt_forecast):
            at["charged"] += exact(row["quantity"])
            at["forecast_free"] += exact(row["free"])
        at["cost_forecast"] += exact(row["cost"])

    for line in kms:
        unit = "key-month" if line.unit == "Keys" else "request"
        operation = "KeyMonth" if unit == "key-month" else line.operation
        key = names.get(line.resource, line.resource) if names is not None else ""
        place = (own.get(line.account, payer), line.account, line.region, key)
        at = rows[(*place, operation, unit)]
        amount, cost = Decimal(line.amount), Decimal(line.cost)
        if unit == "request" and not line.usage_type.endswith("KMS-Requests"):
            at["special"] += amount
            at["cost_special"] += cost
            continue
        at["billed"] += amount
        at["free" if cost == 0 else "billable"] += amount
        at["cost"] += cost

    if actuals is not None:
        _measure(rows, actuals, own, payer, names)

    ids = {key.id for key in inventory.keys}
    spare: dict[tuple[str, ...], Decimal] = {}
    for place, at in rows.items():
        reading = follows.get(place[0], inventory.cloudtrail_writes)
        is_shown = reading == "exempt" and place[0] in shown
        at["charged_by_bill"] = at["forecast"] - (at["writes"] if reading == "exempt" else ZERO)
        is_hidden = reading == "exempt" and not is_shown
        _attribute(place, at, is_hidden, names, ids, actuals is not None, spare)
    _expect(rows, spare, _expected_others(inventory, forecast.months.labels[0]))
    for place, at in rows.items():
        reading = follows.get(place[0], inventory.cloudtrail_writes)
        kind = "forecast" if actuals is None else "measured"
        writes = at["writes" if actuals is None else "measured_writes"]
        if reading == "exempt" and place[0] in shown and writes and place[5] == "request":
            rest = at[kind] - writes
            at["uncharged"] = min(at["free"], max(at["ours"] - rest, ZERO))
        _part(place, at)
    return rows


def _measure(rows, actuals, own, payer, names):
    for row in actuals.measured.to_dict("records"):
        key = names.get(row["key"], row["key"]) if names is not None else ""
        account = row["billed_account"]
        place = (own.get(account, payer), account, row["billed_region"], key)
        at = rows[(*place, row["operation"], "request")]
        name = "measured" if row["cause"] in OURS else "measured_others"
        at[name] += exact(row["quantity"])
        if row["cause"] in WRITES:
            at["measured_writes"] += exact(row["quantity"])


def _attribute(place, at, is_exempt, names, ids, measured, spare):
    _, _, _, key, operation, unit = place
    billed = at["billed"]
    metered = at["forecast"] - (at["writes"] if is_exempt else ZERO)
    at["metered"] = metered
    if unit == "key-month":
        cloudtrail = (billed if key in ids else ZERO) if names is not None else min(billed, metered)
        at["ours"], at["theirs"] = cloudtrail, billed - cloudtrail
        return
    if measured:
        at["ours"] = at["measured"] - (at["measured_writes"] if is_exempt else ZERO)
        at["theirs"] = at["measured_others"]
        return
    is_ours = key in ids and operation in SEEN if names is not None else at["forecast"] > 0
    if not is_ours:
        at["theirs"] = billed
    elif is_exempt and operation == "GenerateDataKey":
        at["ours"] = min(billed, metered)
        if names is None:
            at["theirs"] = billed - at["ours"]
    else:
        at["ours"] = billed
        if names is None:
            spare[place] = max(billed - metered, ZERO)


def _expected_others(inventory, month):
    """Who is expected to request how much beside CloudTrail: payer, account or None, requests."""
    others = inventory.other_kms_requests_per_month
    if others.each_payer is not None:
        return [(payer, None, exact(others.each_payer.mid)) for payer in inventory.payers()]
    first = datetime.date.fromisoformat(f"{month}-01")
    after = (first + datetime.timedelta(days=31)).replace(day=1)
    known = {account.id: account for account in inventory.accounts}
    found = []
    for owner, requests in others.by_id.items():
        if set(others.by_id) <= set(inventory.payers()):
            found.append((owner, None, exact(requests.mid)))
            continue
        account = known[owner]
        begin = max(first, account.start or first)
        end = min(after, account.until or after)
        share = Decimal(max((end - begin).days, 0)) / (after - first).days
        found.append((account.payer, owner, exact(requests.mid) * share))
    return found


def _expect(rows, spare, expected):
    for payer, account, requests in expected:
        at_home = {place for place in rows if place[0] == payer and account in (None, place[1])}
        found = sum((rows[place]["theirs"] for place in at_home if place[5] == "request"), ZERO)
        cloudtrail = {place: excess for place, excess in spare.items() if place in at_home}
        whole = sum(cloudtrail.values(), ZERO)
        left = max(requests - found, ZERO)
        for place, excess in cloudtrail.items():
            if whole:
                share = excess * min(Decimal(1), left / whole)
                rows[place]["theirs"] += share
                rows[place]["ours"] -= share


def _part(place, at):
    region, unit = place[2], place[5]
    price = price_of(region, unit)
    billed, free = at["billed"] - at["uncharged"], at["free"] - at["uncharged"]
    cloudtrail = at["ours"] - at["uncharged"]
    part = free / billed if billed else ZERO
    more = price * (cloudtrail - at["charged_by_bill"])
    alone = ZERO if at["ours"] or at["metered"] else Decimal(1)
    of_others = at["theirs"] * (1 - part) / at["billable"] if at["billable"] else alone
    # without a billable unit there is no price of the bill's own: the table's
    table = ZERO if at["billable"] else price * at["theirs"] * (1 - part)
    others_cost = at["cost"] * of_others + table
    is_request = unit == "request"
    at["cost_writes"] = price * (at["charged_by_bill"] - at["charged"])
    at["cost_volume"] = more if is_request else ZERO
    at["cost_keys"] = ZERO if is_request else more
    at["cost_free_tier"] = price * (at["forecast_free"] - cloudtrail * part)
    at["cost_rate"] = (at["cost"] - price * at["billable"]) * (1 - of_others)
    at["cost_others"] = (others_cost if is_request else ZERO) + at["cost_special"]
    at["cost_other_keys"] = ZERO if is_request else others_cost
    unknown = at["billed"] - at["ours"] - at["theirs"]
    at["cost_unknown"] = price * unknown * (1 - part)
    at["cost_billed"] = at["cost"] + at["cost_special"]
    at["cost_difference"] = at["cost_billed"] - at["cost_forecast"]
