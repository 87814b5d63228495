"""Sentences of an attribution: each says what its number is of, and only what is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from estimator import KmscostError, attribute
from estimator.report.answers.attribution import (
    attribution_headline,
    attribution_lines,
    attribution_sheets,
)
from estimator.report.answers.attribution_lines import shown_lines
from tests.attribution.material import APP, DATA, EAST, PUT, SECURITY, TRAIL_KEY, WEST, bill, logs
from tests.measurement.test_bucket_key_replay import event, write

FITS = "it seems not to charge"
S3_PUTS = {"operation": "GenerateDataKey", "billed_account": SECURITY, "key": TRAIL_KEY}


def notices(path: Path, *rows: tuple[float, dict[str, str]], **options: float) -> str:
    """All notices of an attribution."""
    return " ".join(attribute(logs(*rows), path, **options).notices)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("billed", "fits"), [(200, True), (201, True), (202, False), (250, False), (299, False)]
)
def test_a_bill_of_a_part_of_the_writes_charges_for_them(
    billed: int, fits: bool, tmp_path: Path
) -> None:
    """100 writes and 200 of S3: 200 are all but the writes; 299 are 99 of 100 writes too."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": billed, "cost": "1", "operation": "GenerateDataKey", "account": SECURITY},
    )
    assert (FITS in notices(path, (100, PUT), (200, S3_PUTS))) is fits


def test_few_writes_among_many_requests(tmp_path: Path) -> None:
    """9 of 10 writes billed beside 10,000 of S3 are charged, though 9 are less than a hundredth."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 10_009, "cost": "1", "operation": "GenerateDataKey", "account": SECURITY},
    )
    assert FITS not in notices(path, (10, PUT), (10_000, S3_PUTS))


def test_the_whole_is_the_usage(tmp_path: Path) -> None:
    """100 of CloudTrail's 350 requests for 10 of 35, and a credit of all: 28.6 % both, of 35.

    300 of GenerateDataKey are 30.00, a third of them CloudTrail's; 50 of Decrypt are 5.00.
    """
    here = {"account": SECURITY}
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 300, "cost": "30.00", "operation": "GenerateDataKey", **here},
        {"quantity": 50, "cost": "5.00", **here},
        {"cost": "-35.00", "kind": "EdpDiscount", "operation": "", "meter": "", **here},
    )
    found = attribute(
        logs((100, PUT), (200, S3_PUTS), (50, {**S3_PUTS, "operation": "Decrypt"})), path
    )
    sentence = attribution_headline(found)
    assert sentence.startswith(
        "CloudTrail is 28.6 % of your KMS requests (USD 10.00 of 35.00 for usage, 28.6 %)"
    )
    assert "EDP discount" in [line.name for line in shown_lines(found, "service")]
    assert "currency" in found.rows
    assert set(found.rows["currency"]) == {"USD"}


def test_each_share_is_of_requests_and_of_the_money(tmp_path: Path) -> None:
    """100 of 1,000 requests for USD 9.00 of 10.00 are 10 % of the requests and 90 % of the cost."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 100, "cost": "9.00"},
        {"quantity": 900, "cost": "1.00", "operation": "Encrypt"},
    )
    assert attribution_headline(attribute(logs((100, {})), path)).endswith(
        "is 10 % (USD 9.00, 90 %); 90 % is not in these logs (USD 1.00, 10 %)"
    )


def test_other_operations_of_the_same_place_are_named(tmp_path: Path) -> None:
    """Logs of Decrypt and a bill of Sign in one account and Region differ by the operation."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 10, "cost": "1", "operation": "Sign", "meter": "KMS-Requests-Asymmetric"},
    )
    with pytest.raises(KmscostError) as error:
        attribute(logs((100, {})), path)
    (problem,) = error.value.problems
    assert problem.found.startswith(f"logs of Decrypt in {APP} {EAST}")
    assert problem.expected == f"logs of what it bills: Sign in {APP} {EAST}"


def test_logs_without_a_request_ask_for_no_month_of_nothing(tmp_path: Path) -> None:
    """What is missing is in the logs: the bill is no second problem."""
    path = bill(tmp_path / "b.csv", {"quantity": 10, "cost": "1"})
    empty = logs((1, {"unit": "key-month"}))
    with pytest.raises(KmscostError) as error:
        attribute(empty, path)
    assert [problem.found for problem in error.value.problems] == ["logs without a KMS request"]


def test_a_region_that_no_log_is_of_is_not_covered(tmp_path: Path) -> None:
    """A bill without accounts: us-east-1 is logged all the month, eu-west-1 not at all."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 100, "cost": "1", "account": ""},
        {"quantity": 40, "cost": "1", "account": "", "region": WEST},
    )
    places = attribute(logs((100, {})), path).places
    assert dict(zip(places["billed_region"], places["covered"], strict=True)) == {
        EAST: 1.0,
        WEST: 0.0,
    }


def test_operations_without_a_key_have_none_to_name(tmp_path: Path) -> None:
    """GenerateRandom and ListAliases beside resource ids have none; 5 of Decrypt have lost it."""
    lines = [
        {"quantity": 100, "cost": "1", "key": DATA},
        {"quantity": 7, "cost": "1", "operation": "GenerateRandom"},
        {"quantity": 5, "cost": "1", "operation": "ListAliases"},
    ]
    found = attribute(logs((100, {})), bill(tmp_path / "b.csv", *lines))
    assert found.levels == {}
    lines.append({"quantity": 5, "cost": "1"})
    found = attribute(logs((100, {})), bill(tmp_path / "c.csv", *lines))
    assert found.levels == {"key": 5}
    assert "resource ids" not in " ".join(found.notices)


def test_a_discount_is_none_of_the_bills(tmp_path: Path) -> None:
    """The bill's USD 3.00 stay, and that is said; without a discount nothing is."""
    path = bill(tmp_path / "b.csv", {"quantity": 100, "cost": "3.00"})
    words = "the discount of 50 %"
    assert words in notices(path, (100, {}), discount=0.5)
    assert words not in notices(path, (100, {}))


def test_what_is_missing_has_a_currency(tmp_path: Path) -> None:
    """60 of 100 requests, USD 1.80 of 3.00."""
    path = bill(tmp_path / "b.csv", {"quantity": 100, "cost": "3.00"})
    assert "(USD 1.80 of 3.00 for requests)" in notices(path, (40, {}))


def test_savings_have_the_currency_of_their_rates(tmp_path: Path) -> None:
    """A bill in EUR, rates in USD: 3 puts of one minute are priced in USD, and that is said."""
    folder = tmp_path / "logs"
    folder.mkdir()
    write(folder, [event(at, "GenerateDataKey", "etl", f"o{at}") for at in (0, 10, 20)])
    line = {"operation": "GenerateDataKey", "region": WEST, "account": "111122223333"}
    path = bill(tmp_path / "b.csv", {"quantity": 3, "cost": "3.00", "currency": "EUR", **line})
    found = attribute(folder, path)
    document = found.to_dict()
    assert (document["currency"], found.bucket_keys.currency) == ("EUR", "USD")
    (bucket,) = document["bucket_keys"]
    assert {"saves_usd", "saves_usd_writes_exempt"} <= set(bucket)
    assert "saves_eur" not in bucket
    assert "nothing tells a rate to the bill's EUR" in " ".join(found.notices)
    assert "what S3 Bucket Keys save is scaled to a month from 1 hour" in " ".join(found.notices)


def test_what_has_no_rate_is_at_least_in_both_interpretations() -> None:
    """30,000 of Decrypt cost 10,000 x 0.000003 = 0.03; 10 of a meter without a rate are unknown."""
    found = attribute(logs((30_000, {}), (10, {"meter": "KMS-Requests-New"})))
    assert "of at least 0.03" in attribution_headline(found)
    assert "of at least 0.03 are" in found.other_interpretation_line


def test_the_other_day_is_at_the_latest_too() -> None:
    """19,000 and 2,000 writes on the 1st end the 20,000; without them only the 2nd's 1,000 do."""
    found = attribute(
        logs(
            (19_000, {}),
            (2_000, PUT),
            (1_000, {"day": "2026-10-02"}),
        )
    )
    assert any(
        line.endswith("they end on 2026-10-02 at the latest") for line in attribution_lines(found)
    )


def test_bars_have_a_heading_and_an_account_its_word() -> None:
    """By cost where something costs; a caller that is an account alone reads as such."""
    found = attribute(logs((30_000, {"caller": APP})))
    heads = {sheet.title.split()[1].rstrip(","): sheet for sheet in attribution_sheets(found)}
    assert heads["service"].header[1] == "by cost"
    assert heads["caller"].rows[0][0] == f"account {APP}"
    free = attribution_sheets(attribute(logs((30, {}))))
    assert free[0].header[1] == "by requests"
