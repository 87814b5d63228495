"""What keeps CloudTrail from writing: a key's state, and the errors of S3 and KMS that tell of it.

States: AWS KMS Developer Guide, "Key states of AWS KMS keys"; codes: Amazon S3 API Reference,
"Error responses", where those of KMS begin with `KMS.`, and AWS KMS API Reference; checked
2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

DISABLED, PENDING = "Disabled", "PendingDeletion"
# keys in these states cost nothing, disabled ones do: AWS KMS pricing, checked 2026-11-28
PENDING_DELETION = (PENDING, "PendingReplicaDeletion")
_OTHER_KEY = "or give the trail another key"
_CURES: Mapping[str, str] = {
    DISABLED: f"enable it (`aws kms enable-key`), {_OTHER_KEY}",
    **dict.fromkeys(
        PENDING_DELETION,
        f"cancel its deletion (`aws kms cancel-key-deletion`) and enable it, {_OTHER_KEY}",
    ),
    "PendingImport": f"import its key material, {_OTHER_KEY}",
    "Unavailable": f"connect its key store (`aws kms connect-custom-key-store`), {_OTHER_KEY}",
}
# while AWS makes it or moves its primary Region, a key is about to be enabled
_PASSING = ("Creating", "Updating", "Enabled")
_STATE = "look at the key's state (`aws kms describe-key`): where it is"
_ERRORS: Mapping[str, str] = {
    "DisabledException": f"its key is disabled: {_CURES[DISABLED]}",
    "KMSInvalidStateException": f"{_STATE} pending deletion, {_CURES[PENDING]}",
    "NotFoundException": "its key is not there any more: give the trail another key",
    "InvalidKeyUsageException": "its key is for another use: give the trail a symmetric key",
    "KeyUnavailableException": "AWS cannot reach its key now: look again later",
    "NoSuchBucket": "make the bucket again, or give the trail another one",
    "AccessDenied": "let the policies of the bucket and of the key allow CloudTrail",
}
_NAMED_STATE = re.compile(
    r"(arn:[\w-]+:kms:[\w-]*:\d{12}:key/[\w-]+) is (disabled|pending deletion)"
)


def cure_of_state(state: str) -> str:
    """What to do about a key under which CloudTrail cannot write; empty where it can.

    >>> cure_of_state("Enabled"), cure_of_state("Disabled").partition(",")[0]
    ('', 'enable it (`aws kms enable-key`)')
    """
    return "" if state in _PASSING else _CURES.get(state, f"enable it, {_OTHER_KEY}")


def cure_of_error(code: str) -> str:
    """What to do about an error of KMS, or of S3 on its behalf; empty where it is none of theirs.

    >>> cure_of_error("KMS.NotFoundException")
    'its key is not there any more: give the trail another key'
    """
    plain = code.removeprefix("KMS.")
    # NotFoundException alone may be of anything
    if plain == "NotFoundException" and plain == code:
        return ""
    found = _ERRORS.get(plain) or _ERRORS.get(plain.removeprefix("KMS"))
    return found or (_ERRORS["AccessDenied"] if plain.startswith("AccessDenied") else "")


def state_in(message: str) -> tuple[str, str]:
    """The key and its state that the message of an error of KMS names; both empty for others.

    >>> state_in("arn:aws:kms:us-east-1:111122223333:key/1a is pending deletion.")
    ('arn:aws:kms:us-east-1:111122223333:key/1a', 'PendingDeletion')
    """
    found = _NAMED_STATE.search(message)
    return (found[1], DISABLED if found[2] == "disabled" else PENDING) if found else ("", "")
