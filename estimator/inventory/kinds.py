"""The kinds of value that an inventory's sections share: account ids, Regions, key specs.

What is none is refused with the value that was meant: an account id with dashes, in an ARN, without
the zero that a spreadsheet lost.
"""

from __future__ import annotations

import fnmatch
import re
from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from pricing.arns import BUCKET_ARN_START, KEY_ARN_PATTERN, is_account, split_arn
from pricing.reading.json_schemas import TEXT_SCHEMA
from pricing.reading.slips import find_unseen, plain_text, template_fix
from pricing.reading.validation import (
    Day,
    Section,
    joined,
    read_text,
    refusal,
    refusal_inside,
)
from pricing.regions import (
    COMMERCIAL,
    REGION_PATTERN,
    default_regions,
    is_region,
    read_region,
    region_fix,
    region_meant,
    regions,
)

_DIGITS = 12
ACCOUNT_ID_PATTERN = f"^[0-9]{{{_DIGITS}}}$"
ACCOUNT_ID = f"an account id: {_DIGITS} digits in quotes"
# ="012345678901", '012345678901
_FORMULA = re.compile("=?[\"'\u2018-\u201f]*([0-9]{12})[\"'\u2018-\u201f]*")
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_TOTALS = ("total", "totals", "grand total", "sum", "summe", "gesamt", "count", "subtotal")
_OF_EMAIL = "write its id: `aws organizations list-accounts` has each e-mail address beside the id"
_LOOK_UP = "look it up with `aws sts get-caller-identity`"
_LONGEST_PATTERN = 30  # us-*
_EVERY_REGION = ("all", "*", "any", "every", "global", "all regions", "aws-global", "multi-region")
_BUCKET = re.compile(f"^(s3://|{BUCKET_ARN_START})")
# not symmetric: AWS KMS Developer Guide, "Key spec reference", checked 2026-11-28
_NOT_SYMMETRIC = ("RSA_", "ECC_", "HMAC_", "SM2", "ML_")


def read_account_id(value: Any) -> str:
    """An AWS account id: a text of 12 digits."""
    if not is_account(value):
        raise refusal(value, ACCOUNT_ID, account_id_fix(value))
    return str(value)


def account_meant(value: Any) -> str | None:
    """The account id that a value stands for without any doubt, else None.

    >>> account_meant("2222-2222-2222"), account_meant("arn:aws:iam::222222222222:root")
    ('222222222222', '222222222222')
    >>> account_meant(12345678901), account_meant("2.22222E+11"), account_meant("prod")
    ('012345678901', None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, list | tuple):
        return account_meant(value[0]) if len(value) == 1 and isinstance(value[0], str) else None
    if isinstance(value, int):
        value = str(value) if 0 <= value < 10**_DIGITS else ""
    if not isinstance(value, str) or len(value) > 300:
        return None
    text = plain_text(value).rstrip(",; ")
    formula = _FORMULA.fullmatch(text)
    if formula:
        return formula[1]
    arn = split_arn(text)
    if arn is not None:
        # an organization's ARN of an account ends with it and names the management account before
        named = re.search(r"account/o-[a-z0-9]+/([0-9]{12})$", text)
        account = named[1] if named else arn.account
        return account if is_account(account) else None
    digits = re.sub(r"[-\u2010-\u2015 ._]", "", text.removesuffix(".0"))
    if digits.isascii() and digits.isdigit():
        # one digit may be a zero that a spreadsheet lost; with fewer it is anybody's guess
        padded = digits.zfill(_DIGITS) if len(digits) == _DIGITS - 1 and digits == text else digits
        return padded if is_account(padded) else None
    return None


def account_id_fix(value: Any) -> str:
    """How to write the account id that a value means.

    >>> account_id_fix("2222-2222-2222"), account_id_fix(222222222222)
    ('write 222222222222, without dashes', 'write it in quotes: "222222222222"')
    """
    meant = account_meant(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if meant is None:
            return f"write {_DIGITS} digits in quotes: {_LOOK_UP}"
        lost = ", with its leading zero" if len(str(value)) < _DIGITS else ""
        return f'write it in quotes{lost}: "{meant}"'
    if isinstance(value, float) or (isinstance(value, str) and _SHORTENED.fullmatch(value.strip())):
        return (
            "a spreadsheet has shortened it, and its digits are gone: set the column to text, and "
            "export it again"
        )
    if not isinstance(value, str):
        example = 'write it in quotes: "111122223333"'
        return f'write "{meant}", without brackets' if meant else example
    if meant is None:
        if value.strip(" :").casefold() in _TOTALS:
            return "remove it: a total is no account"
        return template_fix(value) or (_OF_EMAIL if "@" in value else _LOOK_UP)
    return _id_in_text_fix(value, meant)


def _id_in_text_fix(value: str, meant: str) -> str:
    """How to write the account id that a text holds."""
    if value.startswith("arn:"):
        return f"write {meant}, the account of this ARN"
    if not value.isascii() and value.isdigit():
        return f'write "{meant}", in plain digits'
    if value.isdigit():
        return f'it has {len(value)} digits: a leading zero may be lost: "{meant}"'
    unseen = find_unseen(value)
    if unseen is not None:
        return f"write {meant}, without {unseen}"
    if re.search("[\u2018-\u201f]", value):
        return f'write "{meant}", in straight quotes'
    if value.strip() == meant:
        return f"write {meant}, without blanks"
    if value.rstrip(",; ") == meant:
        return f'write "{meant}", without the {value.strip()[-1]} at the end'
    return f"write {meant}, without dashes" if "-" in value else f"write {meant}"


def read_regions(value: Any) -> tuple[str, ...]:
    """Regions, each once; `default` stands for the Regions enabled by default."""
    if value == "default":
        return default_regions()
    expected = "a list of Regions, or default"
    if isinstance(value, str):
        parts = [part for part in re.split(r"[,;\s]+", value) if part]
        meant = [region_meant(part) for part in parts] if value not in parts else []
        codes = [code for code in meant or [region_meant(value)] if code is not None]
        codes = codes or _match_regions(value)
        fix = f"write [{', '.join(codes)}]" if codes else region_fix(value)
        raise refusal(value, expected, _every_region(value) or fix)
    if not isinstance(value, list | tuple):
        named = list(value) if isinstance(value, dict) and all(map(is_region, value)) else []
        fix = f"write [{', '.join(named)}]" if named else "list them, such as [us-east-1]"
        raise refusal(value, expected, fix if value is not None else f"remove the key, or {fix}")
    chosen: dict[str, None] = {}  # a set that keeps the order: outputs have it
    errors = []
    for index, item in enumerate(value):
        try:
            for region in default_regions() if item == "default" else [_region_in_list(item)]:
                if region in chosen and item != "default":
                    raise refusal(region, "each Region once", "remove it here")
                chosen[region] = None
        except PydanticCustomError as error:
            errors.append(refusal_inside(error, index))
    if errors:
        raise joined(errors)
    return tuple(chosen)


def _every_region(value: Any) -> str | None:
    """The fix of a word for all Regions, of which an account has no list."""
    is_word = isinstance(value, str) and value.strip().casefold() in _EVERY_REGION
    return "write default, the Regions enabled by default, or list them" if is_word else None


def _match_regions(value: Any) -> list[str]:
    """The Regions of a pattern such as us-*; those of GovCloud and China by their own alone."""
    if not isinstance(value, str) or "*" not in value or len(value) > _LONGEST_PATTERN:
        return []
    known = regions()
    found = [code for code in known if fnmatch.fnmatchcase(code, value.strip().casefold())]
    commercial = [code for code in found if known[code].partition == COMMERCIAL]
    return commercial or found


def _region_in_list(value: Any) -> str:
    codes = _match_regions(value) if _every_region(value) is None else []
    fix = f"write {', '.join(codes)}" if codes else _every_region(value)
    expected = "the code of an AWS Region such as us-east-1"
    if fix is not None:
        raise refusal(value, expected, fix)
    parts = [part for part in re.split(r"[,;\s]+", value) if part] if isinstance(value, str) else []
    if len(parts) > 1 and all(map(is_region, parts)):
        raise refusal(value, expected, f"write {', '.join(parts)}, with a comma between them")
    return read_region(value)


def _read_trail_regions(value: Any) -> tuple[str, ...] | None:
    if value == "all":
        return None
    if value == ["all"] or (isinstance(value, str) and _every_region(value)):
        raise refusal(value, "a list of Regions, default or all", "write all")
    regions = read_regions(value)
    if not regions:
        raise refusal(value, "at least one Region, or all", "write all", found="an empty list")
    return regions


def _read_key_spec(value: Any) -> str:
    text = read_text(value)
    if text != "SYMMETRIC_DEFAULT":
        known = text.startswith(_NOT_SYMMETRIC)
        kind = "a key that is not symmetric" if known else "an unknown key spec"
        fix = "CloudTrail needs a symmetric key: name one, or remove this key"
        raise refusal(value, "SYMMETRIC_DEFAULT", fix, found=f"{text!r}, {kind}")
    return text


AccountId = Annotated[
    str,
    PlainValidator(read_account_id),
    WithJsonSchema({"type": "string", "pattern": ACCOUNT_ID_PATTERN}),
]
REGION_SCHEMA = {"type": "string", "pattern": REGION_PATTERN}
RegionCode = Annotated[str, PlainValidator(read_region), WithJsonSchema(REGION_SCHEMA)]
_REGIONS: dict[str, Any] = {
    "type": "array",
    "items": {"anyOf": [REGION_SCHEMA, {"const": "default"}]},
    "uniqueItems": True,
}
Regions = Annotated[
    tuple[str, ...],
    PlainValidator(read_regions),
    WithJsonSchema({"anyOf": [{"const": "default"}, _REGIONS]}),
]
TrailRegions = Annotated[
    tuple[str, ...] | None,
    PlainValidator(_read_trail_regions),
    WithJsonSchema(
        {"anyOf": [{"const": "all"}, {"const": "default"}, {**_REGIONS, "minItems": 1}]}
    ),
]
KeyArn = Annotated[
    str, PlainValidator(read_text), WithJsonSchema({"type": "string", "pattern": KEY_ARN_PATTERN})
]
KeySpec = Annotated[
    str, PlainValidator(_read_key_spec), WithJsonSchema({"const": "SYMMETRIC_DEFAULT"})
]


def bucket_meant(value: str) -> str:
    """The name of a bucket that is given as ARN or address; any other text as it is.

    >>> bucket_meant("s3://example-logs/AWSLogs"), bucket_meant("arn:aws:s3:::example-logs/*")
    ('example-logs', 'example-logs')
    """
    return _BUCKET.sub("", value).partition("/")[0] if _BUCKET.match(value) else value


def _read_bucket_name(value: Any) -> str:
    text = read_text(value)
    name = bucket_meant(text)
    if name != text:
        raise refusal(value, "the name of a bucket", f"write {name}" if name else "name it")
    return text


BucketName = Annotated[
    str,
    PlainValidator(_read_bucket_name),
    WithJsonSchema({**TEXT_SCHEMA, "not": {"pattern": _BUCKET.pattern}}),
]


class ActiveItem(Section):
    """Whatever begins and ends: `from` is inclusive, `until` exclusive, both may be left out."""

    start: Day | None = Field(
        None, alias="from", description="first day; default: always", examples=["2026-03-01"]
    )
    until: Day | None = Field(
        None,
        description="the day after the last one; default: without end",
        examples=["2027-01-01"],
    )

    @model_validator(mode="after")
    def _until_after_from(self) -> Self:
        if self.start and self.until and self.until <= self.start:
            fix = "until is the day after the last one"
            raise refusal(self.until, f"a day after from, {self.start}", fix, ("until",))
        return self
