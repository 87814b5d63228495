"""KMS events as AWS writes them, each form with its source and with whose request it is.

Sources of the forms (read 2026-11-28), by their marks at each form:

- [boogy] and [coralogix]: real logs in shared/data/cloudtrail; [umccr]: its examples.
- [ec2], [dynamodb], [ssm], [rds]: awsdocs/aws-kms-developer-guide, doc_source/ct-ec2two.md,
  services-dynamodb.md, services-parameter-store.md, services-rds.md.
- [secrets]: Secrets Manager User Guide, "Secret encryption and decryption".
- [lambda]: Lambda Developer Guide, "Data encryption at rest for AWS Lambda".
- [s3]: S3 User Guide, "Encryption context" of SSE-KMS and "Reducing the cost of SSE-KMS with S3
  Bucket Keys" (the bucket's ARN instead of the object's); `fas.s3.amazonaws.com` as in AWS IoT
  SiteWise User Guide, encryption at rest (GenerateDataKey, Amazon S3), and in public incident
  reports of 2025.
- [sns], [sqs]: their guides' "Key management" (`aws:sns:topicArn`, `aws:sqs:arn`); [boogy] for SQS.
- [logs]: CloudWatch Logs User Guide, "Encrypt log data": `aws:logs:arn`, principal logs.REGION.
- [backup]: AWS managed policy AWSBackup…: `kms:EncryptionContext:aws:backup:backup-vault` with
  `kms:ViaService` backup.REGION.amazonaws.com.
- [kms]: KMS Developer Guide, "Examples of AWS KMS log entries", and "Encryption context" (none with
  asymmetric and HMAC keys); KMS pricing: Sign, Verify, Encrypt, Decrypt and GetPublicKey of
  asymmetric keys and GenerateDataKeyPair are outside the free tier.
- [clients]: AWS Encryption SDK (`aws-crypto-public-key`) and S3 Encryption Client
  (`aws:x-amz-cek-alg`): libraries in the caller's own process, so the caller asks KMS itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.acceptance.attribution.identities import Identity, Record, role, service, stranger, user

MANAGEMENT, PROD, DATA, SECURITY = (
    "111122223333",
    "222222222222",
    "333333333333",
    "444444444444",
)
PARTNER = "999988887777"  # not of the organization: only the key's owner logs its calls
US, EU = "us-east-1", "eu-west-1"
INTERNAL = "AWS Internal"
ANY = frozenset({"*"})  # what the event does not tell in words that a person would choose


class Fact(NamedTuple):
    """Whose request it is; callers and resources by the first of their names in order."""

    account: str
    region: str
    service: str
    caller: str
    resource: str
    operation: str
    key: str
    meter: str


@dataclass(frozen=True)
class Form:
    """So many requests of one kind."""

    requests: int
    service: str
    operation: str
    caller: Identity
    key: str = ""
    context: Record | None = None
    resource: frozenset[str] = frozenset({""})
    meter: str = "symmetric"
    parameters: Record = field(default_factory=dict)
    owner: str = ""  # the key's account, where it is not the caller's
    region: str = US
    both: bool = False  # logged in the caller's and in the owner's account
    error: str = ""
    kind: str = "AwsApiCall"

    @property
    def name(self) -> str:
        """The name that stands for the resource in the truth."""
        return min(self.resource, key=lambda text: (-len(text), text))

    def fact(self, callers: dict[frozenset[str], str]) -> Fact:
        return Fact(
            self.caller.account,
            self.region,
            self.service,
            callers[self.caller.names],
            self.name,
            self.operation,
            self.key,
            self.meter,
        )


def key(account: str, number: int, region: str = US) -> str:
    return f"arn:aws:kms:{region}:{account}:key/0000000{number}-12ab-34cd-56ef-1234567890ab"


def bucket(name: str, partition: str = "aws") -> frozenset[str]:
    return frozenset({name, f"arn:{partition}:s3:::{name}"})


def named(arn: str) -> frozenset[str]:
    """An ARN, or what stands after its account, or the bare name."""
    rest = arn.split(":", 5)[5]
    bare = rest.split("/", 1)[-1] if "/" in rest else rest.rpartition(":")[2]
    return frozenset({arn, rest, bare, f"/{bare}"})


LOG_KEY, LAKE, APP = key(MANAGEMENT, 1), key(DATA, 2), key(PROD, 3)
SIGN, MAC, RSA, AGREE = key(PROD, 4), key(PROD, 5), key(PROD, 8), key(PROD, 9)
EUROPE, QUEUE = key(PROD, 6, EU), key(PROD, 7)
SECRET = f"arn:aws:secretsmanager:{US}:{PROD}:secret:orders/database-AbCdEf"
SECRET_2 = f"arn:aws:secretsmanager:{US}:{PROD}:secret:mail-GhIjKl"
PARAMETER = f"arn:aws:ssm:{US}:{PROD}:parameter/prod/url"
FUNCTION = f"arn:aws:lambda:{US}:{PROD}:function:ingest"
TOPIC = f"arn:aws:sns:{US}:{PROD}:alerts"
SQS = f"arn:aws:sqs:{US}:{PROD}:orders-queue"
GROUP = f"arn:aws:logs:{EU}:{PROD}:log-group:/aws/lambda/ingest"
VAULT = f"arn:aws:backup:{US}:{PROD}:backup-vault:daily"
TRAIL = f"arn:aws:cloudtrail:{US}:{MANAGEMENT}:trail/org"
TRAIL_FILE = (
    f"arn:aws:s3:::org-logs/AWSLogs/o-exampleorg/{PROD}/CloudTrail/{EU}/2026/10/"
    f"{{day:02d}}/{PROD}_CloudTrail_{EU}_202610{{day:02d}}T0450Z_KREKSWgLUgTraBu8.json.gz"
)
TABLE = {"aws:dynamodb:tableName": "Orders", "aws:dynamodb:subscriberId": PROD}
ORDERS = frozenset({"Orders", "table/Orders", f"arn:aws:dynamodb:{US}:{PROD}:table/Orders"})
VOLUME, VOLUME_2 = "vol-0f67bafb2aaaaaaaa", "vol-0123456789abcdef0"
DATABASE = "db-BRG7VYS3SVIFQW7234EJQOM5RQ"
SECRET_CONTEXT = {"SecretARN": SECRET, "SecretVersionId": "2D08CB52-40BE-4DEE-8B4A-489049CB2FE2"}


def s3_object(name: str, number: str = "{number}") -> Record:
    return {"aws:s3:arn": f"arn:aws:s3:::{name}/part-{number}.parquet"}


def volume(name: str) -> frozenset[str]:
    return frozenset({name, f"volume/{name}", f"arn:aws:ec2:{US}:{PROD}:volume/{name}"})


def database(name: str) -> frozenset[str]:
    return frozenset({name, f"db/{name}", f"arn:aws:rds:{US}:{PROD}:db:{name}"})


def s3_forms() -> list[Form]:
    reader = role(DATA, "DataReader", "i-0aaaaaaaaaaaaaaa1", by=INTERNAL)
    again = role(DATA, "DataReader", "i-0bbbbbbbbbbbbbbb2", by="fas.s3.amazonaws.com")
    etl = role(DATA, "Etl", "glue-run-17", path="service-role/", by="fas.s3.amazonaws.com")
    return [
        # as in [coralogix], [s3]: S3 asks for the reader, known by the context alone
        Form(400, "s3", "Decrypt", reader, LAKE, s3_object("lake"), bucket("lake")),
        # as in [s3]: today's form, `fas.`; another instance of the same role
        Form(100, "s3", "Decrypt", again, LAKE, s3_object("lake"), bucket("lake")),
        Form(150, "s3", "GenerateDataKey", etl, LAKE, s3_object("lake"), bucket("lake")),
        # as in [s3]: a bucket with a Bucket Key has no object in its context
        Form(20, "s3", "Decrypt", again, LAKE, {"aws:s3:arn": "arn:aws:s3:::cold"}, bucket("cold")),
        # as in [s3]: replication encrypts at the destination
        Form(
            30,
            "s3",
            "Encrypt",
            role(DATA, "Replicate", "s3-replication", by=INTERNAL),
            LAKE,
            s3_object("copies"),
            bucket("copies"),
        ),
        # as in [umccr] discard_kms_crypto.json: no context at all
        Form(5, "s3", "GenerateDataKey", service("s3.amazonaws.com", DATA), LAKE),
    ]


def store_forms() -> list[Form]:
    """Secrets, parameters, functions, tables."""
    api = role(PROD, "Api", "task-1", by="secretsmanager.amazonaws.com")
    worker = role(PROD, "Worker", "w-9", by="secretsmanager.amazonaws.com", issuer=False)
    ssm = role(PROD, "Api", "task-2", by="ssm.amazonaws.com")
    fn = role(PROD, "Ingest", "ingest", path="service-role/")
    lambda_fn = role(PROD, "Ingest", "ingest", path="service-role/", by="lambda.amazonaws.com")
    dynamo = role(PROD, "Api", "task-3", by="dynamodb.amazonaws.com")
    admin = role(PROD, "Admin", "user01", by="dynamodb.amazonaws.com")
    grant = {"constraints": {"encryptionContextSubset": TABLE}}
    alice = user(PROD, "Alice", by="secretsmanager.amazonaws.com")
    second = {"SecretARN": SECRET_2, "SecretVersionId": "2D08CB52-40BE-4DEE-8B4A-489049CB2FE3"}
    parameter = {"PARAMETER_ARN": PARAMETER}
    function = {"aws:lambda:FunctionArn": FUNCTION}
    return [
        # as in [boogy], [secrets]
        Form(120, "secretsmanager", "Decrypt", api, APP, SECRET_CONTEXT, named(SECRET)),
        Form(40, "secretsmanager", "Decrypt", worker, APP, second, named(SECRET_2)),
        Form(3, "secretsmanager", "GenerateDataKey", alice, APP, SECRET_CONTEXT, named(SECRET)),
        # as in [ssm]: standard parameters are decrypted by KMS itself
        Form(60, "ssm", "Decrypt", ssm, APP, parameter, named(PARAMETER)),
        Form(2, "ssm", "Encrypt", ssm, APP, parameter, named(PARAMETER)),
        # as in [boogy], [lambda]; of 37 real ones 13 have no invokedBy: Lambda's agent has the
        # credentials of the role
        Form(30, "lambda", "Decrypt", lambda_fn, APP, function, named(FUNCTION)),
        Form(10, "lambda", "Decrypt", fn, APP, function, named(FUNCTION)),
        # as in [dynamodb]
        Form(90, "dynamodb", "Decrypt", dynamo, APP, TABLE, ORDERS),
        Form(
            4,
            "dynamodb",
            "GenerateDataKey",
            service("dynamodb.amazonaws.com", PROD),
            APP,
            TABLE,
            ORDERS,
        ),
        Form(1, "dynamodb", "CreateGrant", admin, APP, None, ORDERS, parameters=grant),
    ]


def volume_forms() -> list[Form]:
    """Volumes of EC2 and RDS: [ec2], [rds]."""
    alice = user(PROD, "Alice", by=INTERNAL)
    grant = {"constraints": {"encryptionContextSubset": {"aws:ebs:id": VOLUME}}}
    first = role(PROD, "aws:ec2-infrastructure", "i-0c1e2f56c00000001")
    second = role(PROD, "aws:ec2-infrastructure", "i-0c1e2f56c00000002")
    admin = role(PROD, "Admin", "user02", by="rds.amazonaws.com")
    pair = {"aws:rds:db-id": DATABASE, "aws:ebs:id": "vol-ad8c6542"}
    database_grant = {"constraints": {"encryptionContextSubset": {"aws:rds:db-id": DATABASE}}}
    without = "GenerateDataKeyWithoutPlaintext"
    return [
        Form(3, "ebs", without, alice, APP, {"aws:ebs:id": VOLUME}, volume(VOLUME)),
        Form(3, "ebs", "CreateGrant", alice, APP, None, volume(VOLUME), parameters=grant),
        Form(8, "ebs", "Decrypt", first, APP, {"aws:ebs:id": VOLUME}, volume(VOLUME)),
        Form(4, "ebs", "Decrypt", second, APP, {"aws:ebs:id": VOLUME_2}, volume(VOLUME_2)),
        # as in [rds]: the DB instance is whose request it is, its volume is only where
        Form(6, "rds", "Decrypt", second, APP, pair, database(DATABASE)),
        Form(
            2,
            "rds",
            "CreateGrant",
            admin,
            APP,
            None,
            database(DATABASE),
            parameters=database_grant,
        ),
    ]


def message_forms() -> list[Form]:
    """Queues, topics, log groups, clusters, vaults."""
    consumer = role(PROD, "Consumer", "c-1", by="sqs.amazonaws.com")
    publisher = role(PROD, "Publisher", "p-1", by="sns.amazonaws.com")
    eks = role(PROD, "Cluster", "eks", by="eks.amazonaws.com")
    backup = role(PROD, "Backup", "AWSBackup-X", path="service-role/", by="backup.amazonaws.com")
    cluster = {"aws:eks:context": "6b5bd529-e569-4d42-ba83-fead54eb89ef"}
    logs = service(f"logs.{EU}.amazonaws.com", PROD)
    sqs, topic, group = {"aws:sqs:arn": SQS}, {"aws:sns:topicArn": TOPIC}, {"aws:logs:arn": GROUP}
    vault = {"aws:backup:backup-vault": VAULT}
    key_of = {"keySpec": "AES_256"}
    data_key = "GenerateDataKey"
    control = service("eks.amazonaws.com", PROD)
    return [
        # as in [boogy], [sqs]
        Form(15, "sqs", data_key, service("sqs.amazonaws.com", PROD), QUEUE, sqs, named(SQS)),
        Form(50, "sqs", "Decrypt", consumer, QUEUE, sqs, named(SQS)),
        # as in [sns]
        Form(12, "sns", data_key, publisher, QUEUE, topic, named(TOPIC)),
        Form(5, "sns", "Decrypt", service("sns.amazonaws.com", PROD), QUEUE, topic, named(TOPIC)),
        # as in [logs]
        Form(24, "logs", data_key, logs, EUROPE, group, named(GROUP), region=EU, parameters=key_of),
        Form(24, "logs", "Decrypt", logs, EUROPE, group, named(GROUP), region=EU),
        # as in [boogy]: which cluster it is, the context does not say in words
        Form(7, "eks", "Encrypt", control, APP, cluster, ANY),
        Form(3, "eks", "Decrypt", control, APP, cluster, ANY),
        Form(2, "eks", "DescribeKey", eks, APP),
        # as in [backup]
        Form(6, "backup", "Decrypt", backup, APP, vault, named(VAULT)),
    ]


def trail_forms() -> list[Form]:
    """CloudTrail's own writes, and the SIEM that reads them from another account: [coralogix]."""
    context = {"aws:cloudtrail:arn": TRAIL, "aws:s3:arn": TRAIL_FILE}
    writes = service("cloudtrail.amazonaws.com", MANAGEMENT)
    siem = role(SECURITY, "Siem", "shipper", by=INTERNAL)
    return [
        Form(96, "cloudtrail", "GenerateDataKey", writes, LOG_KEY, context, ANY),
        Form(48, "cloudtrail", "Decrypt", siem, LOG_KEY, context, ANY, owner=MANAGEMENT, both=True),
    ]


def direct_forms() -> list[Form]:
    """Callers that ask KMS themselves: [kms], [boogy]."""
    alice, app = user(PROD, "Alice"), role(PROD, "App", "i-0dddddddddddddddd")
    signer = role(PROD, "Signer", "ecs-task-1")
    ecdsa = {"signingAlgorithm": "ECDSA_SHA_256", "messageType": "DIGEST"}
    rsa = {"encryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    ecc = {"keyPairSpec": "ECC_NIST_P256"}
    wrapping = {"keyPairSpec": "RSA_2048"}
    mac = {"macAlgorithm": "HMAC_SHA_256"}
    asymmetric = "asymmetric"
    agree = {"keyAgreementAlgorithm": "ECDH"}
    own = {"Department": "Engineering", "bucket": "lake"}
    client = {"aws:x-amz-cek-alg": "AES/GCM/NoPadding"}
    sdk = {"aws-crypto-public-key": "AoQ0exampleexampleexampleexampleexample=", "tenant": "7"}
    create = {"keySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "origin": "AWS_KMS"}
    pair, without = "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"
    partner = role(DATA, "Etl", "job-4", path="service-role/")
    return [
        Form(25, "direct", "Decrypt", alice, APP, own, ANY),
        Form(35, "direct", "Decrypt", app, APP, client, ANY),  # [clients]
        Form(12, "direct", "GenerateDataKey", app, APP, sdk, ANY),  # [clients]
        Form(200, "direct", "Sign", signer, SIGN, meter=asymmetric, parameters=ecdsa),
        Form(50, "direct", "Verify", signer, SIGN, meter=asymmetric, parameters=ecdsa),
        Form(3, "direct", "GetPublicKey", alice, SIGN, meter=asymmetric),
        Form(5, "direct", "Encrypt", app, RSA, meter=asymmetric, parameters=rsa),
        Form(4, "direct", "Decrypt", app, RSA, meter=asymmetric, parameters=rsa),
        Form(2, "direct", "DeriveSharedSecret", app, AGREE, meter=asymmetric, parameters=agree),
        Form(4, "direct", pair, app, APP, {"Department": "x"}, ANY, "pairs", ecc),
        Form(2, "direct", without, app, APP, {"Department": "x"}, ANY, "pairs", wrapping),
        Form(10, "direct", "GenerateMac", app, MAC, meter="symmetric", parameters=mac),
        Form(5, "direct", "VerifyMac", app, MAC, meter="symmetric", parameters=mac),
        Form(6, "direct", "GenerateRandom", app, parameters={"numberOfBytes": 32}),
        Form(2, "direct", "ReEncrypt", app, APP),
        # management calls: inside the free tier, like any other (F13)
        Form(8, "direct", "ListAliases", alice),
        Form(9, "direct", "DescribeKey", alice, APP, parameters={"keyId": APP}),
        Form(1, "direct", "CreateKey", alice, APP, parameters=create),
        # another account of the organization, logged in both (sharedEventID), charged to the caller
        Form(20, "direct", "Decrypt", partner, APP, owner=PROD, both=True),
        # another company: only the owner's copy is in these logs
        Form(11, "direct", "Decrypt", stranger(PARTNER), APP, owner=PROD),
    ]


def odd_forms() -> list[Form]:
    """What no rule can cover: a service stands between, and nothing says which."""
    between = role(PROD, "Odd", "s", by=INTERNAL)
    return [
        Form(7, "unknown", "Decrypt", between, APP, {"tenant": "7"}, ANY),
        Form(2, "unknown", "Decrypt", service(INTERNAL, PROD), APP, None, ANY),
    ]


def refused_forms() -> list[Form]:
    """No requests: failed calls, and a deed of KMS itself ([kms], RotateKey)."""
    alice = user(PROD, "Alice")
    own = Identity({"accountId": PROD, "invokedBy": INTERNAL}, PROD, frozenset({INTERNAL}))
    return [
        Form(9, "direct", "Decrypt", alice, APP, error="AccessDenied"),
        Form(2, "", "RotateKey", own, APP, kind="AwsServiceEvent"),
    ]


def forms() -> list[Form]:
    """Every form that is a request."""
    groups: list[list[Form]] = [
        s3_forms(),
        store_forms(),
        volume_forms(),
        message_forms(),
        trail_forms(),
        direct_forms(),
        odd_forms(),
    ]
    return [form for group in groups for form in group]


def record_of(form: Form, number: int, day: int) -> Record:
    """The event itself, with all but its time and its ids."""
    parameters: dict[str, Any] = dict(form.parameters)
    if form.context is not None:
        parameters["encryptionContext"] = {
            name: text.format(number=number, day=day) for name, text in form.context.items()
        }
    if form.operation in {"Encrypt", "Decrypt"}:
        parameters.setdefault("encryptionAlgorithm", "SYMMETRIC_DEFAULT")
    if form.operation == "GenerateDataKey":
        parameters.setdefault("keySpec", "AES_256")
    if form.key and form.operation not in {"Decrypt", "CreateKey"}:
        parameters["keyId"] = form.key
    by = form.caller.record.get("invokedBy", "192.0.2.10")
    record: Record = {
        "userIdentity": form.caller.record,
        "awsRegion": form.region,
        "sourceIPAddress": by,
        "userAgent": by if by != "192.0.2.10" else "aws-sdk-java/2.20.74",
        "requestParameters": parameters or None,
        "eventType": form.kind,
    }
    if form.key:
        owner = form.key.split(":")[4]
        record["resources"] = [
            {"accountId": owner, "type": "AWS::KMS::Key", "ARN": form.key},
        ]
    if form.error:
        record |= {"errorCode": form.error, "errorMessage": "User is not authorized"}
    return record
