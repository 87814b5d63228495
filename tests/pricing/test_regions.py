"""The table of Regions, held against the AWS SDK's, and Regions that are newer than both."""

import warnings

import pytest

from pricing.in_force import rates_show
from pricing.rates import load_rates
from pricing.reading.problems import KmscostError, RateError
from pricing.region_codes import WELL_FORMED
from pricing.regions import default_regions, in_order, is_region, partition_of, regions
from pricing.usage_types import BILLING_CODES


def test_17_regions_are_enabled_by_default():
    """Account Management guide: these 17; all others are opt-in, me-west-1 and sa-west-1 too."""
    assert set(default_regions()) == {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-south-1"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1"),
        "ap-southeast-2",
    }
    assert len(default_regions()) == 17
    assert {"me-west-1", "sa-west-1"} <= set(regions()) - set(default_regions())


def test_every_region_of_the_table_is_one_of_botocore():
    """Codes and partitions agree; Regions that only a newer botocore has are a warning, by name."""
    session = pytest.importorskip("botocore.session").Session()
    known_to_botocore = {
        code: partition
        for partition in session.get_available_partitions()
        # kms is sold everywhere; without a service botocore lists none
        for code in session.get_available_regions("ec2", partition)
    }
    known = {region.partition for region in regions().values()}
    newer = sorted(
        code for code, name in known_to_botocore.items() if name in known and code not in regions()
    )
    if newer:
        warnings.warn(f"botocore knows more Regions: {', '.join(newer)}", stacklevel=1)
    # an older botocore than the table's knows less: that says nothing against the table
    for code in regions().keys() & known_to_botocore.keys():
        assert regions()[code].partition == known_to_botocore[code]
    # also what the table does not have is well formed and of the right partition
    assert {
        code: partition_of(code) for code in known_to_botocore if is_region(code)
    } == known_to_botocore


@pytest.mark.parametrize(
    ("code", "partition"),
    [
        ("eu-west-9", "aws"),
        ("us-central-1", "aws"),
        ("xx-northeast-2", "aws"),
        ("us-gov-central-1", "aws-us-gov"),
        ("cn-south-1", "aws-cn"),
        ("eusc-fr-west-1", "aws-eusc"),
        ("us-isob-west-1", "aws-iso-b"),
    ],
)
def test_a_region_that_is_not_known_has_the_partition_of_its_beginning(code, partition):
    """Well formed: where, a direction, one digit."""
    assert code not in regions()
    assert is_region(code)
    assert partition_of(code) == partition


@pytest.mark.parametrize(
    "code",
    ["", "moon-1", "us-eats-1", "us-east-11", "us-east-0", "US-EAST-9", "us-east-9 ", None, 1],
)
def test_what_cannot_be_a_region(code):
    """A mistyped direction, two digits, capitals, blanks."""
    assert not is_region(code)


def test_known_regions_come_first():
    """In the table's order, then the others as they come, each once."""
    given = ["zz-west-1", "eu-west-1", "us-east-1", "zz-west-1", "aa-east-1"]
    assert in_order(given) == ("us-east-1", "eu-west-1", "zz-west-1", "aa-east-1")


def test_a_region_without_a_rate_is_refused_with_the_fix():
    """Known or not, a price is never guessed."""
    for code in ("sa-west-1", "eu-west-9"):
        with pytest.raises(RateError, match=f"no rate for {code}.*--rates FILE"):
            rates_show(region=code)
    with pytest.raises(KmscostError, match="did you mean eu-west"):
        rates_show(region="eu-wset-1")


def test_billing_codes_are_of_known_regions():
    """A usage type's short name leads to a Region of the table."""
    assert set(BILLING_CODES.values()) <= set(regions())


def test_the_shipped_rates_know_their_regions():
    """The shipped table prices no Region that it has only well formed."""
    priced = {
        region
        for meter in load_rates().meters
        for version in meter.versions
        for rate in version.rates
        for region in rate.regions
    }
    assert priced <= set(regions())


def test_a_code_tells_what_the_table_does():
    """What counts logs reads codes without the table: form and partition are the table's."""
    for region in regions().values():
        assert WELL_FORMED.fullmatch(region.code)
        assert partition_of(region.code) == region.partition
