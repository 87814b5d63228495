"""The one parser of ARNs, and every room that asks it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.discovery.drafting.locations import is_placeholder, placeholder_account
from estimator.inventory.load import InventoryError, parse_inventory
from estimator.measurement.athena.query import athena_sql
from estimator.measurement.billing.cells import key_arn, unnamed_region
from pricing.arns import (
    account_in,
    format_arn,
    is_account,
    is_key,
    parse_arn,
    parse_key_arn,
    role_of,
    split_arn,
)
from pricing.regions import default_regions, partition_of, partitions, regions

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
INVENTORY = """\
version: 1
regions: [{region}]
accounts: [{{id: "{account}"}}]
keys: [{{id: logs, account: "{account}", region: {region}, arn: "{arn}"}}]
trails: [{{name: org, account: "{account}", key: logs}}]
"""


def parse(**parts):
    return parse_inventory(INVENTORY.format(**parts), "inventory.yaml")


ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
IDS = st.from_regex(r"(?:mrk-)?[0-9a-f-]{1,36}", fullmatch=True)


@given(ACCOUNTS, st.sampled_from(sorted(regions())), IDS)
def test_a_key_is_a_key_in_every_room(account, region, name):
    """`check`, bills, logs and Athena's query agree on a key, its account and Region."""
    arn = format_arn("kms", f"key/{name}", account, region)
    parts = parse_key_arn(arn)
    assert (parts.account, parts.region, parts.partition) == (account, region, partition_of(region))
    assert parts == parse_arn(arn, "kms") == split_arn(arn)
    assert parse(account=account, region=region, arn=arn).keys[0].arn == arn
    assert key_arn(arn) == arn
    assert unnamed_region("KMS-Requests", arn) == region
    assert is_key(arn)
    assert account_in(arn) == account
    assert re.search(KEY_IN_SQL, arn)


KEY_IN_SQL = re.search(r"\^\[\^:\]\*.*?\$", athena_sql())[0]


@pytest.mark.parametrize(
    "text",
    [
        KEY.replace("key/", "alias/"),
        KEY.replace(":kms:", ":s3:"),
        KEY.partition("key/")[0] + "key/",
        KEY.replace("eu-west-1", ""),
        KEY.replace("111122223333", ""),
        KEY.replace("111122223333", "11112222333"),
        KEY.replace("arn:aws:", "arn:azure:"),
        f"{KEY} {KEY}",
        f"{KEY}\n",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
        "",
    ],
)
def test_what_is_no_key_is_none_in_every_room(text):
    """An alias, another service, a part that is missing, text around it."""
    assert parse_key_arn(text) is None
    assert key_arn(text) == ""
    arn = text.replace("\n", "\\n")
    with pytest.raises(InventoryError, match=r"keys\[0\]"):
        parse_inventory(
            INVENTORY.format(account="111122223333", region="eu-west-1", arn=arn), "inventory.yaml"
        )


@pytest.mark.parametrize("text", [KEY, KEY.replace("111122223333", "XXXXXXXXXXXX")])
def test_a_key_whose_account_is_masked_counts(text):
    """Logs that were published have no account ids; their requests are requests of keys."""
    assert is_key(text)
    assert re.search(KEY_IN_SQL, text)
    assert not is_key(text.replace("key/", "alias/"))
    assert not re.search(KEY_IN_SQL, text.replace("key/", "alias/"))


@given(
    st.text(max_size=60) | st.from_regex(r"arn:(aws|x):[a-z]*:[a-z-]*:[0-9]*:.*", fullmatch=True)
)
def test_any_text_is_an_arn_or_none(text):
    """The checked parts are the unchecked ones, or none; nothing raises."""
    arn = parse_arn(text)
    assert arn in (None, split_arn(text))
    if arn is not None:
        assert arn.account == "" or is_account(arn.account)
    assert role_of(role_of(text)) == role_of(text) or ":assumed-role/" in role_of(text)


@pytest.mark.parametrize("region", sorted(regions()))
def test_a_region_has_one_partition_in_every_room(region):
    """The table, ARNs, an account of an inventory, and the placeholder of an account."""
    partition = regions()[region].partition
    assert partition_of(region) == partition
    assert parse_arn(format_arn("kms", "alias/logs", "111122223333", region)).partition == partition
    account = "111122223333"
    arn = format_arn("kms", "key/1", account, region)
    assert parse(account=account, region=region, arn=arn).accounts[0].partition == partition
    assert set(default_regions(partition)) <= {
        code for code, known in regions().items() if known.partition == partition
    }
    assert is_placeholder(placeholder_account(partition))


def test_each_partition_has_a_placeholder_of_its_own():
    """An account lives in one partition."""
    assert len({placeholder_account(partition) for partition in partitions()}) == len(partitions())
