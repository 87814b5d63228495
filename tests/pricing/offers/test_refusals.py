"""What a price file may have wrong, and that it is said so: never a guess, never a traceback."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimator import KmscostError, rates_import
from pricing.offers import source as sources
from pricing.reading.problems import DocumentError
from tests.pricing.offers.offer_files import (
    Product,
    as_csv,
    everywhere,
    flat,
    kms,
    offer,
    write_file,
)
from tests.sampling import cases


def refuse(path):
    with pytest.raises(DocumentError) as caught:
        rates_import(path)
    assert all(str(problem).startswith(str(path)) for problem in caught.value.problems)
    return str(caught.value)


def with_tiers(*tiers, kind="KMS-Requests", unit="Requests"):
    return offer([Product(f"us-east-1-{kind}", "us-east-1", list(tiers), unit)])


@pytest.mark.parametrize("shape", ["json", "csv"])
@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        ([("0", "Inf", "-0.000003")], "negative"),
        ([("0", "Inf", "free")], "'free'"),
        ([("0", "Inf", "NaN")], "'NaN'"),
        ([("0", "Inf", "1e999")], "1e999"),
        ([("0", "Inf", "")], "nothing"),
        ([("0", "Inf", "0.0000000000")], "a price of 0"),
        ([("0", "20000", "0"), ("20000", "Inf", "0")], "a price of 0"),
        ([("0", "20000", "0.000003"), ("30000", "Inf", "0.000002")], "a gap"),
        ([("0", "20000", "0.000003"), ("10000", "Inf", "0.000002")], "an overlap"),
        ([("0", "Inf", "0.000003"), ("0", "Inf", "0.000002")], "an overlap"),
        ([("5", "Inf", "0.000003")], "a gap"),
        ([("0", "20000", "0.000003")], "ends at 20000"),
        ([("0", "0", "0.000003")], "from 0 to 0"),
        ([("none", "Inf", "0.000003")], "'none'"),
        ([("0", "all", "0.000003")], "'all'"),
    ],
)
def test_prices_and_tiers_that_make_no_sense(tmp_path, tiers, expected, shape):
    """A price or a tier that cannot be is refused with the product it is of."""
    file = with_tiers(*tiers)
    text = refuse(write_file(tmp_path / "f", file if shape == "json" else as_csv(file)))
    assert expected in text
    assert "us-east-1-KMS-Requests" in text


def test_zero_is_no_price_of_a_key(tmp_path):
    """A key at 0, or one with a free tier, is refused: only symmetric requests have one."""
    assert "a price of 0" in refuse(
        write_file(tmp_path / "f", with_tiers(("0", "Inf", "0"), kind="KMS-Keys", unit="Keys"))
    )
    tiers = [("0", "5", "0"), ("5", "Inf", "1")]
    file = with_tiers(*tiers, kind="KMS-Keys", unit="Keys")
    assert "a price of 0" in refuse(write_file(tmp_path / "g", file))


@pytest.mark.parametrize("unit", ["Keys", "Months", "GB", "10,000 Requests", ""])
def test_another_unit_than_the_meters(tmp_path, unit):
    """A price of requests in anything but requests is refused."""
    file = with_tiers(("0", "Inf", "0.000003"), unit=unit)
    assert "expected Requests" in refuse(write_file(tmp_path / "f", file))


@pytest.mark.parametrize("service", ["AmazonEC2", "AmazonS3", "kms"])
@pytest.mark.parametrize("shape", ["json", "csv"])
def test_another_service_is_named(tmp_path, service, shape):
    """The file of another service is refused by its name."""
    file = offer(kms("us-east-1"), service)
    text = refuse(write_file(tmp_path / "f", file if shape == "json" else as_csv(file)))
    assert f"the price list of '{service}'" in text
    assert "awskms or AWSCloudTrail" in text


def test_two_terms_of_one_product(tmp_path):
    """Two OnDemand terms, or two effective dates in CSV: which is in force is not guessed."""
    file = offer(kms("us-east-1"))
    terms = file["terms"]["OnDemand"]["SKU0000000000000"]
    (term,) = terms.values()
    terms["SKU0000000000000.OTHER"] = {**term, "effectiveDate": "2025-10-01T00:00:00Z"}
    assert "2 OnDemand terms" in refuse(write_file(tmp_path / "f", file))
    text = as_csv(offer(kms("us-east-1")))
    row = next(line for line in text.splitlines() if '"us-east-1-KMS-Requests"' in line)
    later = row.replace("2025-08-01", "2025-10-01")
    assert "2 OnDemand terms" in refuse(write_file(tmp_path / "g", f"{text}{later}\n"))


def test_a_product_without_a_price(tmp_path):
    """A product whose term is missing is an error, not a Region that costs nothing."""
    file = offer(kms("us-east-1", "eu-west-1"))
    del file["terms"]["OnDemand"]["SKU0000000000006"]
    text = refuse(write_file(tmp_path / "f", file))
    assert "eu-west-1-KMS-Requests" in text
    assert "no OnDemand price" in text
    assert "no OnDemand price" in refuse(write_file(tmp_path / "g", {**file, "terms": {}}))


def test_two_prices_of_one_thing(tmp_path):
    """Two products of one meter and Region that differ are refused; the same twice is not."""
    twice = [*kms("us-east-1"), flat("KMS-Requests", "us-east-1", "0.0000040000")]
    assert "another price than" in refuse(write_file(tmp_path / "f", offer(twice)))
    twice[-1] = flat("KMS-Requests", "us-east-1", "0.0000030000")
    assert len(rates_import(write_file(tmp_path / "g", offer(twice))).table.meters) == 6


def test_two_free_quantities(tmp_path):
    """A table has one free quantity for all partitions: files that say two are refused."""
    own = [("0", "10000", "0"), ("10000", "Inf", "0.000004")]
    products = [
        *kms("us-east-1"),
        Product("us-gov-west-1-KMS-Requests", "us-gov-west-1", own),
        everywhere("20000"),
    ]
    text = refuse(write_file(tmp_path / "f", offer(products)))
    assert "10000 requests free" in text
    assert "20000 requests free" in text


def test_two_currencies(tmp_path):
    """Files in two currencies make no table, nor does a price in two."""
    usd = write_file(tmp_path / "usd.json", offer(kms("us-east-1")))
    cny = write_file(tmp_path / "cny.json", offer(kms("cn-north-1"), currency="CNY"))
    with pytest.raises(DocumentError, match="CNY, after USD"):
        rates_import([usd, cny])
    text = json.dumps(offer(kms("us-east-1"))).replace(
        '{"USD": "0.0000030000"}', '{"USD": "0.0000030000", "CNY": "0.00002"}'
    )
    assert "prices in 'CNY', 'USD'" in refuse(write_file(tmp_path / "f", text))
    text = json.dumps(offer(kms("us-east-1"))).replace('{"USD": "0.0000030000"}', "{}")
    assert "found no price" in refuse(write_file(tmp_path / "g", text))


def test_places_that_disagree(tmp_path):
    """regionCode, location and usage type must mean one Region."""
    wrong = flat("KMS-Requests", "us-east-1", "0.000003", attributes={"location": "EU (Paris)"})
    text = refuse(write_file(tmp_path / "f", offer([wrong])))
    assert "us-east-1 in" in text
    assert "eu-west-3 in location" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "an empty file"),
        ("  \n ", "an empty file"),
        ("[]", "expected an object"),
        ("{", "the end of the file"),
        ('{"formatVersion": "v1.0", "offerCode": "awskms", "products": {"A": {"sku"', "the end"),
        ('{"offerCode": "awskms", "offerCode": "awskms"}', "'offerCode' twice"),
        ('{"offerCode": "awskms", "products": {"A": {}, "A": {}}}', "'A' twice"),
        ('{"offerCode": "awskms", "products": {"A": {"x": 1, "x": 2}}}', "'x' twice"),
        ('{"offerCode": "awskms", "products": []}', "a list"),
        ('{"offerCode": "awskms", "products": {"A": 7}}', "products.A.attributes"),
        ('{"offerCode": "awskms", "products": {}, "publicationDate": "2025-08-28"}', "no products"),
        ('{"products": {}}', "before any offerCode"),
        ('{"formatVersion": "v1.0", "offers": {}}', "an index"),
        ('{"formatVersion": "v1.0", "regions": {}}', "an index"),
        ('{"FormatVersion": "aws_v1", "PriceList": []}', "Query API"),
        ('{"offerCode": "awskms", "x": Infinity}', "the number Infinity"),
        ('{"offerCode": "awskms"} {}', "after the document"),
        ('{"offerCode": 7}', "the price list of"),
        ('{"a":' * 100_000, "nested too deep"),
        ("version: 1\nmeters: []\n", "no header that begins with SKU"),
        ('"SKU","TermType"\n', "no column"),
        ('"FormatVersion","v1.0"\n"SKU', "not CSV"),
    ],
)
def test_files_that_are_damaged_or_something_else(tmp_path, text, expected):
    """Each says what was found."""
    assert expected in refuse(write_file(tmp_path / "f", text))


def test_another_format_version(tmp_path):
    """A later format may mean something else: refused."""
    file = {**offer(kms("us-east-1")), "formatVersion": "v2.0"}
    assert "found 'v2.0'" in refuse(write_file(tmp_path / "f", file))
    assert "found 'v2.0'" in refuse(write_file(tmp_path / "g", as_csv(file)))


def test_a_day_that_is_none(tmp_path):
    """The days of effect and of publication must be days."""
    file = offer(kms("us-east-1", effective="next week"), published="today")
    text = refuse(write_file(tmp_path / "f", file))
    assert "'next week'" in text
    assert "publicationDate" in text


def test_bytes_that_are_no_text_or_cut_short(tmp_path):
    """UTF-16, a gzip that ends too early, a folder, and a file that is not there."""
    path = tmp_path / "f"
    path.write_bytes(json.dumps(offer(kms("us-east-1"))).encode("utf-16"))
    assert "not UTF-8" in refuse(path)
    packed = gzip.compress(json.dumps(offer(kms("us-east-1"))).encode())
    path.write_bytes(packed[: len(packed) // 2])
    assert "damaged gzip" in refuse(path)
    path.write_bytes(packed[:-8] + b"\0" * 8)
    assert "damaged gzip" in refuse(path)
    assert "a folder" in refuse(tmp_path)
    assert "no such file" in refuse(tmp_path / "absent.json")


def test_a_gzip_that_swells(tmp_path, monkeypatch):
    """A file that unpacks to more than any price list is given up, however small it is packed."""
    monkeypatch.setattr(sources, "MOST_BYTES", 1 << 20)
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(b"{" + b" " * (3 << 20)))
    assert "more than 1 MB" in refuse(path)


def test_all_problems_of_a_file_at_once(tmp_path):
    """Three wrong prices are three problems, each with the line of its term."""
    file = offer([flat("KMS-Keys", code, "-1", "Keys") for code in ("us-east-1", "eu-west-1")])
    with pytest.raises(DocumentError) as caught:
        rates_import(write_file(tmp_path / "f", file))
    assert len(caught.value.problems) == 2
    text = json.dumps(file, indent=2).splitlines()
    for problem, sku in zip(
        caught.value.problems, ("SKU0000000000000", "SKU0000000000001"), strict=True
    ):
        lines = [n for n, line in enumerate(text, 1) if line.strip().startswith(f'"{sku}": {{')]
        assert problem.line == lines[1]  # the first is the product's


def test_names_that_a_terminal_would_obey(tmp_path):
    """Escape characters in a file's own words are shown as codes, in errors and in notices."""
    evil = flat("KMS-\x1b[2J\nEvil", "us-east-1", "0.1")
    imported = rates_import(write_file(tmp_path / "f", offer([*kms("us-east-1"), evil])))
    assert all(notice.isprintable() for notice in imported.notices)
    evil = flat("KMS-Keys", "us-east-1", "\x1b[31m", "Keys")
    assert refuse(write_file(tmp_path / "g", offer([evil]))).isprintable()


WORDS = st.text(max_size=8) | st.sampled_from(["Inf", "0", "-1", "1e5", "NaN", "20000", "OnDemand"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


@st.composite
def spoil(draw):
    """An offer file with one value, somewhere, that is something else."""
    file = offer([*kms("us-east-1", "us-gov-west-1"), everywhere()])
    node, steps = file, draw(st.integers(1, 7))
    for _ in range(steps):
        key = draw(st.sampled_from(sorted(node)))
        if not isinstance(node[key], dict) or not node[key] or _ == steps - 1:
            node[key] = draw(VALUES)
            break
        node = node[key]
    return file


def read_or_refused(path):
    """A table out of it, or problems that all name the file; anything else is a bug."""
    try:
        return rates_import(path).table, ()
    except KmscostError as error:
        return None, error.problems


@settings(max_examples=cases(150))
@given(file=spoil())
def test_one_value_that_is_something_else(tmp_path_factory, file):
    """Any value anywhere may be anything: a table comes out, or a problem that names the file."""
    path = tmp_path_factory.mktemp("spoiled") / "f.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    table, problems = read_or_refused(path)
    assert bool(table) != bool(problems)
    assert all(problem.path == str(path) for problem in problems)


@settings(max_examples=cases(150))
@given(data=st.data(), shape=st.sampled_from(["json", "csv"]))
def test_bytes_changed_cut_or_put_in(tmp_path_factory, data, shape):
    """A file damaged anywhere is read or refused, and never a traceback."""
    file = offer([*kms("us-east-1"), everywhere()])
    whole = (json.dumps(file) if shape == "json" else as_csv(file)).encode()
    at = data.draw(st.integers(0, len(whole)))
    till = data.draw(st.integers(at, min(at + 20, len(whole))))
    text = whole[:at] + data.draw(st.binary(max_size=12)) + whole[till:]
    path = tmp_path_factory.mktemp("damaged") / "f"
    path.write_bytes(text if data.draw(st.booleans()) else text[:at])
    table, problems = read_or_refused(path)
    assert bool(table) != bool(problems)
    assert all(problem.path == str(path) for problem in problems)


@pytest.mark.parametrize("days", [366, 367])
def test_more_effective_dates_than_prices_ever_had(tmp_path, days):
    """A price with a new date each day of a year is read, with one more it is refused."""
    products = [
        Product("us-east-1-KMS-Keys", "us-east-1", [("0", "Inf", "1")], "Keys", effective=day)
        for day in (f"{2000 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(days))
    ]
    path = write_file(tmp_path / "f", offer(products))
    if days == 366:
        assert len(rates_import(path).table.meters[0].versions) == 366
    else:
        assert "367 effective dates" in refuse(path)


def test_more_products_than_a_service_has(tmp_path):
    """10,000 products of one meter are too many to be a price list: given up at once."""
    products = [flat("KMS-Keys", "us-east-1", "1", "Keys")] * 10_001
    assert "more than 10,000 products" in refuse(write_file(tmp_path / "f", offer(products)))
