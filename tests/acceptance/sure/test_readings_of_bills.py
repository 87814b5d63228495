"""Which reading of who pays for writes a bill follows: named where it can be told, else not."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.commands import write
from tests.acceptance.inventories import A, B, account, inventory, key, reader, trail
from tests.acceptance.measure.events import role
from tests.acceptance.sure.bills import Line, save
from tests.acceptance.sure.history import HOME, KEY, OWNER, History
from tests.acceptance.sure.reconciliations import (
    ARNS,
    FILES,
    PRICE,
    Answer,
    adds_up,
    organization,
    reconcile,
    run,
)

KEY_MONTH = Line(A, A, HOME, "CurrentKeys", Decimal(1), Decimal(1), ARNS["k"])


def line(operation: str, count: int, owner: str = A, *, free: bool = False) -> Line:
    cost = Decimal(0) if free else count * PRICE
    return Line(A, owner, HOME, operation, Decimal(count), cost, ARNS["k"])


def answer_of(folder: Path, *lines: Line, resources: bool, text: str = "") -> Answer:
    write(folder, text or organization())
    save(folder / "bill.csv", [KEY_MONTH, *lines], resources=resources)
    return reconcile(folder)


BOTH = pytest.mark.parametrize("resources", [True, False], ids=["arns", "no-arns"])


@BOTH
@pytest.mark.parametrize("inventory_says", ["charged", "exempt"])
def test_all_writes_are_billed(tmp_path: Path, inventory_says: str, *, resources: bool) -> None:
    """As many GenerateDataKey as files: charged, whatever the inventory says."""
    answer = answer_of(
        tmp_path,
        line("GenerateDataKey", FILES),
        line("Decrypt", FILES, B),
        resources=resources,
        text=organization(inventory_says),
    )
    assert answer["reading"] == "charged"
    assert answer["readings"][0]["strength"] == ("strong" if resources else "fair")
    assert answer["readings"][0]["billed"] == FILES
    assert answer["readings"][0]["predicted_charged"] == FILES
    assert answer["readings"][0]["predicted_exempt"] == 0


@BOTH
@pytest.mark.parametrize("inventory_says", ["charged", "exempt"])
def test_no_write_is_billed(tmp_path: Path, inventory_says: str, *, resources: bool) -> None:
    """Reads alone: exempt, whatever the inventory says."""
    text = organization(inventory_says)
    answer = answer_of(tmp_path, line("Decrypt", FILES, B), resources=resources, text=text)
    assert answer["reading"] == "exempt"


@BOTH
def test_writes_that_cost_nothing(tmp_path: Path, *, resources: bool) -> None:
    """24,800 free GenerateDataKey beside 20,000 other free requests: shown, and exempt."""
    answer = answer_of(
        tmp_path,
        line("GenerateDataKey", FILES, free=True),
        line("Decrypt", 20_000, B, free=True),
        line("Decrypt", 4_800, B),
        resources=resources,
    )
    assert answer["reading"] == "exempt"
    assert answer["readings"][0]["shown_free"] is True
    assert answer["totals"]["requests_billed"] == 2 * FILES


def test_everything_inside_the_free_tier(tmp_path: Path) -> None:
    """Nothing was charged for any request: which reading holds cannot be told, and why is said."""
    text = inventory(
        keys=[key("k", A, arn=ARNS["k"])],
        trails=[trail(files_per_day=100)],
        readers=[reader("every-file", "siem", A, gets_per_file=1)],
    )
    answer = answer_of(
        tmp_path,
        line("GenerateDataKey", 3_100, free=True),
        line("Decrypt", 3_100, free=True),
        resources=True,
        text=text,
    )
    assert answer["reading"] is None
    assert answer["readings"][0]["strength"] == "none"
    assert "free tier" in answer["readings"][0]["why"]


def test_a_bill_without_requests(tmp_path: Path) -> None:
    """A key alone tells nothing of requests."""
    assert answer_of(tmp_path, resources=True)["reading"] is None


def test_twice_the_writes_without_arns(tmp_path: Path) -> None:
    """They may be anyone's: not told; under the trail's own key they are CloudTrail's: charged."""
    lines = [line("GenerateDataKey", 2 * FILES), line("Decrypt", FILES, B)]
    assert answer_of(tmp_path, *lines, resources=False)["reading"] is None
    assert answer_of(tmp_path, *lines, resources=True)["reading"] == "charged"


def plain(folder: Path, *lines: Line, resources: bool) -> Answer:
    """An organization that is forecast by 288 files a day: 2 x 288 x 31 = 17,856."""
    text = inventory(
        accounts=[account(A), account(B)],
        keys=[key("k", A, arn=ARNS["k"])],
        trails=[trail(scope="organization")],
        readers=[reader("every-file", "siem", B, gets_per_file=1)],
    )
    return answer_of(folder, *lines, resources=resources, text=text)


def test_quiet_regions_under_the_plain_288(tmp_path: Path) -> None:
    """An eighth of 288 a day, written and read: not exempt; charged under the trail's own key."""
    lines = [line("GenerateDataKey", 2_232), line("Decrypt", 2_232, B)]
    assert plain(tmp_path, *lines, resources=True)["reading"] == "charged"
    assert plain(tmp_path, *lines, resources=False)["reading"] != "exempt"


@pytest.mark.parametrize(
    ("writes", "reading"), [(620, "charged"), (0, "exempt")], ids=["charged", "exempt"]
)
@BOTH
def test_measured_writes_decide(
    tmp_path: Path, writes: int, reading: str, *, resources: bool
) -> None:
    """Forecast 288 a day, measured 20: a bill with 620 or without any is told all the same."""
    siem = role(OWNER, "siem", issuer=False)
    History(31, {(OWNER, HOME): 20}, [(siem, (OWNER, HOME), 20)]).write(tmp_path / "logs")
    arn = KEY.arn
    write(
        tmp_path,
        inventory(
            accounts=[account(A)],
            keys=[key("k", A, arn=arn)],
            trails=[trail("org", A)],
            readers=[reader("every-file", "siem", A, gets_per_file=1)],
        ),
    )
    elsewhere = "arn:aws:kms:us-east-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab"
    lines = [
        Line(A, A, HOME, "CurrentKeys", Decimal(1), Decimal(1), arn),
        Line(A, A, HOME, "Sign", Decimal(20_000), Decimal(0), elsewhere),  # the free tier
        Line(A, A, HOME, "Decrypt", Decimal(620), 620 * PRICE, arn),
    ]
    if writes:
        amount = Decimal(writes)
        lines.append(Line(A, A, HOME, "GenerateDataKey", amount, amount * PRICE, arn))
    save(tmp_path / "bill.csv", lines, resources=resources)
    answer = reconcile(tmp_path, "--actuals", "logs")
    assert answer["reading"] == reading
    assert answer["readings"][0]["based_on"] == "measured"
    assert answer["readings"][0]["predicted_charged"] == 620


def test_a_focus_bill_without_operations(tmp_path: Path) -> None:
    """Plain FOCUS has no operation: the level is named as not told, and the parts add up."""
    write(tmp_path, organization())
    save(
        tmp_path / "bill.csv",
        [KEY_MONTH, line("GenerateDataKey", FILES), line("Decrypt", FILES, B)],
        "focus",
        resources=True,
    )
    rows = [text.split(",")[:-3] for text in (tmp_path / "bill.csv").read_text().splitlines()]
    write(tmp_path, "\n".join(",".join(row) for row in rows) + "\n", "bill.csv")
    done = run(tmp_path)
    assert done.code == 0, done.text
    answer = json.loads(done.out)
    adds_up(answer)
    assert any("operation" in level for level in answer["levels_not_told"])
    assert answer["totals"]["requests_billed"] == 2 * FILES
    assert answer["reading"] == "charged"
