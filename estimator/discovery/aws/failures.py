"""Why a call to AWS has no answer, and what to do: network, login, throttling are three things."""

from __future__ import annotations

import re
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions
import botocore.parsers

from estimator.discovery.aws.calls import ACCOUNTS, ASSUME, Call
from estimator.discovery.key_states import cure_of_error


class Kind(StrEnum):
    """The kinds of failures; each has a cure of its own."""

    denied = "denied"
    throttled = "throttled"
    expired = "expired"
    # keys that nobody knows, or that this Region does not take
    unknown_credentials = "unknown credentials"
    login = "login"
    clock = "clock"
    network = "network"
    no_answer = "no answer"
    server = "server"
    # an answer of its own kind: nothing is missing
    absent = "absent"
    other = "other"


# codes of AWS's errors: each service's API reference and botocore's own lists of what to try again,
# checked 2026-11-28
_CODES: dict[Kind, tuple[str, ...]] = {
    Kind.denied: (
        *("AccessDenied", "AccessDeniedException", "AuthorizationError", "403"),
        *("UnauthorizedOperation", "UnauthorizedException"),
    ),
    Kind.throttled: (
        *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled"),
        *("RequestThrottledException", "TooManyRequestsException", "RequestLimitExceeded"),
        *("SlowDown", "EC2ThrottledException", "BandwidthLimitExceeded", "429"),
        "PriorRequestNotComplete",
    ),
    # EC2 says RequestExpired where others say ExpiredToken
    Kind.expired: (
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "TokenRefreshRequired",
    ),
    Kind.unknown_credentials: (
        *("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
        *("InvalidToken", "AuthFailure", "SignatureDoesNotMatch", "InvalidSignatureException"),
        *("IncompleteSignature", "MissingAuthenticationToken", "NotSignedUp", "OptInRequired"),
        "MissingAuthenticationTokenException",
    ),
    Kind.clock: ("RequestTimeTooSkewed", "RequestInTheFuture"),
    Kind.absent: (
        *("AWSOrganizationsNotInUseException", "NoSuchBucket", "UnsupportedOperationException"),
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}
# a wrong clock is a wrong signature to some services: only their words tell
_CLOCK = re.compile(
    r"signature (?:expired|not yet current)|is now (?:earlier|later) than", re.IGNORECASE
)
# why it was denied, in AWS's own words, without the names that stand before it
_WORDS = re.compile(r"with an explicit deny in [\w -]+|because no [\w -]+ allows")
# what botocore raises for a page that is well-formed XML and no answer: its parsers expect one
UNPARSED = (botocore.parsers.ResponseParserError, LookupError, TypeError, AttributeError)
# credentials that were there, or should be, and cannot be had: botocore has a class for each way
_LOGIN = ("Credential", "Token", "SSO", "Login", "MFA", "Profile", "Config")
_LONGEST = 300
_PROXY = {"407", "511"}  # of HTTP's status: what only a proxy or a network's login answers
_SERVER_ERRORS = 500  # of HTTP's status

LOGIN_CURE = (
    "log in (`aws configure`, `aws sso login`), or name a profile with --profile; "
    "`aws sts get-caller-identity` shows whether it works"
)
_NETWORK_CURE = (
    "check network, VPN and proxy (HTTPS_PROXY, NO_PROXY), or in a VPC its endpoint, and run it "
    "again: no login helps"
)
_TLS_CURE = (
    "a proxy or firewall answers in place of AWS: name its certificate in AWS_CA_BUNDLE, or let it "
    "pass this host, and run it again"
)
_CLOCK_CURE = "set this computer's clock: AWS takes no request that is minutes off its own"


@dataclass(frozen=True)
class Failure:
    """Why a call has no response."""

    code: str
    kind: Kind = Kind.other
    # of a denial, AWS's own reason
    words: str = ""
    # of the network: the host, and what happened
    host: str = ""
    cause: str = ""
    # how many times it was tried
    attempts: int = 0

    @property
    def reason(self) -> str:
        """What happened, without the call."""
        if self.kind is Kind.network:
            return f"no connection to {self.host} ({self.cause})"
        reasons = {
            Kind.denied: self.words,
            Kind.throttled: f"throttled in each of {self.attempts} attempts",
            Kind.expired: f"the credentials ended midway ({self.code})",
            Kind.login: f"the credentials ended midway ({self.code})",
            Kind.unknown_credentials: f"the credentials are not taken here ({self.code})",
            Kind.clock: f"this computer's clock is wrong ({self.code})",
            Kind.no_answer: "what came is no answer of AWS, such as a proxy's page",
            Kind.server: f"an error of AWS's own in each of {self.attempts} attempts ({self.code})",
        }
        return reasons.get(self.kind, self.code)

    @property
    def is_policy(self) -> bool:
        """True where a policy of the organization denies it, whatever the account allows."""
        return self.kind is Kind.denied and "explicit deny" in self.words


NO_ANSWER = Failure("no answer of AWS", Kind.no_answer)
ENDLESS = Failure("pages without end")
NO_ROLE = Failure("no role of it is named")


def failure_of(error: Exception, attempts: int) -> Failure:
    """Classify what a call raised."""
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        code, message = str(details.get("Code")), str(details.get("Message"))
        return failure_of_code(code, message, status, attempts)
    if isinstance(error, UnreachableHostError):
        return error.failure
    host = host_of(error)
    if host:
        return Failure(type(error).__name__, Kind.network, host=host, cause=_cause(error))
    name = type(error).__name__
    if isinstance(error, UNPARSED):
        return NO_ANSWER
    if isinstance(error, botocore.exceptions.PaginationError):  # the same token twice in a row
        return ENDLESS
    is_login = any(part in name for part in _LOGIN)
    return Failure(name, Kind.login if is_login else Kind.other)


def failure_of_code(
    code: str, message: str = "", status: int | None = None, attempts: int = 0
) -> Failure:
    """Classify an error that AWS answered with."""
    kind = Kind.no_answer if _PROXY & {code, str(status)} else _KINDS.get(code)
    if kind is None:
        kind = Kind.server if status is not None and status >= _SERVER_ERRORS else Kind.other
    if _CLOCK.search(message):
        kind = Kind.clock
    found = _WORDS.search(message) if kind is Kind.denied else None
    return Failure(code, kind, found[0].strip() if found else "", attempts=attempts)


class UnreachableHostError(botocore.exceptions.BotoCoreError):  # type: ignore[misc]  # untyped
    """A host that did not answer is not asked again: its failure stands for all further calls."""

    fmt = "no connection"

    def __init__(self, failure: Failure) -> None:
        super().__init__()
        self.failure = failure


def host_of(error: BaseException) -> str:
    """The host that could not be reached; empty for errors of another kind."""
    details: dict[str, Any] = getattr(error, "kwargs", {}) or {}
    # whoever stands between is the host to look at; its URL may hold a password
    url = details.get("proxy_url") or details.get("endpoint_url")
    network = (botocore.exceptions.ConnectionError, botocore.exceptions.HTTPClientError)
    if not isinstance(error, network):
        # the login's own calls: of SSO, of a role by its profile
        inner = error.__cause__ or error.__context__
        return host_of(inner) if inner is not None else ""
    if not isinstance(url, str):
        return "AWS"
    parts = urlsplit(url)
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{'proxy ' if details.get('proxy_url') else ''}{parts.hostname or 'AWS'}{port}"


def _cause(error: BaseException) -> str:
    """What happened to a connection, in a few words."""
    chain: list[BaseException] = []
    inner: BaseException | None = error
    while inner is not None and len(chain) < 20:
        chain.append(inner)
        own = getattr(inner, "kwargs", {}) or {}
        following = own.get("error") if isinstance(own, dict) else None
        inner = following or inner.__cause__ or inner.__context__
    if any(isinstance(part, botocore.exceptions.ReadTimeoutError) for part in chain):
        return "it takes the connection and does not answer"
    if any(isinstance(part, botocore.exceptions.ProxyConnectionError) for part in chain):
        return "the proxy does not let it pass"
    for kind, words in (
        (socket.gaierror, "no such name in DNS"),
        (UnicodeError, "no such name in DNS"),
        (ssl.SSLCertVerificationError, "TLS: its certificate is not trusted"),
        (ssl.SSLError, "TLS: what answers does not speak it"),
        (botocore.exceptions.SSLError, "TLS: no secure connection"),
        (ConnectionRefusedError, "refused"),
        (ConnectionResetError, "reset while it was in use"),
        (botocore.exceptions.ConnectTimeoutError, "timed out"),
        (TimeoutError, "timed out"),
        (botocore.exceptions.ConnectionClosedError, "closed before an answer"),
    ):
        if any(isinstance(part, kind) for part in chain):
            return words
    found = next((part for part in chain if isinstance(part, OSError) and part.strerror), None)
    return str(found.strerror) if found is not None else type(error).__name__


def describe(call: Call, failure: Failure) -> str:
    """Why a call has no answer, as the draft says it."""
    if failure.kind is Kind.denied:
        return f"denied {call.action}" + (f", {failure.words}" if failure.words else "")
    if failure.kind is Kind.throttled:
        return f"throttled {call.action}"
    return f"no answer to {call.action}, {failure.reason}"


def cure(call: Call, failure: Failure) -> str:
    """What to do about it."""
    if failure is NO_ROLE:
        return "name one with --role"
    if failure.is_policy:  # allowing it elsewhere changes nothing
        return "only the organization can allow it"
    if failure.kind is Kind.denied and call is ASSUME:
        return (
            f"allow {call.action}, see --print-policy, and let the role's trust policy name who "
            "asks (and --external-id, where it wants one)"
        )
    if failure.kind is Kind.denied and call is ACCOUNTS:
        return (
            f"allow {call.action}, see --print-policy; only the management account and delegated "
            "administrators are told the list: ask as one of them"
        )
    if failure.code.endswith(("NotFoundException", "NotFound")):
        return "look whether it is still there: a trail whose key is gone delivers nothing"
    if failure.kind is Kind.other and cure_of_error(failure.code):
        return cure_of_error(failure.code)
    cures = {
        Kind.denied: f"allow {call.action}, see --print-policy",
        Kind.throttled: "nothing is wrong with login or network: run it again later",
        Kind.expired: "log in and run it again",
        Kind.login: "log in and run it again",
        Kind.clock: _CLOCK_CURE,
        Kind.network: _TLS_CURE if failure.cause.startswith("TLS") else _NETWORK_CURE,
        Kind.unknown_credentials: (
            "where it is not enabled in the account, enable the Region or leave it out with "
            "--regions; where they are of the global STS endpoint, set "
            "AWS_STS_REGIONAL_ENDPOINTS=regional"
        ),
        Kind.server: "run it again later; https://health.aws.amazon.com tells of outages",
        Kind.no_answer: "log in to the proxy, or let it pass AWS, and run it again",
    }
    return cures.get(failure.kind, "run it again later")


def shorten(error: BaseException) -> str:
    """An error's own words on one line."""
    return " ".join(str(error).split())[:_LONGEST]
