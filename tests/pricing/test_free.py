"""The free quantity has a source and a `confirmed` of its own, apart from the rate's."""

import datetime
from collections import Counter

import pytest

from estimator import explain, forecast, rates_show
from estimator.report.answers.rates import rates_notes
from pricing.rates import load_rates
from pricing.reading.problems import DocumentError
from tests.inventory.files import PAYER, read

DAY = datetime.date(2026, 11, 1)

# 8,640 requests in November 2026: all of them inside the 20,000 free ones
ESTATE = f"""\
version: 1
accounts: [{{id: "{PAYER}", regions: [REGION]}}]
keys: [{{id: k, region: REGION}}]
trails: [{{name: t, key: k}}]
"""

TABLE = """\
version: 1
service: awskms
free_quantities:
  - pool: p
    partitions: [aws]
    versions:
      - from: 2026-01-01
        quantity: 20_000
        confirmed: true
        source: {title: free page, url: "https://example.com/free", checked: 2026-11-02}
meters:
  - name: kms-requests
    title: t
    unit: request
    per: 10_000
    operations: [GenerateDataKey, Decrypt]
    versions:
      - from: 2026-01-01
        source: {title: rate page, url: "https://example.com/rate", checked: 2026-11-01}
        free: {quantity: 20_000, pool: p}
        rates: [{regions: [us-east-1, us-gov-west-1], rate: 0.03}]
  - name: kms-keys
    title: k
    unit: key-month
    per: 1
    operations: [KeyMonth]
    versions:
      - from: 2026-01-01
        confirmed: true
        source: {title: key page, url: "https://example.com/key", checked: 2026-11-01}
        rates: [{regions: [us-east-1, us-gov-west-1], rate: 1}]
"""


def november(folder, region, rates=None, more=""):
    """The forecast of one trail in a Region."""
    return forecast(
        read(folder, ESTATE.replace("REGION", region) + more), "2026-11", 1, rates=rates
    )


def table(folder, text=TABLE):
    """A rate table of a text."""
    path = folder / "rates.yaml"
    path.write_text(text, encoding="utf-8")
    return load_rates(path)


def of_free(result):
    """The notices about free quantities."""
    return [notice for notice in result.notices if notice.startswith("free quantity")]


def test_govclouds_free_quantity_is_not_confirmed_its_rate_is():
    """F13: in GovCloud only a price list of 2016 shows it; the rate is of 2025."""
    rates = load_rates()
    meter = rates.meter("Decrypt")
    assert rates.rate(meter, "us-gov-west-1", DAY)[0].confirmed
    free = rates.free_in_force("kms-requests", "aws-us-gov", DAY)
    assert (free.quantity, free.confirmed, free.start) == (20_000, False, datetime.date(2016, 1, 7))
    free = rates.free_in_force("kms-requests", "aws", DAY)
    assert (free.quantity, free.confirmed) == (20_000, True)
    # no source names one in China, and no rate there says it
    assert rates.free_in_force("kms-requests", "aws-cn", DAY) is None


def test_a_forecast_that_uses_govclouds_free_quantity_says_so(tmp_path):
    """A notice with the source; none in a commercial Region."""
    (notice,) = of_free(november(tmp_path, "us-gov-west-1"))
    assert notice.startswith(
        "free quantity of kms-requests in partition aws-us-gov from 2016-01-07, 20,000 a month, "
        "is not confirmed (source: AWS price list awskms of 2016-01-07"
    )
    assert of_free(november(tmp_path, "us-east-1")) == []


def test_a_free_quantity_that_others_use_up_needs_no_notice(tmp_path):
    """With 20,000 requests of others nothing of GovCloud's free quantity is left to rest on."""
    more = "other_kms_requests_per_month: 20000\n"
    assert of_free(november(tmp_path, "us-gov-west-1", more=more)) == []


def test_json_and_explain_name_its_source(tmp_path):
    """JSON `rates.free_quantities`, and the source of explain's step of free requests."""
    result = november(tmp_path, "us-gov-west-1")
    (free,) = result.to_dict()["rates"]["free_quantities"]
    assert (free["pool"], free["partition"], free["from"]) == (
        "kms-requests",
        "aws-us-gov",
        "2016-01-07",
    )
    assert (free["quantity"], free["confirmed"]) == (20_000, False)
    assert free["source"]["checked"] == "2026-11-23"
    steps = explain(tmp_path / "inventory.yaml", "2026-11").steps
    (step,) = [step for step in steps if step.what.startswith("free requests left")]
    assert free["source"]["title"] in step.source
    assert result.free_source == f"{free['source']['title']}, not confirmed"
    assert step.what.endswith("not confirmed")


def test_rates_show_has_it_by_partition():
    """Each row has the free quantity of its partitions; the notes name source and doubt."""
    rows = [row for row in rates_show(DAY) if row["meter"] == "kms-requests"]
    found = {
        item["partition"]: item["confirmed"] for row in rows for item in row["free_quantities"]
    }
    assert found == {"aws": True, "aws-us-gov": False}
    notes = [note for note in rates_notes(rows) if note.startswith("free in")]
    assert Counter(note.endswith("(not confirmed)") for note in notes) == {False: 1, True: 1}
    assert all(not row["free_quantities"] for row in rates_show(DAY) if not row["free"])


def test_a_table_says_it_apart_or_with_the_rate(tmp_path):
    """In aws the free page says it, confirmed; in GovCloud the rate's own source has to do."""
    rates = table(tmp_path)
    free = rates.free_in_force("p", "aws", DAY)
    assert (free.source.title, free.confirmed) == ("free page", True)
    free = rates.free_in_force("p", "aws-us-gov", DAY)
    assert (free.source.title, free.confirmed, free.quantity) == ("rate page", False, 20_000)
    assert rates.free_in_force("q", "aws", DAY) is None
    assert rates.free_in_force("p", "aws", datetime.date(2025, 12, 31)) is None
    assert of_free(november(tmp_path, "us-east-1", rates)) == []
    assert len(of_free(november(tmp_path, "us-gov-west-1", rates))) == 1


@pytest.mark.parametrize(
    ("change", "at", "expected"),
    [
        (("        quantity: 20_000", "        quantity: 5"), "versions[0].quantity", "20000, as"),
        (("pool: p\n    p", "pool: kms\n    p"), "pool", "a pool that a meter names"),
        (("partitions: [aws]", "partitions: [aws-gov]"), "partitions[0]", "did you mean aws"),
        (("partitions: [aws]", "partitions: []"), "partitions", "at least one"),
    ],
)
def test_pools_and_meters_must_agree(tmp_path, change, at, expected):
    """Another size than the meter's, a pool that no meter names, a partition that is none."""
    with pytest.raises(DocumentError) as refused:
        table(tmp_path, TABLE.replace(*change))
    assert [problem.at for problem in refused.value.problems] == [f"free_quantities[0].{at}"]
    assert expected in str(refused.value)


def test_one_partition_once(tmp_path):
    """Two accounts of one pool in one partition contradict each other."""
    part = TABLE.partition("free_quantities:\n")[2].partition("meters:")[0]
    with pytest.raises(DocumentError, match="aws once for p"):
        table(tmp_path, TABLE.replace("meters:", f"{part}meters:"))


def test_its_versions_rise(tmp_path):
    """A day comes once, in order."""
    version = TABLE.partition("versions:\n")[2].partition("meters:")[0]
    with pytest.raises(DocumentError, match="versions that rise in time"):
        table(tmp_path, TABLE.replace("meters:", f"{version}meters:", 1))
