"""Laws of every reconciliation, on random inventories and bills."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from estimator import KmscostError, forecast, load_inventory, reconcile
from estimator.frames import RECONCILIATION
from estimator.reconciliation.parts import PARTS
from tests.forecasting.inventories import IDS, REGIONS, inventories
from tests.measurement.billing.bills import FREE, Line, legacy_bill, no_usage
from tests.reconciliation.bills import lines_of, measured_of
from tests.reconciliation.reference import reconcile_slowly
from tests.sampling import cases

laws = settings(max_examples=cases(8))
MONTH = "2026-11"
STRANGER = f"arn:aws:kms:us-east-1:{IDS[1]}:key/33333333-12ab-34cd-56ef-1234567890ab"
REGION_OF = {"k1": "us-east-1", "k2": "eu-west-1"}


def arns_of(text):
    """ARNs of the two keys of a random inventory: they are the payer's."""
    payer = re.search(r'^payer: "(\d+)"', text, re.MULTILINE)[1]
    end = "12ab-34cd-56ef-1234567890ab"
    return {
        key: f"arn:aws:kms:{region}:{payer}:key/{number}{number * 7}-{end}"
        for (key, region), number in zip(REGION_OF.items(), "12", strict=True)
    }


@st.composite
def bill_lines(draw):
    """A line of a bill: requests free or paid, at any price, of any meter and key; or keys."""
    region = draw(st.sampled_from([*REGIONS, "us-gov-west-1"]))
    line = Line(
        region=region,
        account=draw(st.sampled_from([*IDS, "012345678901"])),
        start="2026-11-01T00:00:00Z",
        end="2026-12-01T00:00:00Z",
        resource=draw(st.sampled_from(["k1", "k2", STRANGER])),
        usage_type=f"{region}-KMS-Requests",
    )
    if draw(st.sampled_from([True, False, False, False])):
        months = draw(st.sampled_from(["0.25", "1", "2", "3.5"]))
        usage = {"usage_type": f"{region}-KMS-Keys", "operation": "CurrentKeys", "unit": "Keys"}
        return replace(line, amount=months, cost=months, rate="1", **usage)
    amount = draw(st.integers(1, 10**7))
    free = draw(st.booleans())
    price = draw(st.sampled_from([0.000003, 0.000004, 0.0000027]))
    operation = draw(st.sampled_from(["GenerateDataKey", "Decrypt", "Encrypt", "Sign"]))
    meter = "KMS-Requests-Asymmetric" if operation == "Sign" else "KMS-Requests"
    return replace(
        line,
        operation=operation,
        usage_type=f"{region}-{meter}",
        amount=str(amount),
        cost="0" if free else repr(amount * price),
        rate="0" if free else repr(price),
        description=FREE if free else line.description,
    )


def key_names(lines, arns):
    """The lines with the ARNs of their keys, or without any."""
    if arns is None:
        return [replace(line, resource="") for line in lines]
    return [replace(line, resource=arns.get(line.resource, line.resource)) for line in lines]


def read(folder, text, arns=False):
    """The inventory of a text; with `arns` its keys say theirs."""
    if arns:
        for key, arn in arns_of(text).items():
            text = text.replace(f"{{id: {key},", f'{{id: {key}, arn: "{arn}",')
    path = folder / "inventory.yaml"
    path.write_text(text, encoding="utf-8")
    return load_inventory(path)


def assert_adds_up(reconciliation):
    """On each row and in all, the parts are the difference, and billed units are somebody's."""
    rows = reconciliation.rows
    assert list(rows.columns) == [column.name for column in RECONCILIATION]
    for column in RECONCILIATION:
        assert str(rows[column.name].dtype) == column.dtype, column.name
    names = [f"cost_{name}" for name in PARTS]
    for row in rows.to_dict("records"):
        size = 1 + abs(row["cost_billed"]) + abs(row["cost_forecast"])
        parts = math.fsum(row[name] for name in names)
        assert parts == pytest.approx(row["cost_difference"], abs=1e-9 * size)
        units = row["cloudtrail"] + row["others"] + row["unknown"]
        assert units == pytest.approx(row["billed"], rel=1e-9, abs=1e-6)
    totals = reconciliation.totals
    size = 1 + abs(totals["cost_usd_billed"]) + abs(totals["cost_usd_forecast"])
    assert math.fsum(reconciliation.parts.values()) == pytest.approx(
        totals["cost_usd_difference"], abs=1e-9 * size
    )
    more = totals["requests_billed"] - totals["requests_forecast"]
    assert math.fsum(reconciliation.request_parts.values()) == pytest.approx(
        more, rel=1e-9, abs=1e-5
    )


def others_by_id(text):
    """The same inventory with others' requests by account, each account that it lists."""
    ids = re.findall(r'^  - \{id: "(\d+)"', text, re.MULTILINE)
    by_id = ", ".join(f'"{amount}": {3000 * n}' for n, amount in enumerate(ids, start=1))
    field = "other_kms_requests_per_month"
    return re.sub(rf"^{field}: \d+$", f"{field}: {{{by_id}}}", text, flags=re.MULTILINE)


def rows_of(reconciliation):
    """The rows by their keys."""
    names = ["payer", "billed_account", "billed_region", "key", "operation", "unit"]
    return {
        tuple(row[name] for name in names): row for row in reconciliation.rows.to_dict("records")
    }


@laws
@given(
    inventories(),
    st.lists(bill_lines(), min_size=1, max_size=25),
    st.integers(0, 5),
    st.booleans(),
)
def test_parts_add_up_and_are_those_of_the_slow_calculation(tmp_path, text, lines, kind, by_id):
    """Law: parts sum to the difference to 1e-9 on each row and in all; decimals say the same."""
    keyed, measures = kind % 2 == 1, kind >= 4
    text = others_by_id(text) if by_id else text
    inventory = read(tmp_path, text, arns=keyed)
    expected = forecast(inventory, MONTH, 1)
    arns = arns_of(text)
    lines = key_names(lines, arns if keyed else None)
    actuals = None
    if measures:
        places = {(line.account, line.region) for line in lines}
        others = [(*place, "Decrypt", 1000.0) for place in sorted(places)]
        actuals = measured_of(expected, arns, scale=0.7, others=others)
    mixed = [*lines, no_usage("Tax", "0.21"), no_usage("Credit", "-0.05")]
    bill = legacy_bill(tmp_path / "b.csv", mixed)
    if not {line.account for line in mixed} & {account.id for account in inventory.accounts}:
        with pytest.raises(KmscostError, match="no bill of these accounts"):
            reconcile(inventory, bill, MONTH, actuals)
        return
    reconciliation = reconcile(inventory, bill, MONTH, actuals)
    assert_adds_up(reconciliation)
    assert {amount["what"]: amount["cost_usd"] for amount in reconciliation.apart} == {
        "Tax": 0.21,
        "Credit": -0.05,
    }
    follows = {bill.payer: bill.answer for bill in reconciliation.interpretations if bill.answer}
    if keyed:
        assert reconciliation.levels == {}
    names = {arn: key for key, arn in arns.items()}
    shown = {bill.payer for bill in reconciliation.interpretations if bill.shown_free}
    slow = reconcile_slowly(
        expected, lines, follows, names if keyed else None, actuals, shown, mixed
    )
    quick = rows_of(reconciliation)
    for place, row in slow.items():
        if place not in quick:
            assert row["billed"] == row["forecast"] == row["cost_billed"] == 0
            continue
        for name in (*(f"cost_{part}" for part in PARTS), "cost_difference"):
            expected = float(row[name])
            assert quick[place][name] == pytest.approx(expected, rel=1e-9, abs=1e-9), (place, name)
    assert quick.keys() <= slow.keys()


@laws
@given(inventories(), st.booleans(), st.booleans(), st.booleans())
def test_a_bill_made_exactly_from_the_forecast_differs_in_nothing(
    tmp_path, text, keyed, measures, shows
):
    """Law: zeros in every part, of requests and of costs, on every row.

    Whether or not a bill shows the writes that it does not charge for.
    """
    inventory = read(tmp_path, text, arns=keyed)
    expected, arns = forecast(inventory, MONTH, 1), arns_of(text)
    charged = inventory.cloudtrail_writes == "charged"
    lines = lines_of(expected, keys=arns if keyed else None, writes=charged or shows)
    # S3's own lines: a bill of nothing is a bill all the same
    lines.append(replace(no_usage("Usage", "1", "AmazonS3"), unit="Requests", rate="1"))
    actuals = measured_of(expected, arns) if measures else None
    reconciliation = reconcile(inventory, legacy_bill(tmp_path / "b.csv", lines), MONTH, actuals)
    assert_adds_up(reconciliation)
    for name, cost in reconciliation.parts.items():
        assert cost == pytest.approx(0, abs=1e-9 * (1 + expected.totals["cost_usd"])), name
    exempt = inventory.cloudtrail_writes == "exempt"
    for name, requests in reconciliation.request_parts.items():
        if not (name == "writes" and exempt):
            assert requests == pytest.approx(0, abs=1e-9 * (1 + expected.totals["requests"])), name
    interpretations = {bill.answer for bill in reconciliation.interpretations} - {None}
    assert interpretations <= {inventory.cloudtrail_writes}


@laws
@given(inventories(), st.lists(bill_lines(), min_size=1, max_size=12), st.data(), st.booleans())
def test_order_and_splitting_change_nothing(tmp_path, text, lines, data, keyed):
    """Law: lines in any order, and each in two, are the same bill."""
    inventory = read(tmp_path, text, arns=keyed)
    lines = key_names(lines, arns_of(text) if keyed else None)
    own = replace(lines[0], account=inventory.accounts[0].id, amount="1", cost="0.000003")
    lines.append(own)  # without any account of the inventory it is no bill
    whole = reconcile(inventory, legacy_bill(tmp_path / "a.csv", lines), MONTH)
    halves = [
        replace(line, amount=repr(float(line.amount) / 2), cost=repr(float(line.cost) / 2))
        for line in lines
        for _ in range(2)
    ]
    shuffled = data.draw(st.permutations(halves))
    split = reconcile(inventory, legacy_bill(tmp_path / "b.csv", shuffled), MONTH)
    assert split.parts == pytest.approx(whole.parts, rel=1e-9, abs=1e-9)
    assert split.request_parts == pytest.approx(whole.request_parts, rel=1e-9, abs=1e-6)
    assert [bill.answer for bill in split.interpretations] == [
        bill.answer for bill in whole.interpretations
    ]
    assert rows_of(split).keys() == rows_of(whole).keys()


@pytest.mark.parametrize(
    ("amounts", "total", "printed"),
    [
        ([0.0, 3.4, 2.0], 5.4, ["0.00", "3.40", "2.00", "5.40"]),
        ([1.0, 0.25], 1.25, ["1.00", "0.25", "1.25"]),
        ([100.0, -99.99], 0.01, ["100.00", "-99.99", "0.01"]),
        ([0.0, 0.0], 0.0, ["0.00", "0.00", "0.00"]),
    ],
)
@pytest.mark.parametrize("repeated", [(), {0}])
def test_whole_amounts_take_no_cents_from_those_beside_them(amounts, total, printed, repeated):
    """Nothing and whole dollars are printed with the cents of their column."""
    from estimator.report.columns import adding_up

    assert adding_up(amounts, total, repeated=repeated) == printed


@laws
@given(st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=9))
@example([44.0, 5.514, 0.004])  # a round amount has no fewer decimals, nor has any beside it
@example([400.0])
def test_printed_parts_add_up_as_they_are_printed(amounts):
    """To the cent: what a reader adds up is what stands below, and nothing is off by a cent."""
    from decimal import Decimal

    from estimator.report.columns import adding_up

    total = math.fsum(amounts)
    texts = adding_up(amounts, total)
    printed = [Decimal(text.replace(",", "")) for text in texts]
    assert sum(printed[:-1]) == printed[-1]
    (decimals,) = {len(text.partition(".")[2]) for text in texts}
    assert decimals == 2 if max(map(abs, [*amounts, total])) >= 1 else decimals >= 2
    unit = Decimal(1).scaleb(-decimals)
    for text, amount in zip(printed, [*amounts, total], strict=True):
        assert abs(text - Decimal(amount)) <= unit


@laws
@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=9),
    st.lists(st.integers(0, 10**7), min_size=1, max_size=3),
)
def test_what_stands_in_several_tables_reads_the_same(rest, repeated):
    """Repeated amounts are rounded by themselves, the rest takes what is left: it adds up."""
    from decimal import Decimal

    from estimator.report.columns import adding_up

    amounts = [n / 1000 for n in (*rest, *repeated)]
    total = math.fsum([*amounts, 1_000.0])
    fixed = range(len(rest), len(amounts) + 1)
    printed = [
        Decimal(text.replace(",", ""))
        for text in adding_up([*amounts, 1_000.0], total, repeated=fixed)
    ]
    assert sum(printed[:-1]) == printed[-1]
    assert printed[len(rest) : -2] == [round(Decimal(n) / 1000, 2) for n in repeated]
    assert all(
        abs(text - Decimal(n) / 1000) <= Decimal("0.03")
        for text, n in zip(printed, rest, strict=False)
    )
