"""`kmscost reconcile` on bills made to measure: of the forecast, off by known amounts, random."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import estimator
from tests.acceptance.commands import Run, kmscost, write
from tests.acceptance.inventories import A, B, C, account, inventory, key, reader, trail
from tests.acceptance.sure import history
from tests.acceptance.sure.bills import FORMATS, Line, from_forecast, save

Answer = dict[str, Any]
CENT = 0.005
PRICE = Decimal("0.000003")
PARTS = ["writes", "volume", "free_tier", "keys", "rate", "others", "other_keys", "unknown"]
ARNS = {"k": f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"}
FORMS = sorted(FORMATS)


def organization(reading: str = "charged", **top: Any) -> str:
    """Two accounts, one key; 400 files a day each, all got once by account B."""
    return inventory(
        accounts=[account(A), account(B)],
        keys=[key("k", A, arn=ARNS["k"])],
        trails=[trail(scope="organization", files_per_day=400)],
        readers=[reader("every-file", "siem", B, gets_per_file=1)],
        cloudtrail_writes=reading,
        **top,
    )


# 2 accounts x 400 files x 31 days
FILES = 24_800


def forecast(folder: Path, text: str, *options: str) -> Answer:
    write(folder, text)
    run = kmscost(
        "forecast", "inventory.yaml", "--from", "2026-10", "--months", "1", "--format", "json",
        *options, cwd=folder,
    )  # fmt: skip
    assert run.code == 0, run.text
    answer: Answer = json.loads(run.out)
    return answer


def run(folder: Path, *options: str, form: str = "json", bill: str = "bill.csv") -> Run:
    return kmscost(
        "reconcile", "inventory.yaml", bill, "--month", "2026-10", "--format", form, *options,
        cwd=folder,
    )  # fmt: skip


def reconcile(folder: Path, *options: str) -> Answer:
    """The JSON of a run that must succeed, its parts adding up."""
    done = run(folder, *options)
    assert done.code == 0, done.text
    answer: Answer = json.loads(done.out)
    adds_up(answer)
    return answer


def adds_up(answer: Answer) -> None:
    """On each row and in all: forecast + parts = billed, in USD and in requests."""
    totals, rows = answer["totals"], answer["rows"]
    assert [part["part"] for part in answer["parts"]] == PARTS
    parts = {part["part"]: part["cost_usd"] for part in answer["parts"]}
    difference = totals["cost_usd_billed"] - totals["cost_usd_forecast"]
    assert totals["cost_usd_difference"] == pytest.approx(difference, abs=1e-9)
    assert sum(parts.values()) == pytest.approx(difference, abs=1e-6)
    assert totals["cost_usd_forecast_error"] == pytest.approx(
        difference - parts["others"] - parts["other_keys"], abs=1e-6
    )
    for part, cost in parts.items():
        assert sum(row[f"cost_{part}"] for row in rows) == pytest.approx(cost, abs=1e-6)
    for row in rows:
        of_row = row["cost_billed"] - row["cost_forecast"]
        assert row["cost_difference"] == pytest.approx(of_row, abs=1e-9)
        assert sum(row[f"cost_{part}"] for part in PARTS) == pytest.approx(of_row, abs=1e-6)
        told = row["cloudtrail"] + row["others"] + row["unknown"]
        assert told == pytest.approx(row["billed"], abs=1e-6)
    requests = sum(part["requests"] or 0 for part in answer["parts"])
    assert totals["requests_forecast"] + requests == pytest.approx(totals["requests_billed"], abs=1e-4)
    for side in ("forecast", "billed"):
        of_rows = sum(row[side] for row in rows if row["unit"] == "request")
        assert of_rows == pytest.approx(totals[f"requests_{side}"], abs=1e-4)
        cost = sum(row[f"cost_{side}"] for row in rows)
        assert cost == pytest.approx(totals[f"cost_usd_{side}"], abs=1e-6)


def parts(answer: Answer) -> dict[str, float]:
    return {part["part"]: part["cost_usd"] for part in answer["parts"]}


def expect_parts(answer: Answer, **wanted: Decimal | float | str) -> None:
    """These parts, and nothing in all others."""
    for part, cost in parts(answer).items():
        assert cost == pytest.approx(float(wanted.get(part, 0)), abs=1e-7), part


# --- a bill out of the forecast ------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reading", ["charged", "exempt"])
@pytest.mark.parametrize("resources", [True, False], ids=["arns", "no-arns"])
def test_a_bill_as_forecast(tmp_path: Path, form: str, reading: str, *, resources: bool) -> None:
    """A bill made of the forecast: nothing differs, and the reading is named right."""
    told = forecast(tmp_path, organization(reading))
    save(tmp_path / "bill.csv", from_forecast(told, ARNS), form, resources=resources)
    answer = reconcile(tmp_path)
    assert answer["reading"] == reading
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(0, abs=1e-9)
    assert answer["totals"]["cost_usd_billed"] == pytest.approx(told["totals"]["cost_usd"])
    # exempt writes are in the forecast's requests and not in the bill: no money in any part
    for cost in parts(answer).values():
        assert cost == pytest.approx(0, abs=1e-9)
    for charged in ("charged", "exempt"):
        assert answer["totals"][f"cost_usd_forecast_writes_{charged}"] == pytest.approx(
            told["totals"][f"cost_usd_writes_{charged}"]
        )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("reading", ["charged", "exempt"])
def test_a_bill_of_the_other_reading(tmp_path: Path, form: str, reading: str) -> None:
    """The bill follows the other reading: named so; the writes and their free tier explain it."""
    other = {"charged": "exempt", "exempt": "charged"}[reading]
    save(
        tmp_path / "bill.csv",
        from_forecast(forecast(tmp_path, organization(other)), ARNS),
        form,
        resources=True,
    )
    write(tmp_path, organization(reading))
    answer = reconcile(tmp_path)
    assert answer["reading"] == other
    assert answer["readings"][0]["strength"] == "strong"  # under CloudTrail's own key
    # charged: 49,600 - 20,000 = 29,600 billable; exempt: 24,800 - 20,000 = 4,800 billable
    sign = 1 if other == "charged" else -1
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(sign * 24_800 * float(PRICE))
    expect_parts(answer, writes=sign * FILES * PRICE, free_tier=0)


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_the_reading_stands_in_text(tmp_path: Path, form: str) -> None:
    """Table and Markdown say which reading the bill follows, and the other one's total."""
    told = forecast(tmp_path, organization("exempt"))
    save(tmp_path / "bill.csv", from_forecast(told, ARNS))
    write(tmp_path, organization("charged"))
    out = " ".join(run(tmp_path, form=form).out.replace("\\", "").replace("**", "").split())
    assert "The bill follows cloudtrail_writes: exempt" in out
    assert "With cloudtrail_writes: exempt the forecast is USD 1.01" in out
    assert "source" in out


def test_several_payers(tmp_path: Path) -> None:
    """Each payer has its own free tier and its own reading; where they differ, none is for all."""
    text = inventory(
        accounts=[account(A), account(C, payer=C)],
        keys=[key("k", A), key("c", C)],
        trails=[trail("t", A, files_per_day=1500), trail("u", C, key="c", files_per_day=1500)],
        payer=A,
        cloudtrail_writes="charged",
    )
    charged = from_forecast(forecast(tmp_path, text), {})
    exempt = from_forecast(forecast(tmp_path, text.replace("charged", "exempt")), {})
    lines = [line for line in charged if line.payer == A]
    lines += [line for line in exempt if line.payer == C]
    # a bill without a line of requests tells nothing: C uses KMS for something else, too
    lines.append(Line(C, C, "us-east-1", "Encrypt", Decimal(30_000), 30_000 * PRICE))
    save(tmp_path / "bill.csv", lines)
    write(tmp_path, text)
    answer = reconcile(tmp_path)
    assert {one["payer"]: one["reading"] for one in answer["readings"]} == {A: "charged", C: "exempt"}
    assert answer["reading"] is None


# --- a bill that is off by a known amount --------------------------------------------------------


def bill_of_forecast(folder: Path, text: str, *more: Line) -> list[Line]:
    told = forecast(folder, text)
    lines = [*from_forecast(told, ARNS), *more]
    save(folder / "bill.csv", lines, resources=True)
    return lines


def decrypts(count: int, cost: Decimal | None = None, resource: str = ARNS["k"]) -> Line:
    paid = count * PRICE if cost is None else cost
    return Line(A, B, "us-east-1", "Decrypt", Decimal(count), paid, resource)


def test_more_reads_are_volume(tmp_path: Path) -> None:
    """10,000 more Decrypt under the trail's key: 0.03 of volume; the free tier shifts, in all by 0."""
    bill_of_forecast(tmp_path, organization(), decrypts(10_000))
    answer = reconcile(tmp_path)
    assert answer["totals"]["cost_usd_difference"] == pytest.approx(0.03)
    expect_parts(answer, volume="0.03")


def test_a_cheaper_price_is_rate(tmp_path: Path) -> None:
    """All requests at 0.02 instead of 0.03 per 10,000: the rate part, 29,600 x -0.000001."""
    lines = bill_of_forecast(tmp_path, organization())
    cheap = [
        dataclasses.replace(line, cost=line.cost * 2 / 3) if line.unit == "Requests" else line
        for line in lines
    ]
    save(tmp_path / "bill.csv", cheap, resources=True)
    expect_parts(reconcile(tmp_path), rate=-29_600 * Decimal("0.000001"))


def test_a_discount_that_is_known_is_no_difference(tmp_path: Path) -> None:
    """The bill has 10 % off; with --discount 10% the forecast has too."""
    told = forecast(tmp_path, organization(), "--discount", "10%")
    save(tmp_path / "bill.csv", from_forecast(told, ARNS), resources=True)
    expect_parts(reconcile(tmp_path, "--discount", "10%"))
    # without it: 10 % of 29,600 requests and of one key
    off = (29_600 * PRICE + 1) / 10
    expect_parts(reconcile(tmp_path), rate=-off)


def test_requests_of_something_else_are_others(tmp_path: Path) -> None:
    """5,000 Encrypt under a key of another: others, and no part of the forecast's error."""
    other = "arn:aws:kms:us-east-1:222222222222:key/99999999-12ab-34cd-56ef-1234567890ab"
    line = Line(A, B, "us-east-1", "Encrypt", Decimal(5_000), 5_000 * PRICE, other)
    bill_of_forecast(tmp_path, organization(), line)
    answer = reconcile(tmp_path)
    expect_parts(answer, others="0.015")
    assert answer["totals"]["cost_usd_forecast_error"] == pytest.approx(0, abs=1e-9)
    assert other in json.dumps(answer["only_in_bill"]["keys"])


def test_keys_more_and_less(tmp_path: Path) -> None:
    """A second key is other_keys; half a key-month of the trail's key is keys."""
    other = "arn:aws:kms:eu-west-1:222222222222:key/99999999-12ab-34cd-56ef-1234567890ab"
    line = Line(A, B, "eu-west-1", "CurrentKeys", Decimal(1), Decimal(1), other)
    lines = bill_of_forecast(tmp_path, organization(), line)
    expect_parts(reconcile(tmp_path), other_keys=1)
    half = [
        dataclasses.replace(line, amount=line.amount / 2, cost=line.cost / 2)
        if line.operation == "CurrentKeys" and line.resource == ARNS["k"]
        else line
        for line in lines
    ]
    save(tmp_path / "bill.csv", half, resources=True)
    answer = reconcile(tmp_path)
    expect_parts(answer, other_keys=1, keys=Decimal("-0.5"))
    assert answer["totals"]["key_months_billed"] == pytest.approx(1.5)


def test_a_smaller_free_tier(tmp_path: Path) -> None:
    """Half of the free requests are charged: 10,000 x 0.000003 of free tier."""
    lines = bill_of_forecast(tmp_path, organization())
    moved = []
    for line in lines:
        if line.unit == "Requests" and not line.cost:
            half = line.amount / 2
            moved += [
                dataclasses.replace(line, amount=half),
                dataclasses.replace(line, amount=half, cost=half * PRICE),
            ]
        else:
            moved.append(line)
    save(tmp_path / "bill.csv", moved, resources=True)
    expect_parts(reconcile(tmp_path), free_tier="0.03")


def test_taxes_and_credits_stand_apart(tmp_path: Path) -> None:
    """A tax of 1.23 and a credit of -0.50 are told apart and are on no side."""
    more = [
        Line(A, A, "us-east-1", "", Decimal(1), Decimal("1.23"), kind="Tax"),
        Line(A, A, "us-east-1", "", Decimal(1), Decimal("-0.50"), kind="Credit"),
    ]
    bill_of_forecast(tmp_path, organization(), *more)
    answer = reconcile(tmp_path)
    expect_parts(answer)
    assert sorted(one["cost_usd"] for one in answer["apart"]) == [-0.5, 1.23]


# --- what only one side knows --------------------------------------------------------------------


def test_accounts_that_the_inventory_does_not_know(tmp_path: Path) -> None:
    """An account and a Region of the bill alone are named, and their requests are others'."""
    line = Line(A, "999999999999", "ap-south-1", "Decrypt", Decimal(7_000), 7_000 * PRICE)
    bill_of_forecast(tmp_path, organization(), line)
    answer = reconcile(tmp_path)
    assert answer["only_in_bill"]["accounts"] == ["999999999999"]
    assert answer["only_in_bill"]["regions"] == ["ap-south-1"]
    expect_parts(answer, others=7_000 * PRICE)
    assert "999999999999" in run(tmp_path, form="table").text


def test_accounts_that_the_bill_does_not_know(tmp_path: Path) -> None:
    """A reader's account without a line in the bill is named."""
    lines = bill_of_forecast(tmp_path, organization())
    save(tmp_path / "bill.csv", [line for line in lines if line.account != B], resources=True)
    answer = reconcile(tmp_path)
    assert answer["only_in_inventory"]["accounts"] == [B]


def test_other_months_are_left_out(tmp_path: Path) -> None:
    """Lines of September in the same file change nothing."""
    lines = bill_of_forecast(tmp_path, organization())
    before = reconcile(tmp_path)
    september = [dataclasses.replace(line, month=dt.date(2026, 9, 1)) for line in lines]
    save(tmp_path / "bill.csv", [*september, *lines], resources=True)
    after = reconcile(tmp_path)
    assert after["totals"] == pytest.approx(before["totals"])
    assert parts(after) == pytest.approx(parts(before), abs=1e-9)


def test_a_month_that_the_bill_does_not_have(tmp_path: Path) -> None:
    """A bill of September alone: exit 1, and the month that it has is named."""
    lines = bill_of_forecast(tmp_path, organization())
    september = [dataclasses.replace(line, month=dt.date(2026, 9, 1)) for line in lines]
    save(tmp_path / "bill.csv", september)
    done = run(tmp_path)
    assert (done.code, done.out) == (1, ""), done.text
    assert "2026-10" in done.err
    assert "2026-09" in done.err


def test_levels_that_the_bill_leaves_open(tmp_path: Path) -> None:
    """Without resource ids the keys of requests are not told, and that is said."""
    told = forecast(tmp_path, organization())
    save(tmp_path / "bill.csv", from_forecast(told, {}))
    answer = reconcile(tmp_path)
    assert any("key" in level for level in answer["levels_not_told"])
    save(tmp_path / "bill.csv", from_forecast(told, ARNS), resources=True)
    assert reconcile(tmp_path)["levels_not_told"] == {}


# --- measured ------------------------------------------------------------------------------------


def measured_month(folder: Path, days: int = 31, others: int = 2) -> int:
    """Logs of October in the key's account: 20 puts and 9 gets a day. Returns the files put."""
    siem = history.role(history.OWNER, "siem", issuer=False)
    history.History(
        days,
        {(history.OWNER, history.HOME): 20},
        [(siem, (history.OWNER, history.HOME), 9)],
        others=others,
    ).write(folder / "logs")
    return 20 * days


MEASURED = inventory(
    accounts=[account(A)],
    keys=[key("k", A, arn=history.KEY.arn)],
    trails=[trail("org", A, files_per_day=25)],
    readers=[reader("every-file", "siem", A, gets_per_file=1)],
)


def test_measured_stands_beside(tmp_path: Path) -> None:
    """Forecast 25 files a day, measured and billed 20: the volume is the difference to measured."""
    measured_month(tmp_path)
    write(tmp_path, MEASURED)
    free = [  # all inside the free tier; 2 a day are others'
        Line(A, A, "us-east-1", "GenerateDataKey", Decimal(620), Decimal(0), history.KEY.arn),
        Line(A, A, "us-east-1", "Decrypt", Decimal(11 * 31), Decimal(0), history.KEY.arn),
        Line(A, A, "us-east-1", "CurrentKeys", Decimal(1), Decimal(1), history.KEY.arn),
    ]
    save(tmp_path / "bill.csv", free, resources=True)
    answer = reconcile(tmp_path, "--actuals", "logs")
    assert answer["totals"]["requests_forecast"] == pytest.approx(2 * 25 * 31)
    assert answer["totals"]["requests_measured"] == 29 * 31
    assert answer["totals"]["requests_billed"] == 31 * 31
    assert answer["measured_share"] == pytest.approx(1)
    measured = {row["operation"]: row["measured"] for row in answer["rows"] if row["measured"]}
    assert measured == {"GenerateDataKey": 620, "Decrypt": 279}
    requests = {part["part"]: part["requests"] for part in answer["parts"]}
    assert requests["volume"] == pytest.approx(29 * 31 - 50 * 31)
    assert requests["others"] == pytest.approx(2 * 31)
    assert requests["unknown"] == pytest.approx(0)
    assert answer["readings"][0]["based_on"] == "measured"


def test_the_json_of_measure_and_the_logs_agree(tmp_path: Path) -> None:
    """--actuals takes the JSON of measure as well as the logs."""
    measured_month(tmp_path)
    write(tmp_path, MEASURED)
    line = Line(A, A, "us-east-1", "GenerateDataKey", Decimal(60_000), 40_000 * PRICE)
    save(tmp_path / "bill.csv", [line])
    kmscost(
        "measure", "cloudtrail", "logs", "--format", "json", "-o", "october.json", cwd=tmp_path
    )
    assert reconcile(tmp_path, "--actuals", "october.json") == reconcile(
        tmp_path, "--actuals", "logs"
    )


def test_nothing_is_extrapolated(tmp_path: Path) -> None:
    """20 days of 31 cover less than 0.9: shown, said, and the volume rests on the forecast."""
    measured_month(tmp_path, days=20)
    bill_of_forecast(tmp_path, MEASURED)
    answer = reconcile(tmp_path, "--actuals", "logs")
    assert answer["measured_share"] == pytest.approx(20 / 31, abs=0.01)
    assert answer["readings"][0]["based_on"] == "forecast"
    assert answer["totals"]["requests_measured"] in {None, 20 * 29}


# --- the limit -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "extra", "broken"),
    [
        # the forecast costs 1 + 29,600 x 0.000003 = 1.0888
        ("5%", 0, False),
        ("5%", 18_000, False),  # 0.0540 of 1.0888 is 4.96 %
        ("5%", 18_300, True),  # 0.0549 is 5.04 %
        ("USD 0.05", 16_600, False),
        ("USD 0.05", 16_700, True),
        ("0.05", 16_700, True),
        ("0%", 1_000, True),
    ],
)
def test_a_limit(tmp_path: Path, limit: str, extra: int, *, broken: bool) -> None:
    """Exit 3 and one line on stderr where the difference is above; the answer is written anyway."""
    more = [decrypts(extra)] if extra else []
    bill_of_forecast(tmp_path, organization(), *more)
    plain = run(tmp_path)
    done = run(tmp_path, "--fail-over", limit)
    assert done.code == (3 if broken else 0), done.text
    new = [line for line in done.err.splitlines() if line not in plain.err.splitlines()]
    assert len(new) == (1 if broken else 0), done.err
    answer = json.loads(done.out)
    assert answer["limit"]["broken"] is broken
    adds_up(answer)


def test_less_than_forecast_breaks_the_limit_too(tmp_path: Path) -> None:
    """A bill far below the forecast is as wrong as one above."""
    lines = bill_of_forecast(tmp_path, organization())
    fewer = [line for line in lines if line.operation != "CurrentKeys"]
    save(tmp_path / "bill.csv", fewer, resources=True)
    assert run(tmp_path, "--fail-over", "5%").code == 3


def test_others_do_not_break_the_limit(tmp_path: Path) -> None:
    """A million requests of something else: no forecast was made of them."""
    line = Line(A, B, "us-east-1", "Encrypt", Decimal(1_000_000), Decimal(3), "arn:aws:kms:x")
    bill_of_forecast(tmp_path, organization(), line)
    assert run(tmp_path, "--fail-over", "5%").code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--fail-over", "much"),
        ("--fail-over", "-5%"),
        ("--fail-over", ""),
        ("--fail-over", "nan%"),
        ("--fail-over", "EUR 5"),
        ("--month", "2026-13"),
        ("--month", "October"),
        ("--discount", "200%"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, options: tuple[str, str]) -> None:
    """Exit 2 with the option's name; nothing on stdout."""
    bill_of_forecast(tmp_path, organization())
    name, value = options
    done = run(tmp_path, f"{name}={value}")
    assert (done.code, done.out) == (2, ""), done.text
    assert name in done.err


def test_no_month(tmp_path: Path) -> None:
    """--month is needed."""
    bill_of_forecast(tmp_path, organization())
    done = kmscost("reconcile", "inventory.yaml", "bill.csv", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "no csv at all"])
def test_a_file_that_is_no_bill(tmp_path: Path, text: str) -> None:
    """Exit 1 with its name."""
    write(tmp_path, organization())
    write(tmp_path, text, "bill.csv")
    done = run(tmp_path)
    assert (done.code, done.out) == (1, ""), done.text
    assert "bill.csv" in done.err


def test_the_function_is_the_command(tmp_path: Path) -> None:
    """`estimator.reconcile` gives totals, reading and rows of the command."""
    bill_of_forecast(tmp_path, organization(), decrypts(10_000))
    answer = reconcile(tmp_path, "--fail-over", "5%")
    told = estimator.reconcile(
        tmp_path / "inventory.yaml", tmp_path / "bill.csv", "2026-10", fail_over="5%"
    )
    assert told.totals == answer["totals"]
    assert told.reading is not None
    assert told.reading.reading == answer["reading"]
    assert list(told.rows["cost_difference"]) == [row["cost_difference"] for row in answer["rows"]]
    assert not told.broken


# --- random bills --------------------------------------------------------------------------------


def random_case(seed: int) -> tuple[str, list[Line], bool]:
    """An inventory, and a bill that has little to do with it."""
    dice = random.Random(seed)  # noqa: S311  no secrets here
    regions = dice.sample(["us-east-1", "eu-west-1", "ap-southeast-2"], dice.randint(1, 3))
    arns = {name: f"arn:aws:kms:{regions[0]}:{A}:key/{name}" for name in ("k", "j")}
    keys = [key("k", A, regions[0], arn=arns["k"])]
    trails = [
        trail(
            scope=dice.choice(["account", "organization"]),
            region=regions[0],
            files_per_day=dice.choice([0.4, 7, 288, 1511.5]),
            config_updates_per_month=dice.choice([0, 3]),
            log_file_validation=dice.random() < 0.4,
            digest_files=dice.choice(["sse-kms", "sse-s3"]),
        )
    ]
    readers = [reader("every-file", "siem", dice.choice([A, B]), gets_per_file=dice.choice([1, 2.5]))]
    text = inventory(
        accounts=[account(A), account(B), account(C, payer=C)][: dice.randint(2, 3)],
        keys=keys + [key("j", A, regions[-1])] * (dice.random() < 0.3),
        trails=trails,
        readers=readers * (dice.random() < 0.7),
        regions=regions,
        payer=A,
        other_kms_requests_per_month=dice.choice([0, 12_000, 50_000]),
        cloudtrail_writes=dice.choice(["charged", "exempt"]),
    )
    lines = []
    for _ in range(dice.randint(1, 14)):
        who = dice.choice([A, A, B, C, "999999999999"])
        operation = dice.choice(
            ["GenerateDataKey", "GenerateDataKey", "Decrypt", "Encrypt", "Sign", "CurrentKeys"]
        )
        amount = Decimal(dice.randrange(1, 2_000_000)) / dice.choice([1, 1, 100])
        if operation == "CurrentKeys":
            amount /= 400_000
        price = Decimal(1) if operation == "CurrentKeys" else PRICE
        price *= dice.choice([0, 1, 1, Decimal("0.9"), Decimal("1.7")])
        lines.append(
            Line(
                A if who != C else dice.choice([A, C]), who, dice.choice(regions), operation, amount,
                amount * price, dice.choice(["", arns["k"], arns["j"], "arn:aws:kms:x:y:key/z"]),
                kind=dice.choice(["Usage"] * 9 + ["Tax"]),
            )
        )  # fmt: skip
    lines.append(Line(A, A, regions[0], "ListKeys", Decimal(1), PRICE))
    return text, lines, dice.random() < 0.5


@pytest.mark.parametrize("seed", range(60))
def test_parts_add_up_on_random_bills(tmp_path: Path, seed: int) -> None:
    """Whatever the bill: the parts sum to the difference to the cent, and nothing is lost."""
    text, lines, resources = random_case(seed)
    form = FORMS[seed % len(FORMS)]
    told = forecast(tmp_path, text)
    save(tmp_path / "bill.csv", lines, form, resources=resources)
    answer = reconcile(tmp_path)
    totals = answer["totals"]
    usage = [line for line in lines if line.kind == "Usage"]
    billed = sum((line.cost for line in usage), Decimal(0))
    requests = sum((line.amount for line in usage if line.unit == "Requests"), Decimal(0))
    keys = sum((line.amount for line in usage if line.unit == "Keys"), Decimal(0))
    assert totals["cost_usd_billed"] == pytest.approx(float(billed), abs=1e-6)
    assert totals["requests_billed"] == pytest.approx(float(requests), abs=1e-4)
    assert totals["key_months_billed"] == pytest.approx(float(keys), abs=1e-6)
    assert totals["cost_usd_forecast"] == pytest.approx(told["totals"]["cost_usd"], abs=1e-9)
    assert totals["requests_forecast"] == pytest.approx(told["totals"]["requests"], abs=1e-6)
    apart = sum((line.cost for line in lines if line.kind != "Usage"), Decimal(0))
    assert sum(one["cost_usd"] for one in answer["apart"]) == pytest.approx(float(apart), abs=1e-6)
    cents = sum(parts(answer).values()) - (totals["cost_usd_billed"] - totals["cost_usd_forecast"])
    assert abs(cents) < CENT
    assert answer["reading"] in {"charged", "exempt", None}


@pytest.mark.parametrize("seed", [3, 14, 15])
def test_the_order_of_lines_and_files_does_not_matter(tmp_path: Path, seed: int) -> None:
    """Shuffled lines in two files give the same parts."""
    text, lines, resources = random_case(seed)
    write(tmp_path, text)
    save(tmp_path / "bill.csv", lines, resources=resources)
    before = reconcile(tmp_path)
    random.Random(seed).shuffle(lines)  # noqa: S311  no secrets here
    bills = tmp_path / "bills"
    bills.mkdir()
    half = len(lines) // 2
    save(bills / "one.csv", lines[:half], resources=resources)
    save(bills / "two.csv", lines[half:], resources=resources)
    done = run(tmp_path, bill="bills")
    assert done.code == 0, done.text
    after = json.loads(done.out)
    adds_up(after)
    assert parts(after) == pytest.approx(parts(before), abs=1e-7)
    assert after["reading"] == before["reading"]
