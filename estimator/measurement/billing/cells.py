"""What the cells of a line stand for, however a bill writes it: service, account, Region, key."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from estimator.measurement.unreadable import UnreadableError
from pricing.arns import parse_key_arn
from pricing.region_codes import CODE_PATTERN
from pricing.usage_types import NO_PREFIX, region_and_meter

KMS, CLOUDTRAIL = "awskms", "AWSCloudTrail"
# the units of what KMS is used for: all else on its bill is an amount apart
USAGE_UNITS = ("request", "key-month")

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

# AWS's own texts: "AWS Key Management Service (KMS)", "(AWS KMS)"
_SHORTLY = re.compile(r"\s*\((?:aws )?kms\)$")
_LIKE_OURS = re.compile(r"kms\b|\bkms|key[\s_-]*management|cloudtrail", re.IGNORECASE)
# as other tools write names: aws-key-management-service, aws_cloudtrail
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_METER = re.compile(r"KMS-\w[\w-]*")
_SPECIAL = re.compile(r"asymmetric|RSA_2048|ECC|GenerateDataKeyPair\w*", re.IGNORECASE)
# no EventsAnalyzed: PaidEventsAnalyzed and PaidS3DataEventsAnalyzed are GuardDuty's
_TRAILS = re.compile(r"\w*EventsRecorded|InsightsEvents")

# what bills write where they have nothing
BLANKS = frozenset({"", "NULL", "null", "nan", "NaN", "None", "\\N"})

# flags that say no; anything else in a column of flags says yes, for a forecast is never a bill
_NO = frozenset({"false", "f", "no", "n", "0", "0.0"})

_DIGITS = 12  # of an account's id
_QUOTED = re.compile(r"""(?:="|')([0-9]{12})"?""")
_AGAIN = "export the bill again and do not save it from a spreadsheet, or set that column to text"
_SHORTENED = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,3})")

_REGION = re.compile(CODE_PATTERN)


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
    >>> product_of("AWS Key Management Service (KMS)", False)
    'awskms'
    >>> product_of("aws-key-management-service", False), product_of("aws_cloudtrail", False)
    ('awskms', 'AWSCloudTrail')
    >>> product_of("Key Management Service", True), product_of("Key Management Service", False)
    ('awskms', '')
    """
    name = _BETWEEN_WORDS.sub(" ", _SHORTLY.sub("", clean(text).casefold()))
    return _NAMES.get(name) or (_SHORT_NAMES.get(name, "") if is_aws else "")


def product_of_usage_type(usage_type: str) -> str:
    """AWS's code of the service that has a usage type, if it is KMS or CloudTrail.

    >>> product_of_usage_type("us-east-1-KMS-Requests"), product_of_usage_type("BoxUsage:t3.micro")
    ('awskms', '')
    >>> product_of_usage_type("PaidEventsRecorded"), product_of_usage_type("PaidEventsAnalyzed")
    ('AWSCloudTrail', '')
    """
    meter = region_and_meter(usage_type)[1]
    if _METER.fullmatch(meter):
        return KMS
    return CLOUDTRAIL if _TRAILS.fullmatch(meter) else ""


def is_usage_type_of_ours(text: str) -> bool:
    """Tell whether a text is a usage type of KMS or CloudTrail."""
    return bool(product_of_usage_type(text))


def is_like_ours(name: str) -> bool:
    """Tell whether a service that is not known is called as if it were KMS or CloudTrail.

    >>> is_like_ours("AmazonKMS"), is_like_ours("AWS Key Management"), is_like_ours("Amazon S3")
    (True, True, False)
    """
    return _LIKE_OURS.search(name) is not None


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


def charge_words(name: str) -> str:
    """The type of a line that is no usage, in words.

    >>> charge_words("EdpDiscount"), charge_words("RIFee"), charge_words("SavingsPlanNegation")
    ('EDP discount', 'RI fee', 'savings plan negation')
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).split()
    # abbreviations stay: AWS writes that of its discount program as a word
    return " ".join(
        "EDP" if word == "Edp" else word if word.isupper() else word.lower() for word in words
    )


def account_id(text: str, column: str = "an account's id") -> str:
    """An account's id with the leading zeros that a table of numbers has lost.

    >>> account_id("46124420288"), account_id("46124420288.0"), account_id("111122223333")
    ('046124420288', '046124420288', '111122223333')
    >>> account_id("1.11122223333E+11")
    '111122223333'

    Raises
    ------
    UnreadableError
        A spreadsheet has shortened it: its digits are lost.
    """
    if text and not text.strip("#"):
        raise UnreadableError(
            f"{text!r} in {column}, which a spreadsheet has put in place of a number",
            "an account id of 12 digits",
            _AGAIN,
        )
    # ="012345678901" and '012345678901 are how people keep a spreadsheet from shortening it
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1]
    # pandas and spreadsheets read an id as a number, and write it as a float
    if shortened := _SHORTENED.fullmatch(text):
        first, rest, exponent = shortened[1], shortened[2] or "", int(shortened[3])
        # all digits are there, or they are gone: 1.11122E+11 has lost six
        if exponent >= _DIGITS or len(rest) < exponent:
            raise UnreadableError(
                f"{text!r} in {column}, which a spreadsheet has shortened: its digits are lost",
                "an account id of 12 digits",
                _AGAIN,
            )
        text = f"{Decimal(f'{first}.{rest or 0}E{exponent}'):f}"
    text = re.sub(r"(\d)[.,]0*", r"\1", text) if re.fullmatch(r"\d+[.,]0*", text) else text
    return text.zfill(_DIGITS) if text.isdigit() else text


def has_lost_zeros(text: str) -> bool:
    """Tell whether an account's id stands there as a number, without its leading zeros."""
    return text.isdigit() and len(text) < _DIGITS


def region_code(text: str) -> str:
    """The code in a column of Regions or in the JSON of CUR 2.0's product map, else nothing.

    >>> region_code("eu-west-1"), region_code('{"region_code": "eu-west-1"}'), region_code("global")
    ('eu-west-1', 'eu-west-1', '')
    """
    name = text
    if text.startswith("{"):
        try:
            product = json.loads(text)
        except ValueError:
            return ""
        name = str(product.get("region_code") or product.get("region") or "")
    return name if _REGION.fullmatch(name) else ""


def key_arn(resource: str) -> str:
    """The resource, where it is a KMS key.

    >>> key_arn("arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")
    'arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
    >>> key_arn("arn:aws:s3:::example-logs")
    ''
    """
    return resource if parse_key_arn(resource) else ""


def named_region(product_region: str, usage_type: str) -> str:
    """The Region that a line names: its product's, else its usage type's, else nothing.

    >>> named_region("ca-central-1", "KMS-Requests"), named_region("", "CAN1-KMS-Requests")
    ('ca-central-1', 'ca-central-1')
    """
    return region_code(product_region) or region_and_meter(usage_type)[0] or ""


def unnamed_region(usage_type: str, key: str) -> str:
    """The Region of a line that names none: its key's, else that of usage types without prefix.

    >>> unnamed_region("KMS-Requests", "arn:aws:kms:eu-west-1:111122223333:key/1234")
    'eu-west-1'
    >>> unnamed_region("KMS-Requests", ""), unnamed_region("Global-KMS-Requests", "")
    ('us-east-1', '')
    """
    if arn := parse_key_arn(key):
        return arn.region
    return NO_PREFIX if usage_type and region_and_meter(usage_type)[0] is None else ""


def special_meter(description: str) -> str:
    """The meter of requests whose rate is not that of symmetric keys, by the line's words.

    >>> special_meter("$0.15 per 10000 KMS Asymmetric Requests in US East (N. Virginia)")
    'KMS-Requests-Asymmetric'
    >>> special_meter("$0.03 per 10000 KMS requests in US East (N. Virginia)")
    ''
    """
    words = _SPECIAL.search(description)
    if words is None:
        return ""
    return "KMS-Requests-" + ("Asymmetric" if words[0].casefold() == "asymmetric" else words[0])


def has_own_rate(meter: str) -> bool:
    """Tell whether a usage type of requests is one that AWS prices apart.

    >>> has_own_rate("KMS-Requests-Asymmetric"), has_own_rate("KMS-XksProxy")
    (True, False)
    """
    return _SPECIAL.search(meter) is not None
