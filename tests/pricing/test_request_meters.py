"""What a log says a request is metered as, and what the rate table says: one rule."""

import pytest

from pricing.offers.meters import SERVICES
from pricing.rates import load_rates
from pricing.request_meters import ASYMMETRIC, request_meter

SYMMETRIC = ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt")
MAC = ("GenerateMac", "VerifyMac")
PAIRS = ("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")

# key specs of the KMS API reference (CreateKey), an algorithm of each (Sign, Encrypt, GenerateMac)
# as its events name it, and operations that it is for
KEYS = [
    ("SYMMETRIC_DEFAULT", "SYMMETRIC_DEFAULT", SYMMETRIC),
    *((f"HMAC_{bits}", "", MAC) for bits in (224, 256, 384, 512)),
    *((f"RSA_{bits}", "RSAES_OAEP_SHA_256", ("Encrypt", "Decrypt")) for bits in (2048, 3072, 4096)),
    *((f"RSA_{bits}", "RSASSA_PSS_SHA_256", ("Sign", "Verify")) for bits in (2048, 3072, 4096)),
    *((f"ECC_NIST_P{bits}", "ECDSA_SHA_256", ("Sign", "Verify")) for bits in (256, 384, 521)),
    ("ECC_NIST_P256", "", ("DeriveSharedSecret", "GetPublicKey")),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256", ("Sign",)),
    ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512", ("Sign", "Verify")),
    *((f"ML_DSA_{level}", "ML_DSA_SHAKE_256", ("Sign", "Verify")) for level in (44, 65, 87)),
    ("SM2", "SM2PKE", ("Encrypt", "Decrypt")),
    ("SM2", "SM2DSA", ("Sign", "Verify")),
]
CASES = [(operation, spec, algorithm) for spec, algorithm, of in KEYS for operation in of]


def table_meter(usage_type):
    return SERVICES["awskms"][usage_type.lower()]


@pytest.mark.parametrize(("operation", "spec", "algorithm"), CASES)
def test_logs_and_the_rate_table_have_the_same_meter(operation, spec, algorithm):
    """Each operation on each kind of key; only RSA_2048's own meter is hidden, and it is said."""
    known = request_meter(operation, algorithm)
    found = load_rates().meter(operation, spec).name
    if spec == "RSA_2048":
        assert (known.name, known.unsized, found) == (ASYMMETRIC, True, "kms-requests-rsa-2048")
    else:
        assert found == table_meter(known.name)
    assert known.inferred is spec.startswith(("HMAC", "ML_DSA", "SM2", "ECC_NIST_EDWARDS"))


@pytest.mark.parametrize("operation", PAIRS)
@pytest.mark.parametrize(
    "pair", ["RSA_2048", "RSA_4096", "ECC_NIST_P384", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"]
)
def test_pairs_have_the_same_meter(operation, pair):
    """Pairs by the kind of pair that they are."""
    found = load_rates().meter(operation, pair).name
    assert found == table_meter(request_meter(operation, "", pair).name)
