"""The kinds of value that an inventory's sections share: account ids, Regions, key specs."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from pricing.arns import is_account
from pricing.reading.validation import Day, Section, read_text, refusal
from pricing.regions import default_regions, read_region

_DIGITS = 12
ACCOUNT_ID_PATTERN = f"^[0-9]{{{_DIGITS}}}$"
# not symmetric: AWS KMS Developer Guide, "Key spec reference", checked 2026-11-23
_NOT_SYMMETRIC = ("RSA_", "ECC_", "HMAC_", "SM2", "ML_DSA")


def read_account_id(value: Any) -> str:
    """An AWS account id: a text of 12 digits."""
    expected = f"an account id: {_DIGITS} digits in quotes"
    if isinstance(value, int) and not isinstance(value, bool):
        raise refusal(value, expected, f'write it in quotes: "{value}"')
    if not isinstance(value, str):
        raise refusal(value, expected, 'write it in quotes: "111122223333"')
    if not is_account(value):
        short = value.isascii() and value.isdigit() and len(value) < _DIGITS
        fix = (
            f'it has {len(value)} digits: a leading zero may be lost: "{value:0>12}"'
            if short
            else ""
        )
        raise refusal(value, expected, fix or "look it up with `aws sts get-caller-identity`")
    return value


def read_regions(value: Any) -> tuple[str, ...]:
    """Regions, each once; `default` stands for the Regions enabled by default."""
    if value == "default":
        return default_regions()
    if isinstance(value, str):
        raise refusal(value, "a list of Regions, or default", f"write [{value}]")
    if not isinstance(value, list | tuple):
        raise refusal(value, "a list of Regions, or default", "write [us-east-1]")
    chosen: dict[str, None] = {}  # a set that keeps the order: outputs have it
    for index, item in enumerate(value):
        for region in default_regions() if item == "default" else [_region_at(item, index)]:
            if region in chosen and item != "default":
                raise refusal(region, "each Region once", "remove it here", (index,))
            chosen[region] = None
    return tuple(chosen)


def _region_at(value: Any, index: int) -> str:
    try:
        return read_region(value)
    except PydanticCustomError as error:
        context = {**(error.context or {}), "at": (index,)}
        raise PydanticCustomError("refused", "{expected}", context) from None


def _read_trail_regions(value: Any) -> tuple[str, ...] | None:
    if value == "all":
        return None
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
RegionCode = Annotated[str, PlainValidator(read_region), WithJsonSchema({"type": "string"})]
_REGIONS_SCHEMA: dict[str, Any] = {
    "anyOf": [{"const": "default"}, {"type": "array", "items": {"type": "string"}}]
}
Regions = Annotated[tuple[str, ...], PlainValidator(read_regions), WithJsonSchema(_REGIONS_SCHEMA)]
TrailRegions = Annotated[
    tuple[str, ...] | None,
    PlainValidator(_read_trail_regions),
    WithJsonSchema({"anyOf": [{"const": "all"}, *_REGIONS_SCHEMA["anyOf"]]}),
]
KeySpec = Annotated[
    str, PlainValidator(_read_key_spec), WithJsonSchema({"const": "SYMMETRIC_DEFAULT"})
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
