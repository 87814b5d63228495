"""Calls to AWS: paginated, retried, and every error a value, never a crash."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions

from estimator.discovery.aws import calls
from estimator.discovery.aws.calls import ASSUME, IDENTITY, Call
from estimator.discovery.aws.connections import (
    Hosts,
    asks_a_human,
    client_config,
    no_way_in,
    open_session,
)
from estimator.discovery.aws.failures import (
    ENDLESS,
    NO_ANSWER,
    NO_ROLE,
    UNPARSED,
    Failure,
    Kind,
    cure,
    describe,
    failure_of,
)
from estimator.discovery.aws.waiting import Patience, within
from estimator.discovery.completeness import Completeness
from estimator.figures import listed
from pricing.arns import format_arn, is_account, parse_arn

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
    calls.ROOTS: "accounts",
    calls.UNITS: "accounts",
    calls.CHILDREN: "accounts",
    calls.TAGS: "accounts",
    calls.REGIONS: "accounts",
}
_MOST_PLACES = 3
# pages without anything, one after another: AWS sends a few, a broken proxy sends them for ever
_MOST_EMPTY = 30
# an organization has hundreds of thousands of accounts with Regions, and a client is a megabyte
_MOST_CLIENTS = 64
# places that AWS throttled to the last attempt, one after another: each takes a minute, and a large
# organization has thousands
_MOST_IN_A_ROW = 8
_RAISED = (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError, *UNPARSED)


@dataclass(frozen=True)
class AccountAccess:
    """An account, and the credentials to ask in its name; None for those of the session."""

    account: str
    partition: str
    credentials: Mapping[str, str] | None = None
    # the ARN of the role that gave them
    role: str = ""

    @property
    def place(self) -> str:
        """As notices write it."""
        return f"account {self.account}"


@dataclass
class AwsClient:
    """Makes calls that only read, and counts those that had no response."""

    profile: str | None = None
    region: str | None = None
    external_id: str | None = None
    patience: Patience = field(default_factory=Patience)
    # places without an answer, by call and reason
    failed: dict[tuple[Call, Failure], list[str]] = field(default_factory=lambda: defaultdict(list))
    answered: Counter[Call] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _session: Any = None
    # making one takes as long as an answer
    _clients: OrderedDict[tuple[Any, ...], tuple[Any, Callable[[], float]]] = field(
        default_factory=OrderedDict
    )
    _hosts: Hosts = field(init=False)
    # where AWS throttled, or did not serve, to the last attempt: asked once from then on; and how
    # many such places a call had one after another
    _exhausted: set[tuple[str, str, str | None]] = field(default_factory=set)
    _in_a_row: Counter[Call] = field(default_factory=Counter)
    # credentials of roles that ended and were had anew
    _renewed: dict[str, Mapping[str, str]] = field(default_factory=dict)
    # why the session's own credentials ended
    _ended: Failure | None = None

    def __post_init__(self) -> None:
        self._hosts = Hosts(self.patience.rest)

    def open(self) -> AccountAccess:
        """Log in; returns who asks.

        Raises
        ------
        KmscostError
            There is no network, there are no credentials, or AWS does not take them.
        """
        attempts = self.patience.login_attempts
        host = ["the host that gives credentials"]

        def log_in() -> Mapping[str, Any] | Failure:
            self._session = open_session(self.profile, self.region, self.patience)
            self.region = self._session.region_name or "us-east-1"
            client, begun = self._client(IDENTITY, self.region, None, attempts)
            credentials = self._session.get_credentials()
            if credentials is not None:
                credentials.get_frozen_credentials()  # calls of their own, to other hosts
            host[0] = client.meta.endpoint_url.rpartition("/")[2]
            return _call(client, IDENTITY, {}, self.patience.answer, begun)

        try:
            if asks_a_human(self.profile):
                response = log_in()
            else:
                response = within(self.patience.login, log_in)
        except TimeoutError:
            cause = f"no answer within {self.patience.login:g} seconds"
            failure = Failure("", Kind.network, host=host[0], cause=cause)
            raise no_way_in(failure, None, self.region) from None
        except (*_RAISED, ValueError, OSError) as error:
            raise no_way_in(failure_of(error, attempts), error, self.region) from None
        if isinstance(response, Failure):
            raise no_way_in(response, None, self.region)
        if not is_account(response.get("Account")):
            raise no_way_in(NO_ANSWER, None, self.region)
        arn = parse_arn(response.get("Arn"))
        return AccountAccess(str(response.get("Account")), arn.partition if arn else "aws")

    def assume(
        self, access: AccountAccess, account: str, roles: tuple[str, ...]
    ) -> AccountAccess | None:
        """The first role of another account that lets us in; None where none does."""
        # roles named by ARN may all be of other accounts
        failure = NO_ROLE
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
            credentials = self._assume(access, arn)
            if not isinstance(credentials, Failure):
                return AccountAccess(account, access.partition, credentials, arn)
            failure = credentials
        self.fail(ASSUME, failure, f"account {account}")
        return None

    def _assume(self, access: AccountAccess, role: str) -> Mapping[str, str] | Failure:
        more = {"ExternalId": self.external_id} if self.external_id is not None else {}
        response = self.ask(
            access, ASSUME, RoleArn=role, RoleSessionName="kmscost-discover", **more
        )
        if isinstance(response, Failure):
            return response
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        secret = response["Credentials"]
        if not isinstance(secret, Mapping) or not all(secret.get(name) for name in names):
            return NO_ANSWER
        return dict(
            zip(
                ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"),
                (str(secret[name]) for name in names),
                strict=True,
            )
        )

    def ask(
        self, access: AccountAccess, call: Call, region: str | None = None, **arguments: Any
    ) -> dict[str, Any] | Failure:
        """The whole response to a call, all of its pages; or why there is none."""
        response = self._ask(access, call, region, arguments)
        if isinstance(response, Failure) and response.kind is Kind.expired and access.role:
            # sessions of roles last an hour, and a large organization takes longer
            own = AccountAccess("", access.partition)
            renewed = self._assume(own, access.role)
            if isinstance(renewed, Failure):
                return response
            with self._lock:
                self._renewed[access.account] = renewed
            response = self._ask(access, call, region, arguments)
        return response

    def _ask(
        self,
        access: AccountAccess,
        call: Call,
        region: str | None,
        arguments: Mapping[str, Any],
    ) -> dict[str, Any] | Failure:
        is_own = not access.role
        if is_own and self._ended is not None:
            return self._ended
        place = (access.account, call.service, region)
        with self._lock:
            credentials = self._renewed.get(access.account, access.credentials)
            is_exhausted = place in self._exhausted or self._in_a_row[call] >= _MOST_IN_A_ROW
            attempts = 1 if is_exhausted else self.patience.attempts
        response: dict[str, Any] | Failure
        try:
            client, begun = self._client(call, region or self.region, credentials, attempts)
            response = _call(client, call, arguments, self.patience.answer, begun)
        except TimeoutError:
            response = self._hosts.give_up(client)
        except _RAISED as error:
            response = failure_of(error, self.patience.attempts)
        with self._lock:
            if not isinstance(response, Failure):
                self.answered[call] += 1
                self._exhausted.discard(place)
                self._in_a_row[call] = 0
            elif response.kind in (Kind.throttled, Kind.server):
                self._exhausted.add(place)
                self._in_a_row[call] += 1
            elif is_own and response.kind in (Kind.expired, Kind.login):
                self._ended = response
        return response

    def _client(
        self,
        call: Call,
        region: str | None,
        credentials: Mapping[str, str] | None,
        attempts: int,
    ) -> tuple[Any, Callable[[], float]]:
        """A client, and when its last attempt began; the clients of the last calls are kept."""
        own = (credentials or {}).get("aws_access_key_id")
        # what S3 answers is looked at by the call
        key = (call.service, region, own, attempts, call if call.service == "s3" else None)
        with self._lock:  # sessions make one client at a time; clients serve many threads
            if key in self._clients:
                self._clients.move_to_end(key)
                return self._clients[key]
            config = client_config(self.patience, attempts)
            client = self._session.client(
                call.service, region_name=region, config=config, **(credentials or {})
            )
            if call.service == "s3":
                client.meta.events.register_last("after-call", _drop_foreign(call))
            self._clients[key] = client, self._hosts.watch(client)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)
            return self._clients[key]

    def fail(self, call: Call, failure: Failure, place: str) -> None:
        """Note that a call had no response."""
        if failure.kind is Kind.absent:
            return
        with self._lock:
            self.failed[call, failure].append(place)

    def note_gaps(self, completeness: Completeness) -> None:
        """Note what every call without an answer leaves unknown."""
        for (call, failure), places in self.failed.items():
            section = _SECTIONS.get(call, "keys")
            for place in sorted(places):
                completeness.missed(section, place, describe(call, failure), cure(call, failure))

    def notices(self) -> Iterator[str]:
        """One line for each reason why a call had no answer, with what to do."""
        for call, failure in sorted(self.failed, key=lambda key: (key[0].action, key[1].reason)):
            places = self.failed[call, failure]
            where = listed(sorted(places), _MOST_PLACES)
            read = ""
            if failure.kind in (Kind.expired, Kind.login):
                read = f", after {self.answered[call]:,} answers to it"
            yield (
                f"{describe(call, failure)}{read} ({where}): {cure(call, failure)}; what it would "
                "tell is missing"
            )


def _call(
    client: Any,
    call: Call,
    arguments: Mapping[str, Any],
    seconds: float,
    begun: Callable[[], float],
) -> dict[str, Any] | Failure:
    """One call with all its pages, each attempt at each within so many seconds."""
    if not client.can_paginate(call.method):
        method = getattr(client, call.method)
        response: dict[str, Any] = within(seconds, lambda: method(**arguments), begun)
        if _is_answer(response, call):
            # saved responses have none, and both kinds are read by the same rules
            response.pop("ResponseMetadata", None)
            return response
        return NO_ANSWER
    # a page is no whole list: what is on the next one would be missing without a word
    member, found, tokens, empty = call.members[0], [], set(), 0
    pages = iter(client.get_paginator(call.method).paginate(**arguments))
    while (page := within(seconds, lambda: next(pages, None), begun)) is not None:
        if not _is_answer(page, call):
            return NO_ANSWER
        token = page.get("NextToken") or page.get("NextMarker")
        empty = 0 if page[member] else empty + 1
        # botocore knows a token that comes twice in a row, not those that go round in circles
        if token in tokens or empty > _MOST_EMPTY:
            return ENDLESS
        tokens |= {token} - {None}
        found += page[member]
    return {member: found}


def _is_answer(response: Any, call: Call) -> bool:
    """False for what is none of AWS's answers: a proxy's page, or half of an answer."""
    return any(name in response for name in call.members)


def _drop_foreign(call: Call) -> Callable[..., None]:
    """Take away what botocore reads out of any page that is well-formed XML.

    Of a bucket's location it takes the first text, which is nothing most often, and nothing means
    us-east-1; of its encryption an empty configuration.
    """

    def drop(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        for name in call.members:
            if name.encode() not in http_response.content:
                parsed.pop(name, None)

    return drop
