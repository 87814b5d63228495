"""What everything else requests of KMS, beside CloudTrail: for each payer, or for named ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from estimator.inventory.assumption_schemas import QUANTITY_SCHEMA
from estimator.inventory.assumptions import (
    Range,
    is_range,
    plain_range,
    read_quantity,
)
from estimator.inventory.kinds import ACCOUNT_ID_PATTERN, read_account_id
from pricing.reading.validation import joined, refusal, refusal_inside

FIELD = "other_kms_requests_per_month"


class OtherUse(NamedTuple):
    """Requests of one payer, or of one account of it. `path` names the assumption."""

    payer: str
    account: str | None
    requests: Range  # [request/month]
    path: str


@dataclass(frozen=True)
class OtherRequests:
    """One assumption for each payer, or one for each id that is named. [request/month]"""

    each_payer: Range | None = field(default_factory=lambda: Range.exactly(0))
    by_id: Mapping[str, Range] = field(default_factory=dict)

    @classmethod
    def exactly(cls, number: float) -> OtherRequests:
        """The same number for each payer."""
        return cls(Range.exactly(number))

    def ranges(self) -> Iterator[tuple[str, Range]]:
        """Every assumption in it and its path in the inventory."""
        if self.each_payer is not None:
            yield FIELD, self.each_payer
        for owner, requests in self.by_id.items():
            yield f"{FIELD}.{owner}", requests

    def uses(self, payer_of: Mapping[str, str]) -> tuple[OtherUse, ...]:
        """Who requests how much; an id is an account unless every id is a payer's.

        Parameters
        ----------
        payer_of : mapping of str to str
            The payer of each account.
        """
        payers = tuple(dict.fromkeys(payer_of.values()))
        if self.each_payer is not None:
            return tuple(OtherUse(payer, None, self.each_payer, FIELD) for payer in payers)
        # a payer is an account too, so an id alone could mean either: all of them decide together
        by_payer = set(self.by_id) <= set(payers)
        return tuple(
            OtherUse(
                owner if by_payer else payer_of[owner],
                None if by_payer else owner,
                requests,
                f"{FIELD}.{owner}",
            )
            for owner, requests in self.by_id.items()
        )


def read_other_requests(value: Any) -> OtherRequests:
    """A number or a range for each payer, or a mapping of ids of payers or accounts."""
    if isinstance(value, OtherRequests):
        return value
    if isinstance(value, Range):
        return OtherRequests(value)
    if not isinstance(value, dict) or is_range(value):
        return OtherRequests(read_quantity(value))
    if not value:
        raise refusal(value, "a number, a range or ids", "write 0", found="an empty mapping")
    by_id: dict[str, Range] = {}
    errors = []
    for owner, requests in value.items():
        try:
            read_account_id(owner)
            by_id[owner] = read_quantity(requests)
        except PydanticCustomError as error:
            errors.append(refusal_inside(error, owner))
    if errors:
        raise joined(errors)
    return OtherRequests(None, by_id)


def plain_others(value: OtherRequests) -> Any:
    """The requests as the inventory has them."""
    if value.each_payer is not None:
        return plain_range(value.each_payer)
    return {owner: plain_range(requests) for owner, requests in value.by_id.items()}


_SCHEMA = {
    "anyOf": [
        *QUANTITY_SCHEMA["anyOf"],
        {
            "type": "object",
            "description": "a payer or an account each",
            "patternProperties": {ACCOUNT_ID_PATTERN: QUANTITY_SCHEMA},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}
Others = Annotated[
    OtherRequests,
    PlainValidator(read_other_requests),
    PlainSerializer(plain_others),
    WithJsonSchema(_SCHEMA),
]
