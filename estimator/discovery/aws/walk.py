"""Which calls live discovery makes: accounts, then Regions, trails, keys and buckets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from estimator.discovery.aws import calls
from estimator.discovery.aws.requests import Asker, Failure, Who
from estimator.discovery.aws.workers import each
from estimator.discovery.aws_responses import About, Answers
from estimator.discovery.aws_responses.accounts import enabled_regions
from estimator.discovery.aws_responses.buckets import NO_ENCRYPTION
from pricing.arns import Arn, parse_arn
from pricing.regions import default_regions, partition_of

Step = Callable[[str, int, int], None]

_NOT_LOOKED_INTO = (
    "{count} of the organization's accounts were not looked into: trails of their own and their "
    "Regions are not known; --role NAME looks into them"
)
_HOME = {"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1"}


class Walk:
    """One pass over everything that the credentials and roles can see."""

    def __init__(
        self, asker: Asker, roles: Sequence[str], regions: Sequence[str] | None, step: Step | None
    ) -> None:
        self._asker = asker
        self._roles = tuple(roles)
        self._only = regions
        self._step = step or (lambda *_: None)
        self.answers = Answers()
        self._who: dict[str, Who] = {}

    def run(self) -> None:
        """Ask all, and read the answers in an order that does not depend on who was first."""
        me = self._asker.open()
        home = _HOME.get(me.partition)
        if home and partition_of(str(self._asker.region)) != me.partition:
            self._asker.region = home
        self._who[me.account] = me
        others = self._members(me)
        self.answers.estate.add_account(me.account, calls.IDENTITY.action)
        self._let_in(me, others)
        regions = self._regions()
        trails = self._trails(regions)
        self._look_at("trails", self._trail, trails)
        keys = {one["KmsKeyId"]: one for one in trails if isinstance(one.get("KmsKeyId"), str)}
        self._look_at("keys", self._key, [keys[arn] for arn in sorted(keys)])
        buckets = {one["S3BucketName"]: one for one in trails if one.get("S3BucketName")}
        self._look_at("buckets", self._bucket, [buckets[name] for name in sorted(buckets)])

    def _members(self, me: Who) -> list[str]:
        """The other accounts of the organization, by its own list, and those of roles by ARN."""
        answer = self._asker.ask(me, calls.ORGANIZATION)
        if isinstance(answer, Failure):
            self._asker.fail(calls.ORGANIZATION, answer, me.place)
        else:
            self.answers.take(answer, About(calls.ORGANIZATION.action))
        listed = self._asker.ask(me, calls.ACCOUNTS)
        if isinstance(listed, Failure):
            self._asker.fail(calls.ACCOUNTS, listed, me.place)
        else:
            self.answers.take(listed, About(calls.ACCOUNTS.action))
        named = {arn.account for role in self._roles if (arn := parse_arn(role, "iam"))}
        return sorted({*self.answers.estate.accounts, *named} - {me.account})

    def _let_in(self, me: Who, others: list[str]) -> None:
        """Assume a role in each other account."""
        if not self._roles:
            if others:
                note = _NOT_LOOKED_INTO.format(count=f"{len(others):,}")
                self.answers.estate.note(note)
            return

        def assume(account: str) -> Who | None:
            return self._asker.assume(me, account, self._roles)

        for who in self._each("accounts", assume, others):
            if who is not None:
                self._who[who.account] = who
                self.answers.estate.add_account(who.account, calls.ASSUME.action)

    def _regions(self) -> list[tuple[Who, str]]:
        """Each account with each Region that it has enabled."""
        asked = list(self._who.values())

        def ask(who: Who) -> dict[str, Any] | Failure:
            return self._asker.ask(who, calls.REGIONS)

        found = []
        for who, answer in zip(asked, self._each("Regions", ask, asked), strict=True):
            enabled: tuple[str, ...] = ()
            if isinstance(answer, Failure):
                self._asker.fail(calls.REGIONS, answer, who.place)
            else:
                about = About(calls.REGIONS.action, who.account)
                self.answers.take(answer, about)
                enabled = enabled_regions(answer)
            wanted = enabled or default_regions(who.partition)
            found += [(who, one) for one in wanted if self._only is None or one in self._only]
        return found

    def _trails(self, places: list[tuple[Who, str]]) -> list[Mapping[str, Any]]:
        """Every trail once: its owner's answer in its home Region wins over what others see."""

        def ask(place: tuple[Who, str]) -> dict[str, Any] | Failure:
            who, region = place
            return self._asker.ask(who, calls.TRAILS, region, includeShadowTrails=True)

        seen: dict[str, tuple[bool, str, str, Mapping[str, Any]]] = {}
        for (who, region), answer in zip(places, self._each("trails", ask, places), strict=True):
            if isinstance(answer, Failure):
                self._asker.fail(calls.TRAILS, answer, f"{who.place} in {region}")
                continue
            for trail in answer.get("trailList", []):
                arn = parse_arn(trail.get("TrailARN"), "cloudtrail")
                if arn is None:
                    continue
                foreign = (arn.account, trail.get("HomeRegion")) != (who.account, region)
                rank = (foreign, who.account, region, trail)
                if arn.text not in seen or rank[:3] < seen[arn.text][:3]:
                    seen[arn.text] = rank
        found: list[Mapping[str, Any]] = []
        for arn_text in sorted(seen):
            _, account, region, trail = seen[arn_text]
            source = f"{calls.TRAILS.action} of {account} in {region}"
            self.answers.take({"trailList": [trail]}, About(source, account))
            found.append({**trail, "SeenBy": account})
        return found

    def _owner(self, trail: Mapping[str, Any], arn: Arn | None) -> Who:
        """Who may ask about a trail: its owner, else the account that sees it."""
        owner = self._who.get(arn.account) if arn is not None else None
        return owner or self._who[trail["SeenBy"]]

    def _trail(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], About]]:
        arn = parse_arn(trail["TrailARN"], "cloudtrail")
        who, home = self._owner(trail, arn), str(trail.get("HomeRegion") or self._asker.region)
        found = []
        name = str(trail["TrailARN"])
        for call, arguments in (
            (calls.STATUS, {"Name": name}),
            (calls.SELECTORS, {"TrailName": name}),
        ):
            answer = self._asker.ask(who, call, home, **arguments)
            if isinstance(answer, Failure):
                self._asker.fail(call, answer, f"trail {name.rpartition('/')[2]}")
            else:
                found.append((answer, About(call.action, names=(name,))))
        return found

    def _key(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], About]]:
        arn = parse_arn(trail["KmsKeyId"], "kms")
        if arn is None:
            return []
        own = self._who.get(arn.account)
        who = own or self._owner(trail, parse_arn(trail["TrailARN"], "cloudtrail"))
        place = f"key {arn.name} of {arn.account}"
        answer = self._asker.ask(who, calls.KEY, arn.region, KeyId=arn.text)
        if isinstance(answer, Failure):
            self._asker.fail(calls.KEY, answer, place)
            identity = arn.text
            found = []
        else:
            identity = str(answer["KeyMetadata"]["Arn"])
            found = [(answer, About(calls.KEY.action))]
        untold = About(calls.ROTATIONS.action, names=(identity,))
        if own is None:  # AWS tells these to nobody else
            question = f"only account {arn.account} may list them: --role looks into it"
            return [*found, ({"Rotations": [], "Question": question}, untold)]
        for call in (calls.ALIASES, calls.ROTATES, calls.ROTATIONS):
            answer = self._asker.ask(own, call, arn.region, KeyId=identity)
            if isinstance(answer, Failure):
                self._asker.fail(call, answer, place)
                if call is calls.ROTATIONS:
                    question = f"{call.action} had no answer ({answer.code})"
                    found.append(({"Rotations": [], "Question": question}, untold))
            else:
                found.append((answer, About(call.action, names=(identity,))))
        return found

    def _bucket(self, trail: Mapping[str, Any]) -> list[tuple[dict[str, Any], About]]:
        """Ask who may own the bucket: the key's account, the trail's, then the others."""
        name, key = str(trail["S3BucketName"]), parse_arn(trail.get("KmsKeyId"), "kms")
        arn = parse_arn(trail["TrailARN"], "cloudtrail")
        likely = [key.account if key else "", arn.account if arn else "", trail["SeenBy"]]
        others = sorted(self._who) if key is not None else []
        wanted = [self._who[one] for one in dict.fromkeys([*likely, *others]) if one in self._who]
        found = []
        for call in (calls.LOCATION, calls.ENCRYPTION):
            failures: list[Failure] = []
            for who in wanted:
                answer = self._asker.ask(who, call, None, Bucket=name)
                about = About(call.action, names=(name,))
                if isinstance(answer, Failure) and answer.code == NO_ENCRYPTION:
                    found.append(({"Error": {"Code": NO_ENCRYPTION}}, about))
                elif isinstance(answer, Failure):
                    failures.append(answer)
                    continue
                else:
                    found.append((answer, about))
                wanted = [who]  # who may ask once may ask again
                break
            else:
                self._asker.fail(call, failures[0], f"bucket {name}")
        return found

    def _look_at(
        self,
        what: str,
        work: Callable[[Mapping[str, Any]], list[tuple[dict[str, Any], About]]],
        items: Sequence[Mapping[str, Any]],
    ) -> None:
        for found in self._each(what, work, items):
            for answer, about in found:
                if "Error" in answer:
                    self.answers.take_no_encryption(about)
                else:
                    self.answers.take(answer, about)

    def _each(self, what: str, work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            self._step(what, done, len(items))

        return each(work, items, count)
