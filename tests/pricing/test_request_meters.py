"""What a log says a request is metered as, and what the rate table says: one rule."""

import pytest

from pricing.rates import load_cloudtrail_rates, load_rates
from pricing.reading.problems import RateError
from pricing.request_meters import ASYMMETRIC, request_meter
from pricing.usage_types import SERVICES

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
    *((f"ML_KEM_{level}", "", ("Encapsulate", "Decapsulate")) for level in (512, 768, 1024)),
    ("SM2", "SM2PKE", ("Encrypt", "Decrypt")),
    ("SM2", "SM2DSA", ("Sign", "Verify")),
]
# the rest of the KMS API reference: they manage, or use no key
MANAGEMENT = """
CancelKeyDeletion ConnectCustomKeyStore CreateAlias CreateCustomKeyStore CreateGrant CreateKey
DeleteAlias DeleteCustomKeyStore DeleteImportedKeyMaterial DescribeCustomKeyStores DescribeKey
DisableKey DisableKeyRotation DisconnectCustomKeyStore EnableKey EnableKeyRotation GenerateRandom
GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport ImportKeyMaterial
ListAliases ListGrants ListKeyPolicies ListKeyRotations ListKeys ListResourceTags
ListRetirableGrants PutKeyPolicy ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand
ScheduleKeyDeletion TagResource UntagResource UpdateAlias UpdateCustomKeyStore
UpdateKeyDescription UpdatePrimaryRegion
"""
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
    assert known.inferred is spec.startswith(("HMAC", "ML_", "SM2", "ECC_NIST_EDWARDS"))


def test_what_manages_keys_has_one_meter_whatever_the_key():
    """CreateKey, ListAliases, DescribeKey and the like are requests inside the free quantity."""
    table = load_rates()
    for operation in MANAGEMENT.split():
        known = request_meter(operation)
        assert (known.name, known.inferred) == ("KMS-Requests", False)
        for spec in ("SYMMETRIC_DEFAULT", "HMAC_256", "RSA_2048", "ECC_NIST_P256"):
            assert table.meter(operation, spec).name == table_meter(known.name)
    with pytest.raises(RateError, match="no meter for CreateKey"):
        load_cloudtrail_rates().meter("CreateKey")


def test_an_operation_that_nobody_knows_has_no_rate_and_is_said_in_logs():
    """A price is never guessed; a logged request has the likely meter, marked as such."""
    assert request_meter("Foresee").inferred
    with pytest.raises(RateError, match="no meter for Foresee"):
        load_rates().meter("Foresee")


@pytest.mark.parametrize("operation", PAIRS)
@pytest.mark.parametrize(
    "pair", ["RSA_2048", "RSA_4096", "ECC_NIST_P384", "ECC_SECG_P256K1", "ECC_NIST_EDWARDS25519"]
)
def test_pairs_have_the_same_meter(operation, pair):
    """Pairs by the kind of pair that they are."""
    found = load_rates().meter(operation, pair).name
    assert found == table_meter(request_meter(operation, "", pair).name)
