"""What a request to KMS is metered as: the usage type on the bill without its Region.

Names: `pricing.offers.meters`, AWS Price List files, bills. Which request is metered as what: AWS
KMS pricing page (asymmetric requests, RSA_2048 apart; data key pairs, ECC and RSA apart; all else,
HMAC and management among it, in one), checked 2026-11-28. Loaded with every log file: light.
"""

from __future__ import annotations

from typing import NamedTuple

SYMMETRIC = "KMS-Requests"
ASYMMETRIC = "KMS-Requests-Asymmetric"
RSA_2048 = "KMS-Requests-Asymmetric-RSA_2048"
PAIRS_ECC = "KMS-Requests-GenerateDatakeyPair-ECC"
PAIRS_RSA = "KMS-Requests-GenerateDatakeyPair-RSA"
REQUEST_METERS = (SYMMETRIC, ASYMMETRIC, RSA_2048, PAIRS_ECC, PAIRS_RSA)

# KMS API reference: operations that only asymmetric keys know, and those that make key pairs
_ASYMMETRIC_ONLY = frozenset({"Sign", "Verify", "GetPublicKey", "DeriveSharedSecret"})
_PAIRS = frozenset({"GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"})
_RSA = "RSA"  # RSAES_OAEP_SHA_256, RSASSA_PSS_SHA_512, RSA_2048
_SYMMETRIC_ALGORITHM = "SYMMETRIC_DEFAULT"


class RequestMeter(NamedTuple):
    """The meter of a request.

    Attributes
    ----------
    name : str
        The usage type without Region, such as ``KMS-Requests``; empty where AWS's texts name none.
    unsized : bool
        It is under `ASYMMETRIC`, and may be `RSA_2048`: nothing tells the size of the key.
    """

    name: str
    unsized: bool = False


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

    >>> request_meter("Decrypt", "SYMMETRIC_DEFAULT").name, request_meter("GenerateMac").name
    ('KMS-Requests', 'KMS-Requests')
    >>> request_meter("Sign", "ECDSA_SHA_256")
    RequestMeter(name='KMS-Requests-Asymmetric', unsized=False)
    >>> request_meter("Sign", "RSASSA_PSS_SHA_256")
    RequestMeter(name='KMS-Requests-Asymmetric', unsized=True)
    >>> request_meter("GenerateDataKeyPair", "", "RSA_4096").name
    'KMS-Requests-GenerateDatakeyPair-RSA'
    """
    if operation in _PAIRS:
        if pair_spec.startswith(_RSA):
            return RequestMeter(PAIRS_RSA)
        # SM2 of the China Regions: no price list that was found has it
        return RequestMeter(PAIRS_ECC if pair_spec.startswith("ECC") else "")
    if operation in _ASYMMETRIC_ONLY:
        # of a public key not even the algorithm is told; shared secrets are made of ECC keys alone
        is_open = operation != "DeriveSharedSecret" and not algorithm
        return RequestMeter(ASYMMETRIC, is_open or algorithm.startswith(_RSA))
    if algorithm and algorithm != _SYMMETRIC_ALGORITHM:
        return RequestMeter(ASYMMETRIC, algorithm.startswith(_RSA))
    return RequestMeter(SYMMETRIC)
