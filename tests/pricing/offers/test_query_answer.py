"""`aws pricing get-products`: products as text, each with its terms and its day."""

import json

import pytest

from estimator import KmscostError, rates_import


def entry(sku="REQ", usage="us-east-1-KMS-Requests", amount="0.0000030000", **more):
    """A product of the answer, as the text that stands in the list."""
    dimension = {
        "unit": "Requests",
        "beginRange": "0",
        "endRange": "Inf",
        "pricePerUnit": {"USD": amount},
    }
    term = {"effectiveDate": "2025-08-01T00:00:00Z", "priceDimensions": {f"{sku}.T.D": dimension}}
    product = {
        "sku": sku,
        "productFamily": "API Request",
        "attributes": {
            "usagetype": usage,
            "location": "US East (N. Virginia)",
            "locationType": "AWS Region",
            "regionCode": "us-east-1",
        },
    }
    whole = {
        "product": product,
        "serviceCode": "awskms",
        "terms": {"OnDemand": {f"{sku}.T": term}},
        "version": "20250901000000",
        "publicationDate": "2025-09-01T00:00:00Z",
    }
    return json.dumps({**whole, **more})


def save(tmp_path, entries, **more):
    path = tmp_path / "get-products.json"
    path.write_text(json.dumps({"PriceList": entries, **more}), encoding="utf-8")
    return path


def test_products_with_their_own_terms(tmp_path):
    """0.0000030000 a request is 0.03 per 10,000."""
    table = rates_import(save(tmp_path, [entry()])).table
    (meter,) = table.meters
    (version,) = meter.versions
    assert (meter.name, str(version.start)) == ("kms-requests", "2025-08-01")
    assert float(version.rates[0].steps[0][1]) == 0.03


def test_a_page_of_several_says_so(tmp_path):
    """With a NextToken the other pages are missing."""
    imported = rates_import(save(tmp_path, [entry()], NextToken="x"))
    assert any("one page of several" in text for text in imported.notices)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("not JSON", "no product with a sku"),
        (7, "no product with a sku"),
        (entry(serviceCode="AmazonEC2"), "the price list of"),
        (json.dumps({"product": {"sku": "X"}, "serviceCode": "awskms"}), "attributes"),
    ],
)
def test_entries_that_make_no_sense_are_refused(tmp_path, item, words):
    """None of them is passed over behind what was read."""
    with pytest.raises(KmscostError) as caught:
        rates_import(save(tmp_path, [entry(), item]))
    assert words in str(caught.value)
