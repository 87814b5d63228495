"""Calls to AWS: paginated, retried, and every error a notice, never a crash."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers

from estimator.discovery.aws import calls
from estimator.discovery.aws.calls import ASSUME, IDENTITY, Call
from estimator.discovery.completeness import Completeness
from pricing.arns import format_arn, is_account, parse_arn
from pricing.reading.problems import KmscostError, Problem

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "AuthorizationError",
    "UnauthorizedOperation",
    "403",
}
_THROTTLED = {
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# responses of their own kind: nothing is missing
_NO_SUCH = {
    "AWSOrganizationsNotInUseException",
    "NoSuchBucket",
    "ServerSideEncryptionConfigurationNotFoundError",
    "UnsupportedOperationException",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_NO_ANSWER = "no answer of AWS"
# what botocore raises for a page that is well-formed XML and no answer: its parsers expect one
_UNPARSED = (botocore.parsers.ResponseParserError, LookupError, TypeError, AttributeError)
# why it was denied, in AWS's own words, without the names that stand before it
_WORDS = re.compile(r"with an explicit deny in [\w -]+|because no [\w -]+ allows")
# what is missing from the draft where a call has no answer
_SECTIONS = {
    calls.TRAILS: "trails",
    calls.STATUS: "trails",
    calls.SELECTORS: "trails",
    calls.ENCRYPTION: "trails",
    calls.LOCATION: "trails",
    calls.ASSUME: "trails",
    calls.ORGANIZATION: "accounts",
    calls.ACCOUNTS: "accounts",
    calls.REGIONS: "accounts",
}
_LOGIN = (
    "log in (`aws configure`, `aws sso login`), or name a profile with --profile; "
    "`aws sts get-caller-identity` shows whether it works"
)
_MOST_PLACES = 3
_ATTEMPTS = 10
_FIRST_ATTEMPTS = 3  # nobody waits a minute to hear that there is no network


@dataclass(frozen=True)
class Failure:
    """Why a call has no response."""

    code: str
    message: str = ""

    @property
    def words(self) -> str:
        """AWS's reason for a denial, where it gives one: who may allow it depends on that."""
        found = _WORDS.search(self.message)
        return found[0].strip() if found else ""


@dataclass(frozen=True)
class AccountAccess:
    """An account, and the credentials to ask in its name; None for those of the session."""

    account: str
    partition: str
    credentials: Mapping[str, str] | None = None

    @property
    def place(self) -> str:
        """As notices write it."""
        return f"account {self.account}"


@dataclass
class AwsClient:
    """Makes calls that only read, and counts those that had no response."""

    profile: str | None = None
    region: str | None = None
    # places without an answer, by call, code and AWS's reason
    failed: dict[tuple[Call, str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _session: Any = None

    def open(self) -> AccountAccess:
        """Log in; returns who asks.

        Raises
        ------
        KmscostError
            There are no credentials, or AWS does not take them.
        """
        try:
            self._session = boto3.Session(profile_name=self.profile, region_name=self.region)
            self.region = self._session.region_name or "us-east-1"
            client = self._client(IDENTITY, self.region, None, _FIRST_ATTEMPTS)
            response = _identity(client)
        except (
            botocore.exceptions.BotoCoreError,
            botocore.exceptions.ClientError,
            ValueError,
        ) as error:
            reason = " ".join(str(error).split())[:300]
            problem = Problem("AWS", None, "", f"no way in ({reason})", "credentials", _LOGIN)
            raise KmscostError(problem) from None
        if not is_account(response.get("Account")):
            found = f"{_NO_ANSWER} to {IDENTITY.action}, such as a proxy's page"
            raise KmscostError(Problem("AWS", None, "", found, "an account", _LOGIN))
        arn = parse_arn(response.get("Arn"))
        return AccountAccess(str(response.get("Account")), arn.partition if arn else "aws")

    def assume(
        self, access: AccountAccess, account: str, roles: tuple[str, ...]
    ) -> AccountAccess | None:
        """The first role of another account that lets us in; None where none does."""
        failure = Failure("")
        for role in roles:
            own = parse_arn(role, "iam")
            # an ARN names one account; a name is tried in all of them
            if own is not None and own.account != account:
                continue
            arn = (
                own.text
                if own
                else format_arn("iam", f"role/{role}", account, partition=access.partition)
            )
            response = self.ask(access, ASSUME, RoleArn=arn, RoleSessionName="kmscost-discover")
            if not isinstance(response, Failure):
                secret = response["Credentials"]
                credentials = {
                    "aws_access_key_id": secret["AccessKeyId"],
                    "aws_secret_access_key": secret["SecretAccessKey"],
                    "aws_session_token": secret["SessionToken"],
                }
                return AccountAccess(account, access.partition, credentials)
            failure = response
        self.fail(ASSUME, failure, f"account {account}")
        return None

    def ask(
        self, access: AccountAccess, call: Call, region: str | None = None, **arguments: Any
    ) -> dict[str, Any] | Failure:
        """The whole response to a call, all of its pages; or why there is none."""
        try:
            client = self._client(call, region or self.region, access.credentials)
            # a page is no whole list: what is on the next one would be missing without a word
            if client.can_paginate(call.method):
                pages = client.get_paginator(call.method).paginate(**arguments)
                response: dict[str, Any] = pages.build_full_result()
            else:
                response = getattr(client, call.method)(**arguments)
        except botocore.exceptions.ClientError as error:
            details = error.response.get("Error", {})
            return Failure(str(details.get("Code")), str(details.get("Message")))
        except botocore.exceptions.BotoCoreError as error:
            return Failure(type(error).__name__, str(error))
        except _UNPARSED:
            return Failure(_NO_ANSWER)
        # a proxy's page is read as an answer without any member: nothing found is another thing
        if call.member and response.get(call.member) is None:
            return Failure(_NO_ANSWER)
        # saved responses have none, and both kinds are read by the same rules
        response.pop("ResponseMetadata", None)
        return response

    def _client(
        self,
        call: Call,
        region: str | None,
        credentials: Mapping[str, str] | None,
        attempts: int = _ATTEMPTS,
    ) -> Any:
        config = botocore.config.Config(
            retries={"mode": "standard", "max_attempts": attempts},
            connect_timeout=10,
            read_timeout=30,
            user_agent_extra="kmscost",
        )
        with self._lock:  # sessions make one client at a time; clients serve many threads
            return self._session.client(
                call.service, region_name=region, config=config, **(credentials or {})
            )

    def fail(self, call: Call, failure: Failure, place: str) -> None:
        """Note that a call had no response."""
        # such a code is itself what was asked for, and no permission is missing
        if failure.code in _NO_SUCH:
            return
        with self._lock:
            self.failed[call, failure.code, failure.words].append(place)

    def note_gaps(self, completeness: Completeness) -> None:
        """Note what every call without an answer leaves unknown."""
        for (call, code, words), places in self.failed.items():
            section = _SECTIONS.get(call, "keys")
            reason = _describe(call, code) + (f", {words}" if words else "")
            for place in sorted(places):
                completeness.missed(section, place, reason)

    def notices(self) -> Iterator[str]:
        """One line for each permission that is missing, and for each error."""
        for call, code, words in sorted(self.failed, key=lambda key: (key[0].action, *key[1:])):
            places, action = self.failed[call, code, words], call.action
            where = ", ".join(sorted(places)[:_MOST_PLACES])
            if len(places) > _MOST_PLACES:
                where += f" and {len(places) - _MOST_PLACES:,} more"
            if code in _DENIED and "explicit deny" in words:
                # allowing it elsewhere changes nothing
                yield f"denied {action} ({where}): {words}; what it would tell is missing"
            elif code in _DENIED:
                why = f"{words}: " if words else ""
                yield (
                    f"denied {action} ({where}): {why}allow {action}, see --print-policy; what it "
                    "would tell is missing"
                )
            elif code in _EXPIRED:
                yield (
                    f"no answer to {action} ({where}): the credentials ended midway ({code}): log "
                    "in and run it again"
                )
            elif code == _NO_ANSWER:
                yield (
                    f"no answer to {action} ({where}): what came is no answer of AWS, such as a "
                    "proxy's page"
                )
            elif code in _THROTTLED:
                yield f"throttled {action} after {_ATTEMPTS} attempts ({where}): run it again later"
            else:
                yield f"no answer to {action} ({where}): {code}"


def _identity(client: Any) -> Mapping[str, Any]:
    try:
        response: Mapping[str, Any] = client.get_caller_identity()
    except _UNPARSED:
        return {}
    return response


def _describe(call: Call, code: str) -> str:
    """Why a call has no answer, as the draft says it."""
    if code in _DENIED:
        return f"denied {call.action}"
    if code in _THROTTLED:
        return f"throttled {call.action}"
    if code in _EXPIRED:
        return f"no answer to {call.action}, the credentials ended midway ({code})"
    if code == _NO_ANSWER:
        return f"no answer to {call.action}, what came is none of AWS (a proxy's page)"
    return f"no answer to {call.action}: {code}"
