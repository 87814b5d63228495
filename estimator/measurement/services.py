"""Whose request it is: the service that asked KMS, and what it asked for. One table of rules.

In this order: a trail in the encryption context; another key of it that a service documents; the
service that the event names as the one between (``invokedBy``, else ``sourceIPAddress``, else
``userAgent``); nobody between. What no rule covers is `UNKNOWN`, never another's. `kms:ViaService`
is a condition of policies, and stands in no event that was found.

Sources: of each key its rule; CloudTrail User Guide, "CloudTrail record contents" (``invokedBy``;
for services ``sourceIPAddress`` is their DNS name, of a console it is the user's address); IAM User
Guide, "Forward access sessions" (``fas.``). Checked 2026-11-28.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pricing.arns import format_arn
from pricing.region_codes import WELL_FORMED

DIRECT, UNKNOWN = "direct", "unknown"
TRAIL_KEY, OBJECT_KEY = "aws:cloudtrail:arn", "aws:s3:arn"
EXPRESS_KEY = "aws:s3express:arn"
FUNCTION_KEY = "aws:lambda:FunctionArn"

# where a grant has the context that it is limited to: KMS API Reference, GrantConstraints
OF_GRANTS = ("encryptionContextSubset", "encryptionContextEquals")

_KMS_GUIDE = "KMS Developer Guide, "
_NOT_DOCUMENTED = "real events of 2024; no text of AWS was found"


class ContextRule(NamedTuple):
    """A key of the encryption context that one service writes.

    Attributes
    ----------
    key : str
        The key, as AWS spells it.
    service : str
        AWS's short name of the service: the first label of its `kms:ViaService`.
    resource : str
        What the value names, in a word.
    source : str
        Where it is said.
    arn : str
        The ARN of a resource that the value names by its bare name, which others have too in other
        accounts and Regions; empty where the value is an ARN or an id that AWS makes unique.
    within : str
        The key whose value stands before the name, as the keyspace of a table.
    """

    key: str
    service: str
    resource: str
    source: str
    arn: str = ""
    within: str = ""


# the first of these that a context has decides: the volume of a database names both of them
CONTEXT_RULES = (
    ContextRule(TRAIL_KEY, "cloudtrail", "trail", _KMS_GUIDE + "How AWS CloudTrail uses AWS KMS"),
    # ECR keeps layers in a bucket of AWS's own, which its context names as well
    ContextRule(
        "aws:ecr:arn", "ecr", "repository", "ECR User Guide, Encryption at rest: context of both"
    ),
    ContextRule(OBJECT_KEY, "s3", "bucket", "S3 User Guide, Encryption context of SSE-KMS"),
    ContextRule(
        EXPRESS_KEY,
        "s3express",
        "directory bucket",
        "S3 User Guide, SSE-KMS in directory buckets: Encryption context",
    ),
    ContextRule(
        "SecretARN", "secretsmanager", "secret", "Secrets Manager User Guide, Encryption context"
    ),
    ContextRule(
        "PARAMETER_ARN", "ssm", "parameter", _KMS_GUIDE + "Parameter Store encryption context"
    ),
    ContextRule(
        FUNCTION_KEY, "lambda", "function", "Lambda Developer Guide, Data encryption at rest"
    ),
    ContextRule(
        "aws:dynamodb:tableName",
        "dynamodb",
        "table",
        _KMS_GUIDE + "DynamoDB encryption context",
        arn="table/{name}",
    ),
    ContextRule(
        "aws:cassandra:tableName",
        "cassandra",
        "table",
        "Keyspaces Developer Guide, context",
        arn="/keyspace/{within}/table/{name}",
        within="aws:cassandra:keyspaceName",
    ),
    # RDS's own ids of databases, as EBS's of volumes and EFS's of file systems, are no names
    ContextRule("aws:rds:db-id", "rds", "database", _KMS_GUIDE + "Amazon RDS encryption context"),
    ContextRule("aws:rds:dbc-id", "rds", "database cluster", "Aurora User Guide, Key management"),
    ContextRule(
        "aws:workspaces:sid-directoryid",
        "workspaces",
        "WorkSpace",
        _KMS_GUIDE + "WorkSpaces encryption context",
    ),
    ContextRule("aws:ebs:id", "ec2", "volume", _KMS_GUIDE + "Amazon EBS encryption context"),
    ContextRule("aws:redshift:arn", "redshift", "cluster", _KMS_GUIDE + "Redshift, context"),
    ContextRule("aws:sqs:arn", "sqs", "queue", _NOT_DOCUMENTED),
    ContextRule(
        "aws:sns:topicArn", "sns", "topic", "GameLift guide, SNS topic with server-side encryption"
    ),
    ContextRule(
        "aws:logs:arn", "logs", "log group", "CloudWatch Logs User Guide, Encrypt log data"
    ),
    ContextRule("aws:eks:context", "eks", "cluster", _NOT_DOCUMENTED),
    ContextRule(
        "aws:backup:backup-vault",
        "backup",
        "vault",
        "AWS managed policies of AWS Backup",
        arn="backup-vault:{name}",
    ),
    ContextRule(
        "aws:elasticfilesystem:filesystem:id",
        "elasticfilesystem",
        "file system",
        "EFS User Guide, Encrypting data at rest",
    ),
    ContextRule(
        "aws:kinesis:arn", "kinesis", "stream", "Kinesis Data Streams Developer Guide, context"
    ),
    ContextRule(
        "aws:events:event-bus:arn", "events", "event bus", "EventBridge User Guide, Encryption"
    ),
    ContextRule(
        "aws:states:stateMachineArn", "states", "state machine", "Step Functions, Data at rest"
    ),
    ContextRule("aws:states:activityArn", "states", "activity", "Step Functions, Data at rest"),
    ContextRule(
        "aws:ses:rule-name",
        "ses",
        "receipt rule",
        _KMS_GUIDE + "Amazon SES encryption context",
        arn="receipt-rule-set/*:receipt-rule/{name}",  # the set is not told
    ),
    ContextRule(
        "aws:workmail:arn", "workmail", "organization", _KMS_GUIDE + "WorkMail encryption context"
    ),
    # beside the load balancer, the API or the service that uses the certificate
    ContextRule("aws:acm:arn", "acm", "certificate", "ACM User Guide, events of CloudTrail"),
    ContextRule(
        "glue_catalog_id",
        "glue",
        "data catalog",
        "AWS's key policy for Glue's metadata export",
        arn="catalog",  # its name is the id of the account that it is in
    ),
)
# the part of a value that names the resource: the bucket of an object, for objects are met by the
# million; a function without its version or alias. Regular expressions, for SQL takes them too.
# An ARN with an account names what kind of bucket it is first: `bucket/`, `accesspoint/`
_BUCKET = "^(?:[^:/]*:){4}[^:/]+:[^:/]+/[^/]*|^[^/]*"
FOLDS = {
    OBJECT_KEY: _BUCKET,
    EXPRESS_KEY: _BUCKET,
    FUNCTION_KEY: "^(?:[^:]*:){6}[^:]*",
}
RULE_PLACES = {rule.key: place for place, rule in enumerate(CONTEXT_RULES)}
_NOWHERE = len(CONTEXT_RULES)
_FOLDS = {RULE_PLACES[key]: re.compile(pattern) for key, pattern in FOLDS.items()}
_WITHIN = {RULE_PLACES[rule.key]: rule.within for rule in CONTEXT_RULES if rule.within}

# the same service under another label of its host name; a console is its user's own hand
_OTHER_LABELS = {"ec2-frontend-api": "ec2"}
# labels behind the service's own, which else stands last: Service Authorization, License Manager
_BEHIND = frozenset({"member-account", "master-account"})
CONSOLES = frozenset({"signin", "console"})
HOSTS = (".amazonaws.com", ".amazonaws.com.cn")
INTERNAL = "AWS Internal"
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
LONGEST_KEY, MOST_KEYS = 40, 5  # of a context that no rule covers, shown as an example


class Origin(NamedTuple):
    """What an event says of its request's way to KMS.

    Attributes
    ----------
    place : int
        The rule of its encryption context; -1 where none is met.
    resource : str
        What the context names, of many alike one.
    via : str
        The service between, `DIRECT` or `UNKNOWN`.
    keys : str
        Of an unknown service the keys of the context, for an example.
    """

    place: int = -1
    resource: str = ""
    via: str = DIRECT
    keys: str = ""

    @property
    def service(self) -> str:
        """The service that asked, or `DIRECT` or `UNKNOWN`."""
        return CONTEXT_RULES[self.place].service if self.place >= 0 else self.via


def context_of(context: Mapping[str, str]) -> tuple[int, str]:
    """The rule that an encryption context meets, and the resource that it names.

    >>> context_of({"aws:s3:arn": "arn:aws:s3:::photos/2026/a.jpg"})
    (2, 'arn:aws:s3:::photos')
    >>> context_of({"aws:s3:arn": "arn:aws:s3tables:us-east-1:111122223333:bucket/web/table/7e"})
    (2, 'arn:aws:s3tables:us-east-1:111122223333:bucket/web')
    >>> context_of({"purpose": "test"})
    (-1, '')
    """
    best, value = _NOWHERE, ""
    for key, named in context.items():
        place = RULE_PLACES.get(key, _NOWHERE)
        if place < best:
            best, value = place, named
    if best == _NOWHERE:
        return -1, ""
    if best in _WITHIN and context.get(_WITHIN[best]):
        return best, f"{context[_WITHIN[best]]}/{value}"
    found = _FOLDS[best].match(value) if best in _FOLDS else None
    return best, found[0] if found else value


def identify(place: int, resource: str, account: str, region: str) -> str:
    """The resource apart from all others: a bare name with the account and Region that it is in.

    Parameters
    ----------
    place : int
        The rule of the context.
    resource : str
        What the context names (`context_of`).
    account, region : str
        Those of the request.

    >>> identify(RULE_PLACES["aws:dynamodb:tableName"], "Orders", "111122223333", "eu-west-1")
    'arn:aws:dynamodb:eu-west-1:111122223333:table/Orders'
    """
    if place < 0 or not resource or resource.startswith("arn:"):
        return resource
    rule = CONTEXT_RULES[place]
    if not rule.arn or not account or not WELL_FORMED.fullmatch(region):
        return resource
    if _ACCOUNT.fullmatch(resource):
        account = resource
    within, _, name = resource.rpartition("/") if rule.within else ("", "", resource)
    path = rule.arn.format(within=within or "*", name=name)
    return format_arn(rule.service, path, account, region)


def shown_keys(context: Mapping[str, str]) -> str:
    """The keys of a context for people, never its values: a caller may have put anything there."""
    names = sorted(key[:LONGEST_KEY] for key in context)
    return ", ".join(names[:MOST_KEYS]) + ", ..." * (len(names) > MOST_KEYS)


def via_of(named: str, address: str, agent: str) -> str:
    """The service between a caller and KMS, `DIRECT` or `UNKNOWN`.

    Parameters
    ----------
    named : str
        What the identity says (`named_between`).
    address, agent : str
        ``sourceIPAddress`` and ``userAgent``; empty where there is none.

    >>> via_of("", "fas.s3.eu-west-1.amazonaws.com", ""), via_of("", "192.0.2.1", "aws-cli/2")
    ('s3', 'direct')
    >>> via_of("", "AWS Internal", "AWS Internal"), via_of("unknown", "", "")
    ('unknown', 'unknown')
    """
    if named and named != UNKNOWN:
        return named
    # nearly all name no host: there are as many addresses and agents as callers
    service = (address.endswith(HOSTS) and service_of(address)) or (
        agent.endswith(HOSTS) and service_of(agent)
    )
    return service or (UNKNOWN if named or address == INTERNAL else DIRECT)


def named_between(invoked_by: str, is_service: bool) -> str:
    """The service that an identity names between itself and KMS.

    `UNKNOWN` where one is there without a name, nothing where none is told of.

    >>> named_between("secretsmanager.amazonaws.com", False), named_between("AWS Internal", False)
    ('secretsmanager', 'unknown')
    >>> named_between("signin.amazonaws.com", False), named_between("", True)
    ('', 'unknown')
    """
    is_console = invoked_by.endswith(HOSTS) and not service_of(invoked_by)
    return service_of(invoked_by) or (
        UNKNOWN if is_service or (invoked_by and not is_console) else ""
    )


@lru_cache(maxsize=4096)
def service_of(host: str) -> str:
    """AWS's short name of the service with this host name; empty for what is none.

    >>> service_of("ec2-frontend-api.amazonaws.com"), service_of("delivery.logs.amazonaws.com")
    ('ec2', 'logs')
    >>> service_of("license-manager.member-account.amazonaws.com")
    'license-manager'
    >>> service_of("203.0.113.7"), service_of("console.amazonaws.com")
    ('', '')
    """
    host = host.lower()
    end = next((end for end in HOSTS if host.endswith(end)), None)
    if end is None or " " in host or "/" in host:
        return ""
    labels = [
        label
        for label in host.removesuffix(end).split(".")
        if label not in _BEHIND and not WELL_FORMED.fullmatch(label)
    ]
    if not labels or CONSOLES.intersection(labels):
        return ""
    return _OTHER_LABELS.get(labels[-1], labels[-1])
