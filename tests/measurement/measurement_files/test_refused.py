"""What is no measurement is refused: where, what was found, what to do."""

from __future__ import annotations

import json

import pytest

from estimator import (
    KmscostError,
    explain,
    forecast,
    load_actuals,
    measure_bill,
    measure_cloudtrail,
)
from estimator.report.formats.json_and_csv import frame_csv, to_json
from tests.measurement.billing.bills import A_MONTH, FORMATS, as_csv, legacy, write_file
from tests.measurement.measurement_files.test_round_trip import LOGS
from tests.real_data import ROOT

EXAMPLE = ROOT / "examples" / "organization.yaml"


@pytest.fixture(scope="module")
def document():
    """A measurement as JSON."""
    return to_json(measure_cloudtrail(LOGS).to_dict())


def refusal(tmp_path, text, name="kept.json"):
    """The refusal of a file of this text; its path is always in it."""
    path = write_file(tmp_path / name, text.encode() if isinstance(text, str) else text)
    with pytest.raises(KmscostError) as error:
        load_actuals(path)
    assert all(problem.path == str(path) for problem in error.value.problems)
    return error.value


def change_document(document, change):
    """The document after `change` has worked on it."""
    parsed = json.loads(document)
    change(parsed)
    return json.dumps(parsed)


def put(key, value):
    """A change that puts a value at a place such as rows.0.quantity."""

    def change(document):
        *path, last = [int(name) if name.isdigit() else name for name in key.split(".")]
        for part in path:
            document = document[part]
        document[last] = value

    return change


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("rows.3.quantity", -1, "rows[3].quantity: found the number -1; expected 0 or more"),
        ("rows.3.quantity", "7", "rows[3].quantity: found '7'; expected a number"),
        ("rows.3.quantity", True, "rows[3].quantity: found true; expected a number"),
        ("rows.3.account", 12345678901, "rows[3].account: found the number 12345678901"),
        ("rows.3.account", "12345678901", "expected an account id of 12 digits"),
        ("rows.3.cause", "pit", "did you mean put?"),
        ("rows.3.day", "2026-02-30", "expected a day such as 2026-11-01"),
        ("rows.3.day", "20260930", "expected a day such as 2026-11-01"),
        ("rows.3.month", "2026-08", "expected 2026-09, the month of 2026-09-30"),
        ("rows.3.unit", "requests", "did you mean request?"),
        ("rows.3.coverage", 1.5, "expected a share from 0 to 1"),
        ("rows.3.coverage", None, "rows[3].coverage: found nothing"),
        ("rows.3.bucket_key", "no", "expected true or false"),
        ("rows.3.source", "bill", "rows[3].source: found 'bill'; expected 'cloudtrail'"),
        ("rows.3.cause", "", "rows[3].cause: found nothing; expected one of put"),
        ("rows.3.quantity", None, "rows[3].quantity: found nothing; expected a number"),
        ("rows.3.more", 1, "rows[3]: found the key 'more'"),
        ("rows.3", [], "rows[3]: found a list"),
        ("files", 1.5, "files: found the number 1.5; expected a whole number"),
        ("files", -1, "files: found the number -1"),
        ("totals.requests", 58, "expected 57, the sum of its rows"),
        ("totals.by_cause.put", 1, "totals.by_cause.put: found the number 1; expected"),
        ("totals.by_operation.Decrypt", 0, "totals.by_operation.Decrypt: found the number 0"),
        ("totals.by_cause", "x", "totals.by_cause: found 'x'; expected a mapping"),
        ("skipped", [{"path": "x"}], "skipped[0]: found no key 'reason'"),
        (
            "skipped",
            [{"path": "x", "reason": "empty file"}] * 9,
            "skipped_by_reason: found the number 0; expected 9 or more, as many as are listed",
        ),
        ("sorce", 1, "did you mean source?"),
        ("source", "cloudtrial", "expected one of cloudtrail"),
        ("coverage.streams.0.hours", 3, "coverage.streams[0]: found 3 of 2 hours, where the gaps"),
        ("coverage.streams.0.from", "2026-09-30T23:30Z", "which is no hour"),
        ("coverage.streams.0.until", "2026-09-01T00:00Z", "not after from"),
        ("coverage.streams.0.gaps", [{"from": "x"}], "gaps[0]: found no key 'until'"),
        ("coverage.streams.1.region", "eu-west-1", "the same account and Region as one before"),
        ("notices", [1], "notices[0]: found the number 1; expected text"),
    ],
)  # fmt: skip
def test_each_wrong_value_is_named_with_its_place(tmp_path, document, key, value, message):
    """The place in the document, what was found, what was expected."""
    assert message in str(refusal(tmp_path, change_document(document, put(key, value))))


def test_a_cause_that_was_changed_is_named(tmp_path, document):
    """The sums by cause say whose the requests were."""
    text = change_document(document, put("rows.3.cause", "replication"))
    assert "the sum of its rows" in str(refusal(tmp_path, text))


def test_rows_that_stand_twice_in_a_csv_are_named(tmp_path):
    """Events are grouped: two rows alike are one that was pasted twice, and would count twice.

    Five are named, the others counted.
    """
    text = frame_csv(measure_cloudtrail(LOGS).rows)
    load_actuals(write_file(tmp_path / "once.csv", text.encode()))
    lines = text.splitlines(keepends=True)
    message = str(refusal(tmp_path, "".join([*lines, lines[3], *lines[1:7]]), "twice.csv"))
    assert f"twice.csv:{len(lines) + 1}: found the same row as line 4" in message
    assert "2 more rows like these" in message


@pytest.mark.parametrize("number", ["12.0", ""])
def test_object_names_are_grouped_and_have_their_files(tmp_path, number):
    """A day of 12 files that stands twice would be 24; one without a number would be none."""
    row = "2026-10-{},111122223333,us-east-1,put,GenerateDataKey,12.0,request,{},s3-listing,1.0\n"
    header = "day,account,region,cause,operation,quantity,unit,files,source,coverage\n"
    once = header + row.format("01", "12.0") + row.format("02", "12.0")
    actuals = load_actuals(write_file(tmp_path / "once.csv", once.encode()))
    assert actuals.rows["files"].sum() == 24
    message = str(refusal(tmp_path, once + row.format("02", number), "twice.csv"))
    assert ("the same row as line 3" if number else "files: found nothing") in message


def test_rows_of_a_bill_that_stand_twice_are_named(tmp_path):
    """Its lines are summed by place and day, with their number: two rows alike were pasted."""
    bill = measure_bill(write_file(tmp_path / "bill.csv", as_csv(legacy(A_MONTH))))
    lines = frame_csv(bill.rows).splitlines(keepends=True)
    load_actuals(write_file(tmp_path / "once.csv", "".join(lines).encode()))
    assert "the same row as line 2" in str(refusal(tmp_path, "".join([*lines, lines[1]]), "b.csv"))


def test_a_request_without_its_unit_is_named(tmp_path):
    """Only what is counted in requests is one: with a blank unit a put was none."""
    text = frame_csv(measure_cloudtrail(LOGS).rows).replace(",request,", ",,", 1)
    assert "kept.csv:2: unit: found nothing" in str(refusal(tmp_path, text, "kept.csv"))


def test_a_saving_that_cannot_be_is_named(tmp_path, document):
    """What a Bucket Key leaves at its worst lifetime is no more than without older keys.

    Of two readers of a bucket 7 + 2 = 9 are left, and at most 8 + 1 = 9; with 0 + 1 the file was
    changed, and would promise more than there is. One reader alone may have more (2 of 1).
    """
    requester = {
        "bucket": "logs", "key": "", "caller": "a", "operation": "Decrypt", "cause": "get",
        "billed_account": "", "billed_region": "", "requests": 9, "left_low": 1, "left_high": 7,
        "left_at_most": 8, "gets_of_older_objects": 1, "untimed": 0, "under_a_bucket_key": 0,
    }  # fmt: skip
    other = requester | {"caller": "b", "left_high": 2, "left_at_most": 1}

    def add(parsed):
        parsed["bucket_key_replay"] = {"resolution": 1, "requesters": [requester, other]}

    text = change_document(document, add)
    load_actuals(write_file(tmp_path / "right.json", text.encode()))
    changed = change_document(text, put("bucket_key_replay.requesters.0.left_at_most", 0))
    message = str(refusal(tmp_path, changed))
    assert "requesters[0]: found left_high 9 of its bucket; expected no more than" in message


def test_a_missing_day_says_how_to_measure_again(tmp_path):
    """Rows of a grain without days are of no use here."""
    text = to_json(measure_cloudtrail(LOGS, "month,cause").to_dict())
    assert "no column day" in str(refusal(tmp_path, text))
    assert "without --by" in str(refusal(tmp_path, text))


def test_older_coverage_without_gaps_is_refused(tmp_path, document):
    """Hours that cannot be known are not guessed."""
    message = refusal(
        tmp_path,
        change_document(document, lambda parsed: parsed["coverage"]["streams"][0].pop("gaps")),
    )
    assert "coverage.streams[0]: found no key 'gaps'" in str(message)


def test_all_problems_come_at_once(tmp_path, document):
    """Two mistakes, two lines; thousands alike are five and how many more."""

    def change(parsed):
        parsed["files"] = "six"
        parsed["notices"] = [3]

    assert len(refusal(tmp_path, change_document(document, change)).problems) == 2

    def spoil(parsed):
        for row in parsed["rows"]:
            row["quantity"] = -1
            row["cause"] = "pot"

    problems = refusal(tmp_path, change_document(document, spoil)).problems
    assert len(problems) == 2 * 6
    assert any("more cells like these" in problem.found for problem in problems)


@pytest.mark.parametrize("size", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_file_is_named_as_one(tmp_path, document, size):
    """Wherever a download stopped."""
    message = str(refusal(tmp_path, document[: int(len(document) * size)]))
    assert "ends too early" in message


def test_endless_nesting_is_no_traceback(tmp_path):
    """A document of 200,000 brackets."""
    message = refusal(tmp_path, '{"source": ' + "[" * 200_000)
    assert "JSON" in str(message)


def test_numbers_beyond_all_bounds(tmp_path, document):
    """1e999 and 400 digits are no quantities."""
    for number in ("1e999", "1" * 400):
        text = document.replace('"quantity": 1.0', f'"quantity": {number}', 1)
        assert text != document
        assert refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("forecast", lambda: to_json(forecast(EXAMPLE, "2026-11", 1).to_dict())),
        ("explain", lambda: to_json(explain(EXAMPLE, "2026-11").to_dict())),
        ("check", lambda: to_json({"problems": [], "inventory": {}})),
    ],
)
def test_json_of_another_command_is_named(tmp_path, command, text):
    """The message names the command that wrote it."""
    assert f"the JSON of `kmscost {command}`" in str(refusal(tmp_path, text()))


def test_csv_of_a_forecast_and_raw_bills_are_named(tmp_path):
    """The message says what they are, and what to do with them."""
    message = refusal(tmp_path, frame_csv(forecast(EXAMPLE, "2026-11", 1).rows), "x.csv")
    assert "the CSV of `kmscost forecast`" in str(message)
    assert "measure it first" in str(refusal(tmp_path, FORMATS["legacy csv"](A_MONTH), "b.csv"))


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_csv_of_spreadsheets_is_read(tmp_path, mark, encoding):
    """Semicolons and tabs, UTF-16 as Excel's Unicode text: the rows of the CSV with commas."""
    text = frame_csv(measure_cloudtrail(LOGS).rows)
    path = write_file(tmp_path / "x.csv", text.replace(",", mark).encode(encoding))
    plain = load_actuals(write_file(tmp_path / "plain.csv", text.encode()))
    assert load_actuals(path).totals == plain.totals
    # 1,0 is no number that could be anything else, so it is not guessed
    spoilt = text.replace(",", mark).replace("1.0", "1,0").encode(encoding)
    assert "expected a number" in str(refusal(tmp_path, spoilt, "y.csv"))


def test_json_in_utf_16_is_the_same(tmp_path, document):
    """PowerShell's > writes UTF-16 with its mark."""
    path = write_file(tmp_path / "kept.json", document.encode("utf-16"))
    assert load_actuals(path).totals == measure_cloudtrail(LOGS).totals


def test_ids_that_a_spreadsheet_shortened_are_refused(tmp_path):
    """1.11122E+11 has lost its digits, whatever separates the cells."""
    text = frame_csv(measure_cloudtrail(LOGS).rows)
    account = measure_cloudtrail(LOGS).rows["account"].iloc[0]
    for shortened in ("1.11122E+11", "1.1e+11"):
        message = str(refusal(tmp_path, text.replace(account, shortened), "x.csv"))
        assert "an account id of 12 digits" in message


def test_texts_and_numbers_that_no_file_has(tmp_path, document):
    """Half of a surrogate pair, 5,000 digits: each named, no traceback."""
    half = document.replace('"trail": "', '"trail": "\\ud800', 1)
    assert "half of a surrogate pair" in str(refusal(tmp_path, half))
    long = document.replace('"quantity": 1.0', f'"quantity": {"9" * 5000}', 1)
    assert "a number of 5,000 digits" in str(refusal(tmp_path, long))


def test_csv_problems_name_line_and_column(tmp_path):
    """Line 3, column quantity; an id that lost its zero."""
    text = frame_csv(measure_cloudtrail(LOGS).rows)
    header, first, second, *rest = text.splitlines()
    cells = second.split(",")
    columns = header.split(",")
    cells[columns.index("quantity")] = "many"
    cells[columns.index("account")] = "2"
    spoilt = "\n".join([header, first, ",".join(cells), *rest, ""])
    problems = refusal(tmp_path, spoilt, "x.csv").problems
    assert {(problem.line, problem.at) for problem in problems} == {(3, "quantity"), (3, "account")}
    assert "the last line" in str(refusal(tmp_path, text.rstrip("\n"), "y.csv")).replace(
        "a last", "the last"
    )
    short = "\n".join([header, first, ",".join(cells[:4]), ""])
    assert "found 4 cells" in str(refusal(tmp_path, short, "z.csv"))


def test_a_path_that_does_not_exist():
    """Named, as everywhere."""
    with pytest.raises(KmscostError, match="no such file"):
        load_actuals("nowhere.json")


def test_logs_that_are_none_are_refused_by_measure(tmp_path):
    """JSON of some other sort is no measurement and no log."""
    assert refusal(tmp_path, '{"hello": 1}')


@pytest.mark.parametrize("word", ["true", "TRUE", "True"])
def test_a_flag_in_any_case_is_that_flag(tmp_path, document, word):
    """A spreadsheet writes TRUE: it is no riddle whether `expected true or false` was met."""
    path = write_file(tmp_path / "kept.json", document.encode())
    rows = frame_csv(load_actuals(path).measured)
    assert "False" in rows
    changed_rows = tmp_path / "rows.csv"
    changed_rows.write_text(rows.replace("False", word))
    assert load_actuals(changed_rows).measured["bucket_key"].all()
