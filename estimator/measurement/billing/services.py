"""The services and the provider of a line, however a bill writes them."""

from __future__ import annotations

KMS, CLOUDTRAIL = "awskms", "AWSCloudTrail"

# FOCUS has AWS's own code of a service only in AWS's own column x_ServiceCode; what other tools
# convert has code or name in ServiceName, in any letter case
_NAMES = {
    "awskms": KMS,
    "aws key management service": KMS,
    "awscloudtrail": CLOUDTRAIL,
    "aws cloudtrail": CLOUDTRAIL,
}
# as consoles shorten them; Alibaba has a "Key Management Service" too, so AWS must be the provider
_SHORT_NAMES = {
    "key management service": KMS,
    "aws kms": KMS,
    "kms": KMS,
    "cloudtrail": CLOUDTRAIL,
}

# what bills write where they have nothing
BLANKS = frozenset({"", "NULL", "null", "nan", "NaN", "None", "\\N"})

# flags that say no; anything else in a column of flags says yes, for a forecast is never a bill
_NO = frozenset({"false", "f", "no", "n", "0", "0.0"})


def clean(text: str) -> str:
    """The text without blanks around it, nothing where the bill has none.

    >>> clean(" awskms"), clean("NULL")
    ('awskms', '')
    """
    stripped = text.strip()
    return "" if stripped in BLANKS else stripped


def product_of(text: str, is_aws: bool) -> str:
    """AWS's code of a service, if it is KMS or CloudTrail, by its code or its name.

    >>> product_of("AWSKMS", True), product_of("AWS CloudTrail", False)
    ('awskms', 'AWSCloudTrail')
    >>> product_of("Key Management Service", True), product_of("Key Management Service", False)
    ('awskms', '')
    """
    name = clean(text).casefold()
    return _NAMES.get(name) or (_SHORT_NAMES.get(name, "") if is_aws else "")


def is_aws(provider: str) -> bool:
    """Tell whether a provider, publisher or issuer is AWS.

    >>> is_aws("AWS"), is_aws("Amazon Web Services EMEA SARL"), is_aws("Microsoft"), is_aws("")
    (True, True, False, False)
    """
    return clean(provider).casefold().startswith(("aws", "amazon"))


def is_flag(text: str) -> bool:
    """Tell whether a flag is set.

    >>> is_flag("True"), is_flag("false"), is_flag("NULL")
    (True, False, False)
    """
    flag = clean(text).casefold()
    return bool(flag) and flag not in _NO
