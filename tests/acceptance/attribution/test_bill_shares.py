"""`kmscost attribute LOGS --bill BILL`: bills of known truth, shared out to the last digit."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.attribution import bills
from tests.acceptance.attribution.answers import SERVICES, caller_of
from tests.acceptance.attribution.bills import (
    KEYS,
    NOT_LOGGED,
    Group,
    Line,
    Shares,
    free,
    groups,
    key_month,
    paid,
    shares,
    total,
)
from tests.acceptance.attribution.organization import first_half, truth, write
from tests.acceptance.attribution.specimens import (
    APP,
    DATA,
    LAKE,
    LOG_KEY,
    MANAGEMENT,
    PROD,
    QUEUE,
    SECURITY,
    SIGN,
    US,
    Fact,
)
from tests.acceptance.commands import Run, kmscost

ELSEWHERE = "555555555555"
FORMS = [("cur2", False), ("cur2", True), ("legacy", False), ("legacy", True)]
COLUMNS = ("service", "caller", "key")  # resources: see test_shares_by_resource


def answered(answer: dict[str, Any], by: str) -> Shares:
    """Return the USD by service, caller, resource or key. THE ADAPTER to the JSON's keys.

    The line of what the logs do not hold is named NOT_LOGGED, key-months KEYS; lines of 0 are left
    out. Nothing but the spelling of the JSON is to be known here.
    """
    parts = {"not-in-logs": NOT_LOGGED, "key": KEYS}
    out: dict[str, Decimal] = {}
    for row in answer["by"][by]:
        name = SERVICES.get(row[by], row[by]) if by == "service" else row[by]
        name = parts.get(row["part"], name)
        cost = Decimal(repr(row["cost_usd"]))
        if cost:
            out[name] = out.get(name, Decimal(0)) + cost
    return out


def whole(answer: dict[str, Any]) -> Decimal:
    """The bill's sum as the answer says it. THE ADAPTER as well."""
    return Decimal(repr(answer["totals"]["cost_usd"]))


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("logs")
    write(path)
    return path


def attribute(
    folder: Path,
    logs: Path,
    lines: list[Line],
    form: str = "cur2",
    *,
    resources: bool = True,
    more: tuple[str, ...] = (),
) -> Run:
    bills.save(folder / "bill.csv", lines, form, resources=resources)
    return kmscost(
        "attribute", str(logs), "--bill", "bill.csv", "--format", "json", *more, cwd=folder
    )


def answer_of(run: Run) -> dict[str, Any]:
    assert run.code == 0, run.text
    answer: dict[str, Any] = json.loads(run.out)
    return answer


def same(got: Shares, want: Shares) -> None:
    """Equal to a relative 1e-9 of the whole: money is float64 inside."""
    slack = max(sum(want.values(), Decimal(0)), Decimal(1)) * Decimal("1e-9")
    for name in sorted({*got, *want}):
        difference = abs(got.get(name, Decimal(0)) - want.get(name, Decimal(0)))
        assert difference <= slack, (name, got.get(name), want.get(name))


def check(
    answer: dict[str, Any],
    lines: list[Line],
    logged: Counter[Fact],
    *,
    resources: bool = True,
) -> None:
    """Every breakdown is the one worked out by hand, and adds up to the bill."""
    assert abs(whole(answer) - total(lines)) < Decimal("1e-9")
    for by in COLUMNS:
        got = answered(answer, by)
        if by == "caller":
            got = {n if n in {KEYS, NOT_LOGGED} else caller_of(n): cost for n, cost in got.items()}
        assert abs(sum(got.values(), Decimal(0)) - total(lines)) < Decimal("1e-9"), by
        if by == "key":  # key-months are their keys'; without resource ids nobody's
            got.pop(KEYS, None)
            want = shares(lines, logged, "key", resources=resources)
            want.pop(KEYS, None)
            same(with_key_months(got, lines), with_key_months(want, lines))
            continue
        same(got, shares(lines, logged, by, resources=resources))


def with_key_months(got: Shares, lines: list[Line]) -> Shares:
    """The shares of requests alone: what a key costs to keep may stand with it or apart."""
    costs = {line.resource: line.cost for line in lines if line.operation == "CurrentKeys"}
    return {name: cost for name, cost in got.items() if name not in costs}


def bill_of(logged: Counter[Fact], *, resources: bool, times: int = 1) -> list[Line]:
    """A bill of exactly what the logs hold, times a number."""
    return [
        paid(group, number * times)
        for group, number in sorted(groups(logged, resources=resources).items(), key=str)
    ]


@pytest.mark.parametrize(("form", "resources"), FORMS)
def test_a_bill_of_what_is_logged(tmp_path: Path, logs: Path, form: str, resources: bool) -> None:
    """All that is billed is logged: every request pays its own price, and nothing is left.

    Secrets Manager: 163 requests x 0.000003 = 0.000489; cloudtrail (96 + 48) x 0.000003 = 0.000432;
    direct: symmetric ones, 264 x 0.000015 = 0.00396, 4 x 0.00001, 2 x 0.0012 = 0.0024 and so on.
    """
    lines = bill_of(truth(), resources=resources)
    answer = answer_of(attribute(tmp_path, logs, lines, form, resources=resources))
    services = answered(answer, "service")
    assert NOT_LOGGED not in services
    same({"x": services["secretsmanager"]}, {"x": Decimal("0.000489")})
    same({"x": services["cloudtrail"]}, {"x": Decimal("0.000432")})
    check(answer, lines, truth(), resources=resources)


@pytest.mark.parametrize(("form", "resources"), FORMS)
def test_half_of_the_bill_is_not_logged(
    tmp_path: Path, logs: Path, form: str, resources: bool
) -> None:
    """Twice as many requests are billed as logged: half of each group is "not in these logs"."""
    lines = bill_of(truth(), resources=resources, times=2)
    answer = answer_of(attribute(tmp_path, logs, lines, form, resources=resources))
    services = answered(answer, "service")
    same({"x": services["secretsmanager"]}, {"x": Decimal("0.000489")})
    same({"x": services[NOT_LOGGED]}, {"x": total(lines) / 2})
    check(answer, lines, truth(), resources=resources)


def test_free_requests_are_shared_alike(tmp_path: Path, logs: Path) -> None:
    """Nobody can say whose request was the free one: free and paid lines are one group.

    PROD's Decrypt under APP: as many billed as logged, a third of them free: each request there
    pays two thirds of 0.000003. The lines are not twice a place for the logged requests.
    """
    lines: list[Line] = []
    for group, number in sorted(groups(truth()).items(), key=str):
        lines += [free(group, number // 3), paid(group, number - number // 3)]
    answer = answer_of(attribute(tmp_path, logs, [line for line in lines if line.amount]))
    assert NOT_LOGGED not in answered(answer, "service")
    check(answer, [line for line in lines if line.amount], truth())


def test_resource_ids_tell_more(tmp_path: Path, logs: Path) -> None:
    """Under APP all requests were free, under QUEUE all were paid: only resource ids show it.

    With them SQS and SNS pay 50 x and 5 x 0.000003 of Decrypt and Secrets Manager nothing;
    without, all of PROD's Decrypt in us-east-1 pay alike.
    """
    app, queue = (Group(PROD, US, "symmetric", "Decrypt", key) for key in (APP, QUEUE))
    number = groups(truth())[app]
    lines = [free(app, number), paid(queue, 55)]
    answer = answer_of(attribute(tmp_path, logs, lines))
    services = answered(answer, "service")
    same(services, {"sqs": Decimal("0.00015"), "sns": Decimal("0.000015")})
    check(answer, lines, truth())
    pooled = answer_of(attribute(tmp_path, logs, lines, resources=False))
    # 55 x 0.000003 over all symmetric Decrypt of PROD in us-east-1
    each = Decimal("0.000165") / (number + 55)
    same({"x": answered(pooled, "service")["sqs"]}, {"x": 50 * each})
    same({"x": answered(pooled, "service")["secretsmanager"]}, {"x": 160 * each})
    check(pooled, lines, truth(), resources=False)


def test_asymmetric_requests_have_their_own_lines(tmp_path: Path, logs: Path) -> None:
    """The 4 Decrypt on an RSA key share the asymmetric line, never the symmetric one's money."""
    symmetric = Group(PROD, US, "symmetric", "Decrypt")
    asymmetric = Group(PROD, US, "asymmetric", "Decrypt")
    number = groups(truth(), resources=False)[symmetric]
    lines = [
        paid(symmetric, number),
        paid(asymmetric, 4),
        paid(Group(PROD, US, "asymmetric", "Sign"), 200),
    ]
    answer = answer_of(attribute(tmp_path, logs, lines, resources=False))
    # direct in symmetric Decrypt: 25 of Alice and 35 of App (DATA pays its own 20)
    direct = 60 * Decimal("0.000003") + 204 * Decimal("0.000015")
    same({"x": answered(answer, "service")["direct"]}, {"x": direct})
    check(answer, lines, truth(), resources=False)


def test_more_logged_than_billed(tmp_path: Path, logs: Path) -> None:
    """22 are billed and 55 logged: each has 22/55 of 0.000003 = 0.0000012, and it adds up."""
    lines = [paid(Group(PROD, US, "symmetric", "Decrypt", QUEUE), 22)]
    answer = answer_of(attribute(tmp_path, logs, lines))
    services = answered(answer, "service")
    same(services, {"sqs": Decimal("0.00006"), "sns": Decimal("0.000006")})


def test_what_the_logs_lack_is_a_line(tmp_path: Path, logs: Path) -> None:
    """An account, a Region and an operation without a log: 3.00 + 1.50 + 0.30 "not in these logs".

    1,000,000 x 0.000003 of account 555555555555, 500,000 in ap-southeast-2, 100,000 GetKeyPolicy.
    """
    lines = [
        *bill_of(truth(), resources=False),
        paid(Group(ELSEWHERE, US, "symmetric", "Decrypt"), 1_000_000),
        paid(Group(PROD, "ap-southeast-2", "symmetric", "Decrypt"), 500_000),
        paid(Group(PROD, US, "symmetric", "GetKeyPolicy"), 100_000),
    ]
    answer = answer_of(attribute(tmp_path, logs, lines, resources=False))
    same({"x": answered(answer, "service")[NOT_LOGGED]}, {"x": Decimal("4.80")})
    check(answer, lines, truth(), resources=False)


def test_keys_are_a_line_of_their_own(tmp_path: Path, logs: Path) -> None:
    """Four key-months are USD 4.00 of keys, no service's, and part of the sum."""
    lines = [
        *bill_of(truth(), resources=True),
        key_month(MANAGEMENT, LOG_KEY),
        key_month(DATA, LAKE),
        key_month(PROD, APP),
        key_month(PROD, SIGN),
    ]
    answer = answer_of(attribute(tmp_path, logs, lines))
    same({"x": answered(answer, "service")[KEYS]}, {"x": Decimal("4.00")})
    check(answer, lines, truth())


def test_other_products_are_not_shared(tmp_path: Path, logs: Path) -> None:
    """S3's USD 7.77 is no KMS bill."""
    lines = bill_of(truth(), resources=True)
    other = Line(
        MANAGEMENT, PROD, US, "GetObject", Decimal(10), Decimal("7.77"), product="AmazonS3"
    )
    answer = answer_of(attribute(tmp_path, logs, [*lines, other]))
    assert abs(whole(answer) - total(lines)) < Decimal("1e-9")
    check(answer, lines, truth())


def test_a_call_between_accounts_is_its_callers(tmp_path: Path, logs: Path) -> None:
    """DATA's 20 requests under PROD's key are on DATA's bill (F12), with PROD's key on the line."""
    theirs = Group(DATA, US, "symmetric", "Decrypt", APP)
    siem = Group(SECURITY, US, "symmetric", "Decrypt", LOG_KEY)
    assert groups(truth())[theirs] == 20
    lines = [paid(theirs, 20), paid(siem, 48)]
    answer = answer_of(attribute(tmp_path, logs, lines))
    same(
        answered(answer, "service"),
        {"direct": Decimal("0.00006"), "cloudtrail": Decimal("0.000144")},
    )
    check(answer, lines, truth())


def test_shares_by_resource(tmp_path: Path, logs: Path) -> None:
    """Bucket lake: 500 Decrypt and 150 GenerateDataKey, 650 x 0.000003 = 0.00195."""
    answer = answer_of(attribute(tmp_path, logs, bill_of(truth(), resources=True)))
    lake = {name: cost for name, cost in answered(answer, "resource").items() if "lake" in name}
    assert len(lake) == 1, lake
    same({"x": sum(lake.values(), Decimal(0))}, {"x": Decimal("0.00195")})


def test_half_of_the_days(tmp_path: Path) -> None:
    """Logs of 1 to 15 October, a bill of the month: the rest of it is said, never guessed.

    What the fifteen days hold has its price; the requests of 16 to 31 October are "not in these
    logs", and the answer says which hours are covered.
    """
    logs = tmp_path / "logs"
    write(logs, keep=first_half)
    lines = bill_of(truth(), resources=True)
    run = attribute(tmp_path, logs, lines)
    answer = answer_of(run)
    check(answer, lines, truth(keep=first_half))
    missing = truth().total() - truth(keep=first_half).total()
    assert missing > 700  # about half of 1,806
    assert NOT_LOGGED in answered(answer, "service")
    assert re.search(r"hours?|days?|coverage|covered|2026-10-1[56]", run.text)


@pytest.mark.parametrize("form", ["cur2", "legacy"])
def test_a_wrong_month(tmp_path: Path, logs: Path, form: str) -> None:
    """The bill of November and logs of October have nothing in common: both months are named."""
    lines = [
        dataclasses.replace(line, month=dt.date(2026, 11, 1))
        for line in bill_of(truth(), resources=True)
    ]
    run = attribute(tmp_path, logs, lines, form)
    assert_nothing_shared(run, lines)
    assert "2026-11" in run.text or "November" in run.text
    assert "2026-10" in run.text or "October" in run.text


def test_a_log_of_another_account(tmp_path: Path, logs: Path) -> None:
    """The bill is of account 555555555555 alone, which these logs never saw: said by its id."""
    lines = [paid(Group(ELSEWHERE, US, "symmetric", "Decrypt"), 2_000_000)]
    run = attribute(tmp_path, logs, lines, resources=False)
    assert_nothing_shared(run, lines)
    assert ELSEWHERE in run.text


def assert_nothing_shared(run: Run, lines: list[Line]) -> None:
    """Refused (exit 1), or all of it "not in these logs": never a share of anybody's."""
    assert run.code in {0, 1}, run.text
    if run.code == 1:
        assert not run.out.strip()
        return
    services = answered(json.loads(run.out), "service")
    same(services, {NOT_LOGGED: total(lines)})


def test_cloudtrails_share_is_the_first_sentence(tmp_path: Path, logs: Path) -> None:
    """144 of 1,795 billed requests are CloudTrail's: the text begins with its share, 8.0 %."""
    lines = bill_of(truth(), resources=True)
    bills.save(tmp_path / "bill.csv", lines, "cur2", resources=True)
    run = kmscost(
        "attribute", str(logs), "--bill", "bill.csv", "--format", "markdown", cwd=tmp_path
    )
    assert run.code == 0, run.text
    words = [line for line in run.out.splitlines() if line.strip() and not line.startswith("#")]
    assert "CloudTrail" in words[0]
    assert "%" in words[0]


def test_without_a_bill_the_rate_table_prices(tmp_path: Path, logs: Path) -> None:
    """1,806 requests are inside the free 20,000, but asymmetric ones and pairs never are.

    264 x 0.000015 + 4 x 0.00001 + 2 x 0.0012 = 0.0064, all direct. HMAC has no known price: it is
    said, and no zero.
    """
    run = kmscost("attribute", str(logs), "--format", "json", cwd=tmp_path)
    answer = answer_of(run)
    services = answered(answer, "service")
    same({"x": services["direct"]}, {"x": Decimal("0.0064")})
    assert not services.get("s3")
    assert re.search(r"HMAC|GenerateMac", run.text)


def test_printed_lines_add_up_to_the_cent(tmp_path: Path, logs: Path) -> None:
    """In every printed table of shares the amounts add up to the total below them, to the cent.

    The same requests at 77,777 times the price, so that each share has cents to round.
    """
    lines = [
        dataclasses.replace(line, cost=line.cost * 77_777)
        for line in bill_of(truth(), resources=True)
    ]
    bills.save(tmp_path / "bill.csv", lines, "cur2", resources=True)
    run = kmscost(
        "attribute", str(logs), "--bill", "bill.csv", "--format", "markdown", cwd=tmp_path
    )
    assert run.code == 0, run.text
    sums = 0
    amount = Decimal(0)
    for line in run.out.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or not re.fullmatch(r"[\d,]+\.\d\d", cells[-1]):
            amount = Decimal(0)
            continue
        cost = Decimal(cells[-1].replace(",", ""))
        if cells[0] == "total":
            assert amount == cost == round(total(lines), 2)
            sums += 1
        amount += cost
    assert sums >= 4  # by service, resource, caller and key
