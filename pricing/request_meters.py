"""What a request to KMS is metered as: the usage type on the bill without its Region.

Names: `pricing.usage_types`, AWS Price List files, bills. Which request is metered as what: AWS
KMS pricing page (asymmetric requests, RSA_2048 apart; data key pairs, ECC and RSA apart; all else
in one), checked 2026-11-28. It names no price of requests on HMAC, ML-DSA, ML-KEM, SM2 and Ed25519
keys: theirs is inferred, likely and not confirmed. `RateTable.meter` asks here what manages keys,
and has the same for all else. Loaded with every log file: light.
"""

from __future__ import annotations

from typing import NamedTuple

SYMMETRIC = "KMS-Requests"
ASYMMETRIC = "KMS-Requests-Asymmetric"
RSA_2048 = "KMS-Requests-Asymmetric-RSA_2048"
PAIRS_ECC = "KMS-Requests-GenerateDatakeyPair-ECC"
PAIRS_RSA = "KMS-Requests-GenerateDatakeyPair-RSA"
REQUEST_METERS = (SYMMETRIC, ASYMMETRIC, RSA_2048, PAIRS_ECC, PAIRS_RSA)

# KMS API reference, checked 2026-11-28: operations that manage keys, grants, aliases and stores, or
# need no key. They are requests, inside the free quantity, whatever kind of key they are about: the
# pricing page excludes those that use an asymmetric key alone, and real bills have them so (F13)
OF_ANY_KEY = frozenset(
    {
        "CancelKeyDeletion", "ConnectCustomKeyStore", "CreateAlias", "CreateCustomKeyStore",
        "CreateGrant", "CreateKey", "DeleteAlias", "DeleteCustomKeyStore",
        "DeleteImportedKeyMaterial", "DescribeCustomKeyStores", "DescribeKey", "DisableKey",
        "DisableKeyRotation", "DisconnectCustomKeyStore", "EnableKey", "EnableKeyRotation",
        "GenerateRandom", "GetKeyLastUsage", "GetKeyPolicy", "GetKeyRotationStatus",
        "GetParametersForImport", "ImportKeyMaterial", "ListAliases", "ListGrants",
        "ListKeyPolicies", "ListKeyRotations", "ListKeys", "ListResourceTags",
        "ListRetirableGrants", "PutKeyPolicy", "ReplicateKey", "RetireGrant", "RevokeGrant",
        "RotateKeyOnDemand", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias",
        "UpdateCustomKeyStore", "UpdateKeyDescription", "UpdatePrimaryRegion",
    }
)  # fmt: skip
# of these the ones that name no key, so that a bill with resource ids has none for them either
OF_NO_KEY = frozenset(
    {
        "ConnectCustomKeyStore", "CreateCustomKeyStore", "DeleteCustomKeyStore",
        "DescribeCustomKeyStores", "DisconnectCustomKeyStore", "GenerateRandom", "ListAliases",
        "ListKeys", "ListRetirableGrants", "UpdateCustomKeyStore",
    }
)  # fmt: skip
# those that use a key, as the API reference and older events name them
_OF_SYMMETRIC_KEYS = frozenset(
    {
        "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext", "ReEncrypt",
        "ReEncryptFrom", "ReEncryptTo",
    }
)  # fmt: skip
# operations that only asymmetric keys know, and those that make key pairs
_KEM = frozenset({"Encapsulate", "Decapsulate"})  # of ML-KEM
_ASYMMETRIC_ONLY = frozenset({"Sign", "Verify", "GetPublicKey", "DeriveSharedSecret"}) | _KEM
_PAIRS = frozenset({"GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"})
_RSA = "RSA"  # RSAES_OAEP_SHA_256, RSASSA_PSS_SHA_512, RSA_2048
_SYMMETRIC_ALGORITHM = "SYMMETRIC_DEFAULT"

# kinds of keys whose price no source names, by the operations or algorithms that they alone have:
# ML_DSA_SHAKE_256, SM2DSA, SM2PKE, ED25519_SHA_512, ED25519_PH_SHA_512
_INFERRED = frozenset({"GenerateMac", "VerifyMac"}) | _KEM
_SHARED_SECRETS = frozenset({"DeriveSharedSecret"}) | _KEM
_INFERRED_ALGORITHMS = ("ML_DSA", "SM2", "ED25519")
_INFERRED_PAIRS = ("ECC_NIST_EDWARDS25519",)


class RequestMeter(NamedTuple):
    """The meter of a request.

    Attributes
    ----------
    name : str
        The usage type without Region, such as ``KMS-Requests``; empty where AWS's texts name none.
    unsized : bool
        It is under `ASYMMETRIC`, and may be `RSA_2048`: nothing tells the size of the key.
    inferred : bool
        It is the likely meter: no source names the price of requests on such keys (HMAC, ML-DSA,
        ML-KEM, SM2, Ed25519), or the operation is not known.
    """

    name: str
    unsized: bool = False
    inferred: bool = False


def request_meter(operation: str, algorithm: str = "", pair_spec: str = "") -> RequestMeter:
    """The meter of a request, by what an event of it says.

    Parameters
    ----------
    operation : str
        Its name in KMS's API.
    algorithm : str
        Its encryption or signing algorithm, where it has one.
    pair_spec : str
        The kind of key pair that it asks for.

    >>> request_meter("Decrypt", "SYMMETRIC_DEFAULT").name, request_meter("Sign").name
    ('KMS-Requests', 'KMS-Requests-Asymmetric')
    >>> request_meter("GenerateMac")
    RequestMeter(name='KMS-Requests', unsized=False, inferred=True)
    >>> request_meter("Sign", "RSASSA_PSS_SHA_256")
    RequestMeter(name='KMS-Requests-Asymmetric', unsized=True, inferred=False)
    >>> request_meter("GenerateDataKeyPair", "", "RSA_4096").name
    'KMS-Requests-GenerateDatakeyPair-RSA'
    >>> request_meter("DescribeKey"), request_meter("Foresee").inferred
    (RequestMeter(name='KMS-Requests', unsized=False, inferred=False), True)
    """
    if operation in OF_ANY_KEY:
        return RequestMeter(SYMMETRIC)
    if operation in _PAIRS:
        if pair_spec.startswith(_RSA):
            return RequestMeter(PAIRS_RSA)
        # SM2 of the China Regions: no price list that was found has it
        if not pair_spec.startswith("ECC"):
            return RequestMeter("")
        return RequestMeter(PAIRS_ECC, inferred=pair_spec.startswith(_INFERRED_PAIRS))
    inferred = operation in _INFERRED or algorithm.startswith(_INFERRED_ALGORITHMS)
    if operation in _ASYMMETRIC_ONLY:
        # of a public key not even the algorithm is told; shared secrets are of ECC or ML-KEM alone
        is_open = operation not in _SHARED_SECRETS and not algorithm
        return RequestMeter(ASYMMETRIC, is_open or algorithm.startswith(_RSA), inferred)
    if algorithm and algorithm != _SYMMETRIC_ALGORITHM:
        return RequestMeter(ASYMMETRIC, algorithm.startswith(_RSA), inferred)
    return RequestMeter(SYMMETRIC, inferred=inferred or operation not in _OF_SYMMETRIC_KEYS)
