"""A made organization of fifteen services: every request with its service, caller and resource."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.attribution.answers import Answer, column, expected, facts, measure
from tests.acceptance.attribution.organization import first_half, truth, write
from tests.acceptance.attribution.specimens import PROD, forms
from tests.acceptance.commands import kmscost

# by hand, from the table of forms in specimens.py
BY_SERVICE = {
    "s3": 400 + 100 + 150 + 20 + 30 + 5,  # 705
    "secretsmanager": 120 + 40 + 3,  # 163
    "ssm": 60 + 2,
    "lambda": 30 + 10,
    "dynamodb": 90 + 4 + 1,
    "ebs": 3 + 3 + 8 + 4,
    "rds": 6 + 2,
    "sqs": 15 + 50,
    "sns": 12 + 5,
    "logs": 24 + 24,
    "eks": 7 + 3 + 2,
    "backup": 6,
    "cloudtrail": 96 + 48,
    # symmetric 72, on asymmetric keys 264, pairs 6, HMAC 15, others and management 26, accounts 31
    "direct": (25 + 35 + 12) + 264 + (4 + 2) + (10 + 5) + (6 + 2 + 8 + 9 + 1) + (20 + 11),
    "unknown": 7 + 2,
}
REQUESTS = 1_806
BY_METER = {
    "asymmetric": 200 + 50 + 3 + 5 + 4 + 2,  # Sign, Verify, GetPublicKey, RSA both ways, ECDH
    "pairs": 4 + 2,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("organization")
    write(path)
    return path


@pytest.fixture(scope="module")
def answer(folder: Path) -> Answer:
    return measure(folder)


def test_the_numbers_of_this_file_are_those_of_the_forms() -> None:
    """The hand's sums and the table of forms agree."""
    by_service: Counter[str] = Counter()
    by_meter: Counter[str] = Counter()
    for form in forms():
        by_service[form.service] += form.requests
        by_meter[form.meter] += form.requests
    assert dict(by_service) == BY_SERVICE
    assert by_service.total() == REQUESTS
    assert {**by_meter} == {**BY_METER, "symmetric": REQUESTS - sum(BY_METER.values())}
    assert truth().total() == REQUESTS


def test_requests_by_service(answer: Answer) -> None:
    """Each of fifteen services has its requests, `direct` and `unknown` theirs."""
    assert column(facts(answer), 0) == BY_SERVICE


def test_requests_by_caller(answer: Answer) -> None:
    """A role is one caller whatever its sessions, tasks and instances are called."""
    assert column(facts(answer), 1) == column(expected(truth()), 1)


def test_requests_by_resource(answer: Answer) -> None:
    """Bucket, secret, parameter, function, table, volume, database, queue, topic, log group."""
    assert column(facts(answer), 2) == column(expected(truth()), 2)


def test_requests_by_operation_and_key(answer: Answer) -> None:
    """Operations and keys are those of the events."""
    assert column(facts(answer), 3) == column(expected(truth()), 3)
    assert column(facts(answer), 4) == column(expected(truth()), 4)


def test_requests_by_meter(answer: Answer) -> None:
    """What is priced apart is counted apart: asymmetric, pairs, HMAC."""
    meters = column(facts(answer), 5)
    assert meters == {**BY_METER, "symmetric": REQUESTS - sum(BY_METER.values())}


def test_every_row_is_the_truth(answer: Answer) -> None:
    """All columns at once: nothing is right only in the sums."""
    assert facts(answer) == expected(truth())


def test_copies_and_failed_calls_are_no_requests(answer: Answer) -> None:
    """Copies of a second trail and of the other account are duplicates; refused calls are apart."""
    assert answer["totals"]["requests"] == REQUESTS
    assert answer["failed"] == {"calls": 9, "by_error": {"AccessDenied": 9}}
    # between accounts: 48 of the SIEM and 20 of DATA are logged twice. PROD's files, each twice,
    # hold its own calls, the owner's copies of DATA's 20 and the partner's 11, 9 failed
    own = sum(form.requests for form in forms() if form.caller.account == PROD)
    assert answer["duplicates"] == 48 + 20 + (own + 20 + 11 + 9)


def test_totals_do_not_depend_on_the_columns(folder: Path, answer: Answer) -> None:
    """By one column or by all: the totals are the same, and the rows add up to them."""
    for by in ("service", "caller", "resource,service", "meter,operation", "key,service", "day"):
        other = measure(folder, by)
        assert other["totals"] == answer["totals"], by
        assert sum(row["quantity"] for row in other["rows"]) == REQUESTS, by


def test_old_columns_are_as_they_were(folder: Path) -> None:
    """Causes of CloudTrail's requests do not change with attribution: 96 puts, 48 gets."""
    causes = measure(folder, "cause,service")["totals"]["by_cause"]
    assert (causes["put"], causes["get"]) == (96, 48)
    assert causes["other"] == REQUESTS - 96 - 48


def test_unknown_is_counted_and_shows_its_context(folder: Path) -> None:
    """What no rule covers is said, with an example of its context's keys."""
    answer = measure(folder, "service")
    text = " ".join(answer["notices"])
    assert "unknown" in text
    assert "9" in text
    assert "tenant" in text


def test_half_of_the_days(tmp_path: Path) -> None:
    """Fifteen days of logs hold the requests of fifteen days, nothing more."""
    write(tmp_path, keep=first_half)
    half = truth(keep=first_half)
    assert facts(measure(tmp_path)) == expected(half)
    assert 0 < half.total() < REQUESTS


def test_one_account_alone(tmp_path: Path) -> None:
    """PROD's own logs name a caller of another account only by its account, never by a guess."""
    write(tmp_path, only=PROD)
    rows = measure(tmp_path, "service,caller,operation")["rows"]
    others = {"333333333333": 20, "999988887777": 11}
    found = dict.fromkeys(others, 0)
    for row in rows:
        for account in others:
            if account in row["caller"] and "role/" not in row["caller"]:
                assert row["service"] in {"direct", "unknown"}
                found[account] += row["quantity"]
    assert found == others


def test_order_of_files_does_not_matter(tmp_path: Path, answer: Answer) -> None:
    """The same files under other names, so in another order, give the same rows."""
    write(tmp_path)
    for at, path in enumerate(sorted(tmp_path.rglob("*.json.gz"), reverse=True)):
        path.rename(path.with_name(f"{at:05d}-{path.name}"))
    assert facts(measure(tmp_path)) == facts(answer)


def test_table_folds_the_rest(folder: Path) -> None:
    """A table for people shows the most and folds the rest, without a wrong sum."""
    done = kmscost("measure", "cloudtrail", ".", "--by", "service,caller,resource", cwd=folder)
    assert done.code == 0
    assert "lake" in done.out
    assert "1,806" in done.out.replace("\u202f", ",")
