"""The account that was meant by what is no account id: dashes, ARNs, lost zeros, spreadsheets."""

from __future__ import annotations

import re
from typing import Any

from pricing.arns import is_account, split_arn
from pricing.reading.slips import find_unseen, plain_text, template_fix

_DIGITS = 12
_FORMULA = re.compile(
    "=?[\"'\u2018-\u201f]*([0-9]{12})[\"'\u2018-\u201f]*"
)  # ="012345678901", '012345678901
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}")
_LOOK_UP = "look it up with `aws sts get-caller-identity`"


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
        return template_fix(value) or _LOOK_UP
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
