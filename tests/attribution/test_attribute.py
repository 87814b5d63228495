"""A bill shared out: every amount by hand, in Decimal."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import pytest

from estimator import Attribution, KmscostError, attribute
from estimator.attribution.result import GROUPS, NOT_IN_LOGS
from estimator.report.answers.attribution import attribution_headline, attribution_lines
from estimator.report.answers.attribution_lines import shown_lines
from tests import real_data
from tests.attribution.material import (
    APP,
    DATA,
    EAST,
    GET,
    PHOTOS,
    PUT,
    SECURITY,
    TRAIL_KEY,
    WEST,
    bill,
    logs,
)

D = Decimal
SIGN = {
    "operation": "Sign",
    "meter": "KMS-Requests-Asymmetric",
    "service": "direct",
    "resource": "",
}
TABLE = {"service": "dynamodb", "resource": f"arn:aws:dynamodb:{EAST}:{APP}:table/orders"}


def costs(attribution: Attribution, group: str = "service") -> dict[str, float]:
    """The cost of each line by its name, or by its part where it has none."""
    lines = attribution.lines(group)
    names = lines[group].where(
        lines[group] != "", lines["what"].where(lines["what"] != "", lines["part"])
    )
    return dict(zip(names, lines["cost"], strict=True))


def close(amount: Decimal) -> object:
    """The same to a millionth of a cent."""
    return pytest.approx(float(amount), abs=1e-8)


def test_requests_of_no_day_are_left_out_and_counted(tmp_path: Path) -> None:
    """250,000 of a million have no time: with a bill and without they are on no line, and said."""
    some = logs((750_000, {}), (250_000, {**TABLE, "day": None}))
    line = {"quantity": 1_000_000, "cost": "3.00"}
    for found in (attribute(some), attribute(some, bill(tmp_path / "b.csv", line))):
        assert any("250,000 logged requests of no day" in notice for notice in found.notices)
    assert costs(found) == {"s3": close(D("2.25")), NOT_IN_LOGS: close(D("0.75"))}
    with pytest.raises(KmscostError, match="logs whose requests are of no day"):
        attribute(logs((5, {"day": None})))


def test_each_line_is_shared_out_in_proportion(tmp_path: Path) -> None:
    """Decrypt 1,000,000 for USD 3.00: 750,000 of S3 and 250,000 of DynamoDB are 2.25 and 0.75."""
    found = attribute(
        logs((750_000, {}), (250_000, TABLE)),
        bill(tmp_path / "b.csv", {"quantity": 1_000_000, "cost": "3.00"}),
    )
    assert costs(found) == {
        "s3": close(D("3.00") * 750_000 / 1_000_000),
        "dynamodb": close(D("3.00") * 250_000 / 1_000_000),
    }
    assert found.totals["requests_not_in_logs"] == 0
    assert found.places["covered"].tolist() == [1.0]


def test_operations_have_lines_of_their_own(tmp_path: Path) -> None:
    """USD 3 of Decrypt is S3's and USD 0.30 of GenerateDataKey DynamoDB's: nothing is mixed."""
    found = attribute(
        logs((1_000_000, {}), (100_000, TABLE | {"operation": "GenerateDataKey"})),
        bill(
            tmp_path / "b.csv",
            {"quantity": 1_000_000, "cost": "3.00"},
            {"quantity": 100_000, "cost": "0.30", "operation": "GenerateDataKey"},
        ),
    )
    assert costs(found) == {"s3": close(D("3.00")), "dynamodb": close(D("0.30"))}


def test_what_no_log_holds_is_a_line_of_its_own(tmp_path: Path) -> None:
    """400,000 of 1,000,000 logged: USD 1.20 of 3.00, and 1.80 for 600,000 not in these logs."""
    found = attribute(
        logs((400_000, {})),
        bill(tmp_path / "b.csv", {"quantity": 1_000_000, "cost": "3.00"}),
    )
    assert costs(found) == {"s3": close(D("1.20")), "not-in-logs": close(D("1.80"))}
    assert found.totals["requests_not_in_logs"] == 600_000


def test_half_the_days_are_half_an_answer(tmp_path: Path) -> None:
    """16 of 31 days, 10,000 requests each: USD 0.93 x 16/31 is attributed, the rest is not."""
    rows = [(10_000, {"day": f"2026-10-{day:02}"}) for day in range(1, 17)]
    found = attribute(
        logs(*rows, days=range(1, 17)),
        bill(tmp_path / "b.csv", {"quantity": 310_000, "cost": "0.93"}),
    )
    assert costs(found) == {
        "s3": close(D("0.93") * 16 / 31),
        "not-in-logs": close(D("0.93") * 15 / 31),
    }
    assert found.coverage == {"2026-10": pytest.approx(16 / 31)}
    assert "the logs cover 51.6 % of the hours of 2026-10" in " ".join(found.notices)


@pytest.mark.parametrize("days", [31, 16, 4, 1])
def test_fewer_days_never_attribute_more(days: int, tmp_path: Path) -> None:
    """Less evidence is never a surer answer: the attributed cost falls with the days logged."""
    rows = [(1_000 * day, {"day": f"2026-10-{day:02}"}) for day in range(1, 32)]
    path = bill(tmp_path / "b.csv", {"quantity": 496_000, "cost": "4.96"})
    found = attribute(logs(*rows[:days], days=range(1, days + 1)), path)
    assert costs(found)["s3"] == close(D("0.01") * sum(range(1, days + 1)))
    assert math.fsum(found.rows["cost"]) == close(D("4.96"))


def test_keys_are_told_apart_where_the_bill_does(tmp_path: Path) -> None:
    """With resource ids each key's line goes to those who asked that key: 3.00 and 0.03."""
    other = f"arn:aws:kms:{EAST}:{APP}:key/0ther000-1111-2222-3333-444455556666"
    found = attribute(
        logs((1_000_000, {}), (10_000, TABLE | {"key": other})),
        bill(
            tmp_path / "b.csv",
            {"quantity": 1_000_000, "cost": "3.00", "key": DATA},
            {"quantity": 10_000, "cost": "0.03", "key": other},
        ),
    )
    assert costs(found) == {"s3": close(D("3.00")), "dynamodb": close(D("0.03"))}
    assert found.levels == {}


def test_a_bill_without_operations_is_shared_at_its_level(tmp_path: Path) -> None:
    """No operation, no key: USD 3.00 by account and Region, 9 to 1, and it is said."""
    found = attribute(
        logs((900_000, {}), (100_000, TABLE | {"operation": "Encrypt"})),
        bill(tmp_path / "b.csv", {"quantity": 1_000_000, "cost": "3.00", "operation": ""}),
    )
    assert costs(found) == {"s3": close(D("2.70")), "dynamodb": close(D("0.30"))}
    assert found.levels == {"operation": 1_000_000, "key": 1_000_000}
    assert "the bill names no operation for 1,000,000 requests" in " ".join(found.notices)


def test_what_a_fine_line_does_not_have_goes_on_to_a_coarse_one(tmp_path: Path) -> None:
    """800 on the key's line (USD 8) and 200 of no key (USD 1): 1,000 logged under it are all 9."""
    found = attribute(
        logs((1_000, {})),
        bill(
            tmp_path / "b.csv",
            {"quantity": 800, "cost": "8.00", "key": DATA},
            {"quantity": 200, "cost": "1.00"},
        ),
    )
    assert costs(found) == {"s3": close(D("9.00"))}
    assert found.totals["requests_without_line"] == 0


def test_a_keys_month_is_its_keys_and_no_requests(tmp_path: Path) -> None:
    """USD 1.00 a month of the data key stands with its 3.00 of requests by key, else alone."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 1_000_000, "cost": "3.00", "key": DATA},
        {
            "quantity": 1,
            "cost": "1.00",
            "meter": "KMS-Keys",
            "unit": "Keys",
            "key": DATA,
            "operation": "CurrentKeys",
        },
    )
    found = attribute(logs((1_000_000, {})), path)
    assert costs(found) == {"s3": close(D("3.00")), "key": close(D("1.00"))}
    assert costs(found, "key") == {DATA: close(D("4.00"))}
    line = found.lines("key").iloc[0]
    assert (line["cost_requests"], line["cost_keys"], line["quantity"]) == (
        close(D("3.00")),
        close(D("1.00")),
        1_000_000,
    )


def test_taxes_and_credits_are_nobodys(tmp_path: Path) -> None:
    """USD 3.00 of requests, 0.57 of tax, 0.50 of credit: three lines, 3.07 in all."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 1_000_000, "cost": "3.00"},
        {"cost": "0.57", "kind": "Tax", "meter": "", "operation": ""},
        {"cost": "-0.50", "kind": "Credit", "meter": "", "operation": ""},
    )
    found = attribute(logs((1_000_000, {})), path)
    assert costs(found) == {
        "s3": close(D("3.00")),
        "Tax": close(D("0.57")),
        "Credit": close(D("-0.50")),
    }
    assert found.totals["cost_usd"] == close(D("3.07"))


def test_usage_that_is_taken_back_is_in_the_requests_too(tmp_path: Path) -> None:
    """100 Decrypt for USD 1.00, and 20 Encrypt of USD 0.20 taken back: 80 requests, USD 0.80."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 100, "cost": "1.00"},
        {"quantity": -20, "cost": "-0.20", "operation": "Encrypt"},
    )
    found = attribute(logs((100, {})), path)
    assert costs(found) == {"s3": close(D("1.00")), NOT_IN_LOGS: close(D("-0.20"))}
    assert found.totals["requests"] == 80
    assert found.totals["requests_not_in_logs"] == -20
    assert found.lines("key")["quantity"].sum() == 80


def test_cloudtrails_writes_under_both_interpretations(tmp_path: Path) -> None:
    """40 puts, 60 gets and 100 of an application share 200 requests of USD 2.00, or only 160 do.

    Charged: CloudTrail has 100 of 200, USD 1.00. If its writes are not charged, they are not on
    the bill: its 60 gets are USD 0.60, and 40 of the 200 are in no log: USD 0.40.
    """
    app = {"billed_account": SECURITY, "key": TRAIL_KEY}
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 40, "cost": "0.40", "account": SECURITY, "operation": "GenerateDataKey"},
        {"quantity": 160, "cost": "1.60", "account": SECURITY},
    )
    found = attribute(logs((40, PUT), (60, GET), (100, app)), path)
    assert found.totals["cost_usd_cloudtrail_writes_charged"] == close(D("1.00"))
    assert found.totals["cost_usd_cloudtrail_writes_exempt"] == close(D("0.60"))
    assert found.totals["cost_usd_writes_charged"] == close(D("2.00"))
    assert found.totals["cost_usd_writes_exempt"] == close(D("2.00"))
    assert "If AWS does not charge CloudTrail's own writes, 30 %" in found.other_interpretation_line


def test_a_bill_without_cloudtrails_writes_says_so(tmp_path: Path) -> None:
    """8,640 puts logged and 1,000 GenerateDataKey billed, all an application's: it is said."""
    app = {"billed_account": SECURITY, "key": TRAIL_KEY, "operation": "GenerateDataKey"}
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 1_000, "cost": "0.003", "account": SECURITY, "operation": "GenerateDataKey"},
    )
    found = attribute(logs((8_640, PUT), (1_000, app)), path)
    text = " ".join(found.notices)
    assert "8,640 logged requests are on no line of the bill" in text
    assert "without CloudTrail's own writes the logged requests fit the bill" in text
    # 0.003 x 8,640 / 9,640 in the careful interpretation, nothing in the other one
    assert found.totals["cost_usd_cloudtrail"] == close(D("0.003") * 8_640 / 9_640)
    assert found.totals["cost_usd_cloudtrail_writes_exempt"] == 0


def test_requests_that_the_bill_has_no_line_for_are_said(tmp_path: Path) -> None:
    """5,000 in another Region stand on no line: no cost, and a notice with their place."""
    found = attribute(
        logs((1_000, {}), (5_000, {"billed_region": WEST})),
        bill(tmp_path / "b.csv", {"quantity": 1_000, "cost": "1.00"}),
    )
    assert costs(found)["s3"] == close(D("1.00"))
    assert found.totals["requests_without_line"] == 5_000
    assert f"{APP} {WEST} Decrypt 5,000" in " ".join(found.notices)


def test_the_days_that_a_bill_in_progress_does_not_cover_are_left_out(tmp_path: Path) -> None:
    """A bill to 15 October, logs of the whole month: 16 days of requests are on no bill yet."""
    rows = [(1_000, {"day": f"2026-10-{day:02}"}) for day in range(1, 32)]
    path = bill(tmp_path / "b.csv", {"quantity": 15_000, "cost": "0.30"}, days=(1, 15))
    found = attribute(logs(*rows), path)
    assert costs(found) == {"s3": close(D("0.30"))}
    assert "16,000 logged requests are of days that the bill does not cover" in " ".join(
        found.notices
    )


def test_a_wrong_month_is_refused(tmp_path: Path) -> None:
    """Logs of October, a bill of September: exit 1 names both."""
    path = bill(tmp_path / "b.csv", {"quantity": 1, "cost": "1.00", "month": "2026-09"})
    with pytest.raises(KmscostError, match=r"a bill of 2026-09; expected lines of 2026-10"):
        attribute(logs((1, {})), path)
    with pytest.raises(KmscostError, match=r"logs of 2026-10; expected requests of 2026-09"):
        attribute(logs((1, {})), path, "2026-09")


def test_logs_of_another_account_are_refused(tmp_path: Path) -> None:
    """Nothing in common is no answer of zero."""
    path = bill(tmp_path / "b.csv", {"quantity": 1_000, "cost": "3.00", "account": SECURITY})
    with pytest.raises(KmscostError, match=f"logs of {APP} {EAST}, of which no request stands"):
        attribute(logs((1_000, {})), path)


def test_asymmetric_requests_have_a_line_of_their_own(tmp_path: Path) -> None:
    """100,000 Sign at USD 1.50 are not shared with 100,000 Decrypt at USD 0.30."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 100_000, "cost": "1.50", "meter": "KMS-Requests-Asymmetric", "operation": ""},
        {"quantity": 100_000, "cost": "0.30", "operation": ""},
    )
    found = attribute(logs((100_000, {}), (100_000, SIGN)), path)
    assert costs(found) == {"s3": close(D("0.30")), "direct": close(D("1.50"))}


def test_without_a_bill_the_rate_table_and_the_free_requests_price() -> None:
    """120,000 requests in two Regions share 20,000 free: 100,000 x 0.000003 = USD 0.30.

    90,000 of S3 pay 75,000 (0.225), 30,000 puts pay 25,000 (0.075). If the puts are not charged,
    S3 has all 20,000 free: 70,000 x 0.000003 = 0.21.
    """
    found = attribute(logs((60_000, {}), (30_000, {"billed_region": WEST}), (30_000, PUT)))
    assert costs(found) == {"s3": close(D("0.225")), "cloudtrail": close(D("0.075"))}
    assert found.totals["cost_usd_writes_exempt"] == close(D("0.21"))
    assert not found.with_bill
    notices = " ".join(found.notices)
    assert "no bill: the logged requests of 2026-10-01 (1 day with requests)" in notices
    assert "not those of whole months" not in notices  # its hours are covered


def test_without_a_bill_each_meter_has_its_rate() -> None:
    """10,000 Sign on RSA_4096 are USD 0.15, and take nothing of the free 20,000."""
    found = attribute(logs((10_000, SIGN), (30_000, {})))
    assert costs(found) == {"direct": close(D("0.15")), "s3": close(D("0.000003") * 10_000)}


def test_a_meter_without_a_rate_costs_nothing_known() -> None:
    """2,000 requests of no meter are counted, and said to be in no cost."""
    found = attribute(logs((2_000, {"meter": ""}), (30_000, TABLE)))
    assert "2,000 requests have no rate" in " ".join(found.notices)
    assert found.totals["requests"] == 32_000
    assert math.isnan(found.rows["cost"][found.rows["service"] == "s3"].iloc[0])


def test_the_free_requests_end_on_a_day() -> None:
    """8,000 a day of S3 and 1,000 puts: 9,000, 18,000, then 2,000 of the third day's 9,000.

    S3 took 16,000 + 2,000 x 8/9 = 17,777.8 of the 20,000, CloudTrail 2,222.2. Without the puts
    8,000, 16,000, 24,000: the third day as well.
    """
    rows = [
        (many, differs | {"day": f"2026-10-{day:02}"})
        for day in range(1, 11)
        for many, differs in ((8_000, {}), (1_000, PUT))
    ]
    (use,) = attribute(logs(*rows)).free
    assert (use.free, use.ends) == (20_000, "2026-10-03")
    assert dict(use.taken_by) == {
        "s3": close(D(16_000) + D(2_000) * 8 / 9),
        "cloudtrail": close(D(2_000) + D(2_000) / 9),
    }


def test_sign_leaves_the_free_requests_untouched() -> None:
    """14 days with 4,800 Sign a day: 67,200 requests, none of which takes of the 20,000."""
    rows = [(4_800, SIGN | {"day": f"2026-10-{day:02}"}) for day in range(1, 15)]
    found = attribute(logs(*rows))
    (use,) = found.free
    assert (use.requests, use.ends, use.taken_by) == (0, None, ())
    assert found.totals["cost_usd"] == close(D("0.000015") * 67_200)


def test_photos_and_months_add_up_to_the_cent(tmp_path: Path) -> None:
    """Every table of a mixed bill adds up to its 12 lines' Decimal sum."""
    lines = [
        {"quantity": 10_007 * number, "cost": f"{number}.{number:02}7", "operation": operation}
        for number, operation in enumerate(
            ["Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt", "ListKeys", ""], start=1
        )
    ]
    lines += [line | {"account": SECURITY, "region": WEST} for line in lines]
    path = bill(
        tmp_path / "b.csv", *lines, {"cost": "0.19", "kind": "Tax", "meter": "", "operation": ""}
    )
    total = sum(D(line["cost"]) for line in lines) + D("0.19")
    found = attribute(logs((7_001, {}), (333, TABLE), (12_345, PUT)), path)
    for group in ("service", "resource", "caller", "key"):
        assert D(repr(math.fsum(found.lines(group)["cost"]))).quantize(D("1e-9")) == total
    assert PHOTOS in set(found.lines("resource")["resource"])


def test_lines_of_rsa_2048_take_what_other_asymmetric_lines_do_not_have(tmp_path: Path) -> None:
    """Logs tell no size of a key: 150 Decrypt with RSA are 50 at 0.000015 and 100 at 0.000003."""
    decrypt = {"meter": "KMS-Requests-Asymmetric", "service": "direct", "resource": ""}
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 50, "cost": "0.00075", "meter": "KMS-Requests-Asymmetric"},
        {"quantity": 100, "cost": "0.0003", "meter": "KMS-Requests-Asymmetric-RSA_2048"},
    )
    found = attribute(logs((150, decrypt)), path)
    assert costs(found) == {"direct": close(D("0.00105"))}
    assert found.totals["requests_without_line"] == pytest.approx(0, abs=1e-9)


def test_a_line_is_never_taken_twice(tmp_path: Path) -> None:
    """300 asymmetric requests, a line of 100 that leaves its meter open: 200 are on no line."""
    decrypt = {"meter": "KMS-Requests-Asymmetric", "service": "direct", "resource": ""}
    path = bill(tmp_path / "b.csv", {"quantity": 100, "cost": "0.50", "meter": "KMS-Requests-New"})
    found = attribute(logs((300, decrypt)), path)
    assert costs(found) == {"direct": close(D("0.50"))}
    assert found.totals["requests_without_line"] == pytest.approx(200)


def test_a_month_before_the_first_rate_is_no_zero() -> None:
    """Sign in 2019-10 has no rate in the table: counted, said, and its amount is unknown."""
    october = {"day": "2019-10-26"}
    found = attribute(logs((893, SIGN | october), (150, october), month="2019-10"))
    assert found.totals["requests_without_rate"] == 893
    assert "893 requests have no rate and no part in any cost: kms-requests-asymmetric" in " ".join(
        found.notices
    )
    by_service = found.lines("service").set_index("service")
    assert by_service["without_rate"].to_dict() == {"direct": 893, "s3": 0}
    alone = attribute(logs((893, SIGN | october), month="2019-10"))
    assert alone.totals["requests_without_rate"] == 893
    assert [line.amount for line in shown_lines(alone, "service")] == ["unknown"]


def test_logs_without_keys_share_what_the_bill_has_of_all_keys(tmp_path: Path) -> None:
    """60 of S3 and 40 of a secret, no key told; billed 150 at 0.30 and 50 at 0.10, by key.

    100 of 200 are logged; a request there costs (45 + 5) / 200 = 0.25: 15.00 and 10.00, and 25.00
    of 100 requests are not in the logs.
    """
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 150, "cost": "45.00", "key": DATA},
        {"quantity": 50, "cost": "5.00", "key": TRAIL_KEY},
    )
    no_key = {"key": ""}
    found = attribute(logs((60, no_key), (40, no_key | {"service": "secretsmanager"})), path)
    assert costs(found) == {
        "s3": close(D(15)),
        "secretsmanager": close(D(10)),
        NOT_IN_LOGS: close(D(25)),
    }
    assert found.totals["requests_not_in_logs"] == pytest.approx(100)
    assert "the logs name no key for 100 requests" in " ".join(found.notices)


@pytest.mark.parametrize(("billed", "fits"), [(200, True), (201, True), (250, False), (299, False)])
def test_a_bill_with_more_than_the_others_charges_for_writes(
    billed: int, fits: bool, tmp_path: Path
) -> None:
    """100 writes and 200 of others logged: a bill of 201 fits the others to 1/201, of 250 not."""
    key = {"operation": "GenerateDataKey"}
    path = bill(tmp_path / "b.csv", key | {"quantity": billed, "cost": "3.00"})
    place = {"billed_account": APP, "key": DATA}
    notices = " ".join(attribute(logs((100, PUT | place), (200, key)), path).notices)
    assert ("it seems not to charge for them" in notices) is fits


def test_a_month_of_the_bill_that_no_log_is_of_is_said(tmp_path: Path) -> None:
    """November's 40 requests and USD 4.00 are in no line, and are named."""
    lines = [{"quantity": 40, "cost": "3.00"}, SIGN | {"quantity": 7, "cost": "1.00"}]
    path = bill(tmp_path / "b.csv", *lines, *(line | {"month": "2026-11"} for line in lines))
    notices = attribute(logs((40, {})), path).notices
    assert "2026-11 of the bill is left out: 47 requests and USD 4.00 of KMS" in notices
    assert any(line.startswith("7 requests are of usage types with rates") for line in notices)


@real_data.needs_data
def test_the_signatures_of_real_logs_have_a_price() -> None:
    """boogy, 2024-03: 893 Sign x 0.000015 = USD 0.013395; 151 more are free. None is unknown."""
    found = attribute(real_data.DATA / "cloudtrail" / "boogy")
    assert found.totals["cost_usd"] == close(D("0.013395"))
    assert found.totals["requests_without_rate"] == 0
    assert "kms-requests-asymmetric from 2019-11-25 is not confirmed" in " ".join(found.notices)


def test_free_requests_are_the_payers_of_the_bill(tmp_path: Path) -> None:
    """30,000 of an account that is not on the bill take nothing of its payer's 20,000 (F12)."""
    path = bill(tmp_path / "b.csv", {"quantity": 1_000, "cost": "0.003"})
    stranger = {"billed_account": "999988887777", "day": "2026-10-02"}
    (use,) = attribute(logs((1_000, {}), (30_000, stranger)), path).free
    assert (use.payer, use.requests, use.ends) == ("111122223333", 1_000, None)


def test_without_a_bill_each_known_payer_has_free_requests() -> None:
    """30,000 each of two payers: 2 x (30,000 - 20,000) x 0.000003 = 0.06; of one it is 0.12.

    30,000 of an account that neither is known to pay for have 20,000 more: 0.09, and it is named.
    """
    stranger = (30_000, {"billed_account": "999988887777", "resource": "arn:aws:s3:::other"})
    requests = ((30_000, {}), (30_000, GET))
    payers = {APP: APP, SECURITY: SECURITY}
    found = attribute(logs(*requests), payers=payers)
    assert found.totals["cost_usd"] == close(D("0.06"))
    assert [(use.payer, use.requests) for use in found.free] == [(APP, 30_000), (SECURITY, 30_000)]
    assert attribute(logs(*requests)).totals["cost_usd"] == close(D("0.12"))
    found = attribute(logs(*requests, stranger), payers=payers)
    assert found.totals["cost_usd"] == close(D("0.09"))
    assert "30,000 requests of accounts that it does not have" in " ".join(found.notices)


def test_writes_alone_take_free_requests_under_one_interpretation_alone() -> None:
    """30,000 puts end them on the first day; if they are not charged nothing takes of them."""
    found = attribute(logs((30_000, PUT)))
    assert [use.ends for use in found.free] == ["2026-10-01"]
    assert [use.ends for use in found.free_other_reading] == []
    text = " ".join(attribution_lines(found))
    assert "end on 2026-10-01 at the latest, taken by cloudtrail 100 %" in text
    assert "they end not within the month" in text


def test_the_first_sentence_names_the_dearest_line(tmp_path: Path) -> None:
    """90 of 100 requests are a bucket's at USD 0.90; the 10 signatures at USD 5 are named."""
    path = bill(
        tmp_path / "b.csv",
        {"quantity": 90, "cost": "0.90"},
        {
            "quantity": 10,
            "cost": "5.00",
            "meter": "KMS-Requests-Asymmetric",
            "operation": "Sign",
        },
    )
    sentence = attribution_headline(attribute(logs((90, {}), (10, SIGN)), path))
    assert "direct use of KMS is 10 % (USD 5.00, 84.7 %)" in sentence


def test_what_no_log_holds_reads_the_same_in_every_table(tmp_path: Path) -> None:
    """A third of 100.0065, 33.3355, is 33.34 by service, resource, caller and key."""
    parts = [
        {"service": name, "resource": f"r{n}", "caller": f"c{n % 2}", "key": f"k{n % 3}"}
        for n, name in enumerate(("s3", "ssm", "sqs", "sns"))
    ]
    path = bill(tmp_path / "b.csv", {"quantity": 300, "cost": "100.0065"})
    found = attribute(logs(*((50, part) for part in parts)), path)
    amounts = {
        group: next(line.amount for line in shown_lines(found, group) if line.part == NOT_IN_LOGS)
        for group in GROUPS
    }
    assert set(amounts.values()) == {"33.34"}
