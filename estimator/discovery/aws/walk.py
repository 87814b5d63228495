"""Which calls live discovery makes: accounts, then Regions, trails, keys and buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimator.discovery.aws import calls
from estimator.discovery.aws.failures import NO_ANSWER, Failure, Kind, describe
from estimator.discovery.aws.requests import AccountAccess, AwsClient
from estimator.discovery.aws.units import ask_for_tags, ask_for_units
from estimator.discovery.aws.waiting import map_in_threads
from estimator.discovery.aws_responses import Origin, Responses
from estimator.discovery.aws_responses.organization import enabled_regions
from estimator.discovery.aws_responses.trails import LOGGING, NO_BUCKET, NO_ENCRYPTION
from pricing.arns import Arn, parse_arn
from pricing.regions import default_regions, partition_of

Step = Callable[[str, int, int], None]

_NOT_LOOKED_INTO = (
    "{count} of the organization's accounts were not looked into: trails of their own and their "
    "Regions are not known; --role NAME looks into them"
)
_NO_LIST = "the organization's accounts are not known ({reason}): trails of their own are not seen"
_DEFAULT_REGIONS = (
    "its enabled Regions are not known ({reason}): trails were looked for in those that are "
    "enabled by default, not in opt-in Regions"
)
_CLOSED = (
    "a policy of the organization denies it: where that closes the whole Region, CloudTrail writes "
    "digest files there and hardly a log file: lower files_per_day for it (a mapping of Regions)"
)
_NOT_ENABLED = "no account that was looked into has it enabled"
_NO_ARN = "a trail without an ARN was left out"
_HOME = {"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}


class Walk:
    """One pass over everything that the credentials and roles can see."""

    def __init__(
        self,
        aws: AwsClient,
        roles: Sequence[str],
        regions: Sequence[str] | None,
        step: Step | None,
        tags: bool = False,
    ) -> None:
        self._aws = aws
        self._roles = tuple(roles)
        self._only = regions
        self._wants_tags = tags
        self._step = step or (lambda *_: None)
        self.responses = Responses()
        self._accesses: dict[str, AccountAccess] = {}

    def run(self) -> None:
        """Ask all, and read the responses in an order that does not depend on who was first."""
        own = self._aws.open()
        home = _HOME.get(own.partition)
        # the session's Region may be none of this partition, and its endpoints would refuse
        if home and partition_of(str(self._aws.region)) != own.partition:
            self._aws.region = home
        self._accesses[own.account] = own
        others = self._members(own)
        self.responses.estate.add_account(own.account, calls.IDENTITY.action)
        self._let_in(own, others)
        regions = self._regions()
        trails = self._trails(regions)
        self._look_at("trails", self._trail, trails)
        # several trails share a key or a bucket: each is asked about once
        keys = {
            trail["KmsKeyId"]: trail for trail in trails if isinstance(trail.get("KmsKeyId"), str)
        }
        self._look_at("keys", self._key, [keys[arn] for arn in sorted(keys)])
        buckets = {trail["S3BucketName"]: trail for trail in trails if trail.get("S3BucketName")}
        self._look_at("buckets", self._bucket, [buckets[name] for name in sorted(buckets)])

    def _members(self, own: AccountAccess) -> list[str]:
        """The other accounts of the organization, by its own list, and those of roles by ARN."""
        response = self._aws.ask(own, calls.ORGANIZATION)
        if isinstance(response, Failure):
            self._aws.fail(calls.ORGANIZATION, response, own.place)
        else:
            self.responses.take(response, Origin(calls.ORGANIZATION.action))
        listed = self._aws.ask(own, calls.ACCOUNTS)
        if isinstance(listed, Failure):
            self._aws.fail(calls.ACCOUNTS, listed, own.place)
            # an account without an organization has no members to look into
            if listed.kind is not Kind.absent:
                reason = _NO_LIST.format(reason=describe(calls.ACCOUNTS, listed))
                self.responses.estate.completeness.absent("trails", reason)
        else:
            self.responses.take(listed, Origin(calls.ACCOUNTS.action))
            self.responses.judge_accounts()
            ask_for_units(self._aws, self.responses, own, self._each)
            if self._wants_tags:
                ask_for_tags(self._aws, self.responses, own, self._each)
            if own.account not in self.responses.estate.accounts:
                reason = f"the account that asks, {own.account}, is not in it"
                self.responses.estate.completeness.missed("accounts", calls.ACCOUNTS.action, reason)
                self.responses.estate.members = ""
        named = {arn.account for role in self._roles if (arn := parse_arn(role, "iam"))}
        return sorted({*self.responses.estate.accounts, *named} - {own.account})

    def _let_in(self, own: AccountAccess, others: list[str]) -> None:
        """Assume a role in each other account."""
        if not self._roles:
            if others:
                reason = _NOT_LOOKED_INTO.format(count=f"{len(others):,}")
                self.responses.estate.completeness.absent("trails", reason)
            return

        def assume(account: str) -> AccountAccess | None:
            return self._aws.assume(own, account, self._roles)

        for access in self._each("accounts", assume, others):
            if access is not None:
                self._accesses[access.account] = access
                self.responses.estate.add_account(access.account, calls.ASSUME.action)

    def _regions(self) -> list[tuple[AccountAccess, str]]:
        """Each account with each Region that it has enabled."""
        asked = list(self._accesses.values())

        def ask(access: AccountAccess) -> dict[str, Any] | Failure:
            return self._aws.ask(access, calls.REGIONS)

        found: list[tuple[AccountAccess, str]] = []
        for access, response in zip(asked, self._each("Regions", ask, asked), strict=True):
            is_failure = isinstance(response, Failure)
            enabled = () if is_failure else enabled_regions(response)
            if not enabled:  # every account has some
                failure = response if is_failure else NO_ANSWER
                self._aws.fail(calls.REGIONS, failure, access.place)
                reason = _DEFAULT_REGIONS.format(reason=describe(calls.REGIONS, failure))
                if self._only is None:
                    self.responses.estate.completeness.missed("trails", access.place, reason)
            else:
                self.responses.take(response, Origin(calls.REGIONS.action, access.account))
            wanted = enabled or self._only or default_regions(access.partition)
            found += [
                (access, region) for region in wanted if self._only is None or region in self._only
            ]
        for region in sorted(set(self._only or ()) - {region for _, region in found}):
            self.responses.estate.completeness.missed("trails", region, _NOT_ENABLED)
        return found

    def _trails(self, places: list[tuple[AccountAccess, str]]) -> list[Mapping[str, Any]]:
        """Every trail once: its owner's response in its home Region wins over what others see."""

        def ask(place: tuple[AccountAccess, str]) -> dict[str, Any] | Failure:
            access, region = place
            return self._aws.ask(access, calls.TRAILS, region, includeShadowTrails=True)

        # the session's Region first: where it answers, the others are waited for
        places = sorted(places, key=lambda place: place[1] != self._aws.region)
        seen: dict[str, tuple[bool, str, str, Mapping[str, Any]]] = {}
        for (access, region), response in zip(
            places, self._each("trails", ask, places), strict=True
        ):
            place = f"{access.place} in {region}"
            completeness = self.responses.estate.completeness
            if isinstance(response, Failure):
                self._aws.fail(calls.TRAILS, response, place)
                if response.is_policy:
                    completeness.missed("accounts", place, _CLOSED)
                continue
            completeness.saw("trails", access.place)
            self.responses.estate.searched |= {(access.account, ""), (access.account, region)}
            for trail in response["trailList"]:
                arn = parse_arn(trail.get("TrailARN"), "cloudtrail")
                if arn is None:
                    completeness.missed("trails", place, _NO_ARN)
                    continue
                # shadow copies in other Regions and accounts lack what the home Region tells
                foreign = (arn.account, trail.get("HomeRegion")) != (access.account, region)
                rank = (foreign, access.account, region, trail)
                if arn.text not in seen or rank[:3] < seen[arn.text][:3]:
                    seen[arn.text] = rank
        found: list[Mapping[str, Any]] = []
        for arn_text in sorted(seen):
            _, account, region, trail = seen[arn_text]
            source = f"{calls.TRAILS.action} of {account} in {region}"
            self.responses.take({"trailList": [trail]}, Origin(source, account))
            found.append({**trail, "SeenBy": account})
        return found

    def _owner(self, trail: Mapping[str, Any], arn: Arn | None) -> AccountAccess:
        """Who may ask about a trail: its owner, else the account that sees it."""
        owner = self._accesses.get(arn.account) if arn is not None else None
        return owner or self._accesses[trail["SeenBy"]]

    def _trail(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], Origin]]:
        arn = parse_arn(trail["TrailARN"], "cloudtrail")
        access, home = self._owner(trail, arn), str(trail.get("HomeRegion") or self._aws.region)
        found = []
        name = str(trail["TrailARN"])
        for call, arguments in (
            (calls.STATUS, {"Name": name}),
            (calls.SELECTORS, {"TrailName": name}),
        ):
            response = self._aws.ask(access, call, home, **arguments)
            if isinstance(response, Failure):
                self._aws.fail(call, response, f"trail {name.rpartition('/')[2]}")
                if call is calls.STATUS:
                    self._note_status(name, response)
            else:
                found.append((response, Origin(call.action, names=(name,))))
        return found

    def _note_status(self, name: str, failure: Failure) -> None:
        """Ask at the trail itself: one that does not log writes nothing."""
        resource = self.responses.estate.trails.get(name)
        if resource is not None:
            question = LOGGING.format(reason=describe(calls.STATUS, failure))
            resource.record("logging", True, "", question)

    def _key(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], Origin]]:
        arn = parse_arn(trail["KmsKeyId"], "kms")
        if arn is None:
            return []
        own = self._accesses.get(arn.account)
        access = own or self._owner(trail, parse_arn(trail["TrailARN"], "cloudtrail"))
        place = f"key {arn.name} of {arn.account}"
        response = self._aws.ask(access, calls.KEY, arn.region, KeyId=arn.text)
        if isinstance(response, Failure):
            self._aws.fail(calls.KEY, response, place)
            identity = arn.text
            found = []
        else:
            # the trail may name the key by an alias
            identity = str(response["KeyMetadata"].get("Arn") or arn.text)
            found = [(response, Origin(calls.KEY.action))]
        untold = Origin(calls.ROTATIONS.action, names=(identity,))
        if own is None:  # AWS tells these to nobody else
            question = f"only account {arn.account} may list them: --role looks into it"
            return [*found, ({"Rotations": [], "Question": question}, untold)]
        for call in (calls.ALIASES, calls.ROTATES, calls.ROTATIONS):
            response = self._aws.ask(own, call, arn.region, KeyId=identity)
            if isinstance(response, Failure):
                self._aws.fail(call, response, place)
                if call is calls.ROTATIONS:
                    question = describe(call, response)
                    found.append(({"Rotations": [], "Question": question}, untold))
            else:
                found.append((response, Origin(call.action, names=(identity,))))
        return found

    def _bucket(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], Origin]]:
        """Ask who may own the bucket: the key's account, the trail's, then the others."""
        name, key = str(trail["S3BucketName"]), parse_arn(trail.get("KmsKeyId"), "kms")
        arn = parse_arn(trail["TrailARN"], "cloudtrail")
        likely = [key.account if key else "", arn.account if arn else "", trail["SeenBy"]]
        # without SSE-KMS the bucket hardly matters: not every account is asked
        others = sorted(self._accesses) if key is not None else []
        wanted = [
            self._accesses[account]
            for account in dict.fromkeys([*likely, *others])
            if account in self._accesses
        ]
        found = []
        for call in (calls.LOCATION, calls.ENCRYPTION):
            failures: list[Failure] = []
            for access in wanted:
                response = self._aws.ask(access, call, None, Bucket=name)
                origin = Origin(call.action, names=(name,))
                if isinstance(response, Failure) and response.code == NO_ENCRYPTION:
                    found.append(({"Error": {"Code": NO_ENCRYPTION}}, origin))
                elif isinstance(response, Failure):
                    failures.append(response)
                    # S3 answers so to everybody, whoever owned it
                    if response.code == NO_BUCKET:
                        found.append(({"Error": {"Code": NO_BUCKET}}, origin))
                        return found
                    continue
                else:
                    found.append((response, origin))
                wanted = [access]  # who may ask once may ask again
                break
            else:
                self._aws.fail(call, failures[0], f"bucket {name}")
        return found

    def _look_at(
        self,
        what: str,
        work: Callable[[Mapping[str, Any]], list[tuple[dict[str, Any], Origin]]],
        items: Sequence[Mapping[str, Any]],
    ) -> None:
        for found in self._each(what, work, items):
            for response, origin in found:
                if "Error" in response:
                    if response["Error"]["Code"] == NO_BUCKET:
                        self.responses.take_no_bucket(origin)
                    else:
                        self.responses.take_no_encryption(origin)
                else:
                    self.responses.take(response, origin)

    def _each(self, what: str, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            self._step(what, done, len(items))

        return map_in_threads(work, items, count)
