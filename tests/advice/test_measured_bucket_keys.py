"""`kmscost advise --actuals LOGS`: Bucket Keys replayed, priced by hand."""

import csv
import io
import json
import shlex

import pytest
from typer.testing import CliRunner

from estimator import advise
from estimator.cli import app
from tests.measurement.test_bucket_key_replay import KEY, event, write
from tests.october import write_october

TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/org"
PLAIN = """\
version: 1
accounts: [{id: "111122223333", regions: [eu-west-1]}]
keys: [{id: logs, region: eu-west-1, created: 2026-01-01, until: 2026-02-01}]
trails: [{name: org, key: null}]
"""
OWN = """\
version: 1
accounts: [{id: "111122223333", regions: [us-east-1, eu-west-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: org, key: logs, bucket: {name: example-logs}}]
readers: [{name: siem, kind: every-file, account: "111122223333", gets_per_file: 30}]
"""
# a put each nine seconds of a day; a bucket key of a minute serves seven of them
PACE, DAY = 9, 86400


def kmscost(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A day of one writer: 86,400 / 9 = 9,600 puts."""
    events = [
        event(second, "GenerateDataKey", "etl", f"o{second}") for second in range(0, DAY, PACE)
    ]
    return write(tmp_path_factory.mktemp("logs"), events)


def inventory(folder, text=PLAIN):
    """The file of an inventory."""
    path = folder / "i.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ends(low, high):
    """A saving where no object is read whose write is not in the logs."""
    return {"low": low, "high": high, "at_least": low}


def answer_of(path, logs, *options):
    """The JSON of advice."""
    options = (*options, "--from", "2026-11", "--months", "1", "-f", "json")
    found = kmscost("advise", path, "--actuals", logs, *options)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_requests_left_and_their_price(tmp_path, logs):
    """A month of 30 such days: 288,000 requests; 24 keys a day of an hour, 1,372 of a minute.

    Free are 20,000: 268,000 x 0.000003 = 0.804 now; 41,160 left cost 21,160 x 0.000003 = 0.06348,
    and 720 nothing.
    """
    answer = answer_of(inventory(tmp_path), logs)
    (bucket,) = answer["bucket_keys"]
    assert bucket["bucket"] == "example-data"
    counts = bucket["in_the_logs"]
    assert (counts["requests"], counts["left_low"], counts["left_high"]) == (9_600, 24, 1_372)
    assert bucket["requests"] == pytest.approx(288_000)
    assert (bucket["left_low"], bucket["left_high"]) == pytest.approx((720, 41_160))
    assert bucket["left_at_most"] == pytest.approx(41_160)  # no object is read
    assert bucket["saves_usd"] == pytest.approx(ends(0.74052, 0.804))
    # nothing of it is CloudTrail's
    assert bucket["saves_usd_writes_exempt"] == pytest.approx(bucket["saves_usd"])
    assert answer["hours_of_the_logs"] == 24
    assert any("scaled to a month" in notice for notice in answer["notices"])
    (command,) = bucket["commands"]
    words = shlex.split(command)
    assert words[:5] == ["aws", "s3api", "put-bucket-encryption", "--bucket", "example-data"]
    (rule,) = json.loads(words[-1])["Rules"]
    assert rule["BucketKeyEnabled"] is True
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == KEY


def test_others_use_the_free_quantity_first(tmp_path, logs):
    """With 20,000 requests elsewhere each saved one is paid: 246,840 to 287,280 x 0.000003."""
    text = PLAIN + "other_kms_requests_per_month: 20000\n"
    (bucket,) = answer_of(inventory(tmp_path, text), logs)["bucket_keys"]
    assert bucket["saves_usd"] == pytest.approx(ends(0.74052, 0.86184))


def test_a_discount_is_taken_off(tmp_path, logs):
    """Half of the rate is half of the saving."""
    (bucket,) = answer_of(inventory(tmp_path), logs, "--discount", "50%")["bucket_keys"]
    assert bucket["saves_usd"] == pytest.approx(ends(0.37026, 0.402))


def test_older_objects_may_have_no_bucket_key(tmp_path):
    """9,600 reads a day of objects that nobody wrote in the logs: at the least nothing is saved."""
    events = [event(second, "Decrypt", "app", f"o{second}") for second in range(0, DAY, PACE)]
    path = inventory(tmp_path)
    (bucket,) = answer_of(path, write(tmp_path, events))["bucket_keys"]
    assert (bucket["left_low"], bucket["left_high"]) == pytest.approx((720, 41_160))
    assert bucket["left_at_most"] == pytest.approx(288_000)
    assert bucket["saves_usd"] == pytest.approx({"low": 0.74052, "high": 0.804, "at_least": 0})
    shown = kmscost("advise", path, "--actuals", tmp_path, "--from", "2026-11", "--months", "1")
    assert "at most: 288,000 are left, and USD 0.00 a month saved" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("writes", ["charged", "exempt"])
def test_both_interpretations_of_cloudtrails_own_bucket(tmp_path, writes):
    """If AWS does not charge CloudTrail's own writes, their Bucket Key saves nothing."""
    events = []
    for second in range(0, DAY, PACE):
        put = event(second, "GenerateDataKey", "x", f"AWSLogs/111122223333/CloudTrail/{second}")
        put["userIdentity"] = {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"}
        put["requestParameters"]["encryptionContext"]["aws:cloudtrail:arn"] = TRAIL
        events.append(put)
    text = PLAIN + f"cloudtrail_writes: {writes}\n"
    (bucket,) = answer_of(inventory(tmp_path, text), write(tmp_path, events))["bucket_keys"]
    paid, exempt = ends(0.74052, 0.804), ends(0.0, 0.0)
    chosen, other = (paid, exempt) if writes == "charged" else (exempt, paid)
    name = "saves_usd_writes_exempt" if writes == "charged" else "saves_usd_writes_charged"
    assert bucket["saves_usd"] == pytest.approx(chosen)
    assert bucket[name] == pytest.approx(other)


def test_every_format_shows_it(tmp_path, logs):
    """What a person, a spreadsheet and a program read is the same."""
    path = inventory(tmp_path)
    shown = {
        form: kmscost(
            "advise", path, "--actuals", logs, "--from", "2026-11", "--months", "1", "-f", form
        )
        for form in ("table", "markdown", "html", "csv")
    }
    assert {answer.exit_code for answer in shown.values()} == {0}
    for form in ("table", "markdown", "html"):
        text = " ".join(shown[form].stdout.split())
        assert "720 to 41,160 of 288,000 requests a month" in text
        assert "0.7405 to 0.8040" in text or "USD 0.7405 to 0.80" in text
        assert "put-bucket-encryption --bucket example-data" in text
    rows = list(csv.DictReader(io.StringIO(shown["csv"].stdout)))
    # behind it the keys of the logs
    assert [row["kind"] for row in rows if row["kind"] != "key"] == ["measured-bucket-key"]
    row = rows[0]
    assert float(row["saves_requests"]) == pytest.approx(246_840)
    assert float(row["saves_usd_low"]) == float(row["saves_usd"]) == pytest.approx(0.74052)
    assert float(row["saves_usd_high"]) == pytest.approx(0.804)


def test_the_replay_takes_the_place_of_what_is_assumed(tmp_path):
    """The trail's own bucket is in the logs: not 0.99 is tried, but the range that they tell."""
    write_october(tmp_path / "logs", days=8)
    path = inventory(tmp_path, OWN)
    assumed, measured = (
        {each["kind"]: each for each in answer["advice"]}["bucket-key"]
        for answer in (
            json.loads(advise_json(path)),
            answer_of(path, tmp_path / "logs"),
        )
    )
    assert "Assumes that 0.99" in assumed["loses"]
    assert "Replayed from the logs" in measured["loses"]
    (setting,) = (text for text in measured["set"] if "bucket_key_saving" in text)
    stated = json.loads(setting.partition("=")[2])
    (bucket,) = answer_of(path, tmp_path / "logs")["bucket_keys"]
    assert bucket["trails"] == ["org"]
    requests = bucket["requests"]
    assert stated["low"] == pytest.approx(1 - bucket["left_at_most"] / requests, abs=1e-4)
    assert stated["high"] == pytest.approx(1 - bucket["left_low"] / requests, abs=1e-4)
    assert measured["saves_usd_low"] < measured["saves_usd"] < assumed["saves_usd"]


def advise_json(path):
    """The JSON of advice without logs."""
    return kmscost("advise", path, "--from", "2026-11", "--months", "1", "-f", "json").stdout


def test_a_bucket_with_its_key_is_named(tmp_path):
    """It says what is left and what it cannot tell, and gives no command."""
    events = [event(second, "Decrypt", "app", "") for second in range(0, DAY, 360)]
    answer = answer_of(inventory(tmp_path), write(tmp_path, events))
    (bucket,) = answer["bucket_keys"]
    assert bucket["in_the_logs"]["under_a_bucket_key"] == 240
    assert (bucket["requests"], bucket["commands"]) == (0, [])
    shown = kmscost("advise", inventory(tmp_path), "--actuals", tmp_path, "--from", "2026-11")
    assert "Under a Bucket Key already: example-data (7,200 requests a month)" in shown.stdout
    assert "cannot be replayed from KMS events" in " ".join(shown.stdout.split())


def test_a_bucket_of_both_kinds_is_said_once(tmp_path):
    """40,000 puts a month name objects and one names the bucket: look first, then turn it on."""
    events = [event(at, "GenerateDataKey", "etl", f"o{at}") for at in range(0, 3600, 30)]
    logs = write(tmp_path, [*events, event(1, "GenerateDataKey", "etl", "")])
    answer = kmscost("advise", inventory(tmp_path), "--actuals", logs, "--from", "2026-11")
    text = " ".join(answer.stdout.split())
    assert "See whether the S3 Bucket Key of bucket example-data is on" in text
    assert "aws s3api get-bucket-encryption --bucket example-data" in text
    assert "Under a Bucket Key already" not in text


def test_logs_without_objects_say_so(tmp_path):
    """No bucket is no zero: there is nothing to replay."""
    other = event(2, "Decrypt", "app", "x")
    other["requestParameters"]["encryptionContext"] = {"SecretARN": "arn:aws:secretsmanager:x"}
    answer = answer_of(inventory(tmp_path), write(tmp_path, [other]))
    assert answer["bucket_keys"] == []
    assert any("no Bucket Key to replay" in notice for notice in answer["notices"])


def test_what_is_no_log_is_refused(tmp_path):
    """A folder without logs and a path that is not there: exit 1, and what was expected."""
    path = inventory(tmp_path)
    for logs in (tmp_path / "nowhere", path):
        found = kmscost("advise", path, "--actuals", logs)
        assert found.exit_code == 1
        assert "Traceback" not in found.output


def test_a_region_without_a_rate_is_named(tmp_path):
    """China has no rate: its bucket has no price, all others keep theirs."""
    events = [
        event(second, "GenerateDataKey", "etl", f"o{second}") for second in range(0, DAY, PACE)
    ]
    key = KEY.replace("arn:aws:", "arn:aws-cn:").replace("eu-west-1", "cn-north-1")
    for second in range(0, 3600, 2):
        put = event(second, "GenerateDataKey", "etl", f"c{second}", bucket="china")
        events.append(put | {"awsRegion": "cn-north-1", "resources": [{"ARN": key}]})
    answer = answer_of(inventory(tmp_path), write(tmp_path, events))
    found = {bucket["bucket"]: bucket for bucket in answer["bucket_keys"]}
    assert found["example-data"]["saves_usd"]["low"] == pytest.approx(0.74052)
    assert found["china"]["saves_usd"] == ends(None, None)
    assert any("bucket china" in notice for notice in answer["notices"])


def test_python_says_the_same(tmp_path, logs):
    """`advise(..., actuals=...)` is the command's twin."""
    advice = advise(inventory(tmp_path), "2026-11", 1, actuals=logs)
    (bucket,) = advice.bucket_keys
    assert bucket.left == pytest.approx((720, 41_160))
    assert bucket.shares == pytest.approx((1 - 1372 / 9600, 1 - 24 / 9600))
