"""Stacks of Pulumi: `pulumi stack export` and `pulumi preview --json`, as documents of Terraform.

Pulumi's AWS provider is built from Terraform's: its types and properties are those of Terraform in
camel case, lists of one block are the block itself, and lists have names in the plural. So a stack
becomes a document, and the one reader of Terraform's resources reads it. Formats: Pulumi's API
types `apitype.UntypedDeployment` and `display.PreviewDigest`, checked 2026-11-28.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from estimator.discovery.terraform.documents import (
    Change,
    ConfigModule,
    ConfigResource,
    Configuration,
    Document,
    Module,
    ModuleResource,
    ProviderConfig,
    ResourceChange,
    Values,
)
from estimator.figures import listed
from pricing.reading.json_files import decode_json_bytes

# in place of a value that only the update will show, and the member that marks a secret
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
LOST = "what it did not reach is missing"
_TRAIL = "aws_cloudtrail"
_PROVIDER = "pulumi:providers:aws"
_TYPES = {
    "aws:cloudtrail/trail:Trail": _TRAIL,
    "aws:s3/bucketV2:BucketV2": "aws_s3_bucket",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": (
        "aws_s3_bucket_server_side_encryption_configuration"
    ),
}
_TYPE = re.compile(r"aws:(?P<service>[\w-]+)/(?P<name>\w+):\w+\Z")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# lists of blocks, which Terraform names in the singular
_PLURALS = {
    "event_selectors",
    "advanced_event_selectors",
    "field_selectors",
    "data_resources",
    "insight_selectors",
    "rules",
    "server_side_encryption_configurations",
    "apply_server_side_encryption_by_defaults",
}
_TAGS = ("tags", "tags_all")
_DEEPEST = 30
# what a preview does with a resource that is there afterwards
_STAYS = {"create", "update", "same", "replace", "create-replacement", "import", "read", "refresh"}
_ENDS = {"delete", "discard"}


def is_pulumi(data: Any, path: str, fix: str) -> bool:
    """True for a stack export and for a preview."""
    # decoding skipped the names of these members unread: they may be no text
    members = decode_json_bytes(data, path, dict[str, msgspec.Raw], fix=fix)
    return "deployment" in members or {"steps", "config"} <= set(members)


def read_pulumi(data: Any, path: str) -> tuple[Document, list[str], list[str]]:
    """A stack or a preview as a document, notices of what it leaves open, and its failures."""
    root = decode_json_bytes(data, path, dict[str, Any], "a stack of Pulumi")
    deployment = root.get("deployment")
    notices, failures = [], []
    ended: list[Mapping[str, Any]] = []
    former: list[Mapping[str, Any]] = []
    if isinstance(deployment, Mapping):
        resources = _mappings(deployment.get("resources"))
        states = [state for state in resources if not state.get("delete")]
        # what was replaced and is still to be deleted
        former = [state for state in resources if state.get("delete")]
        pending = deployment.get("pending_operations") or deployment.get("pendingOperations")
        if pending:
            begun = [_part(item.get("resource")) for item in _mappings(pending)]
            trails = [_name_of(x) for x in begun if terraform_type(x.get("type")) == _TRAIL]
            named = f", among it the trail {', '.join(trails):.200}" if trails else ""
            failures.append(f"an update of this stack broke off: what it began is not known{named}")
    else:
        states, ended = _split_steps(root.get("steps"))
        errors = [x for x in _mappings(root.get("diagnostics")) if x.get("severity") == "error"]
        if errors:
            message = " ".join(str(errors[0].get("message") or "").split())
            failures.append(f"the preview ended with an error ({message:.200}): {LOST}")
    stack = _Stack(states)
    document = stack.document(ended, former)
    if stack.secrets:
        what = listed(sorted(stack.secrets), 5)
        notices.append(
            f"{path}: Pulumi keeps {what:.200} as secrets: `pulumi stack export --show-secrets`"
        )
    return document, notices, failures


def _mappings(items: Any) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _split_steps(steps: Any) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The states of a preview's resources after the update, and of those that it deletes."""
    after: list[Mapping[str, Any]] = []
    ended: list[Mapping[str, Any]] = []
    for step in _mappings(steps):
        new, old, operation = step.get("newState"), step.get("oldState"), str(step.get("op"))
        if operation in _STAYS and isinstance(new, Mapping):
            # replaced in two steps: the one with the new state counts
            after = [state for state in after if state.get("urn") != new.get("urn")]
            # what the update keeps of the old outputs is known: its ARN among them
            outputs = _part(old).get("outputs") if operation in ("same", "update") else None
            after.append({**new, "outputs": {**_part(outputs), **_part(new.get("outputs"))}})
        elif operation in _ENDS and isinstance(old, Mapping):
            ended.append(old)
    return after, ended


def _part(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def terraform_type(kind: Any) -> str:
    """The type of Terraform that a type of Pulumi is; other types stay as they are.

    >>> terraform_type("aws:kms/replicaKey:ReplicaKey"), terraform_type("aws-native:kms:Key")
    ('aws_kms_replica_key', 'aws-native:kms:Key')
    """
    text = str(kind)
    match = _TYPE.match(text)
    if text in _TYPES or match is None:
        return _TYPES.get(text, text.lower() if "cloudtrail" in text.lower() else text)
    return f"aws_{match['service'].replace('-', '_')}_{_snake(match['name'])}"


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()


class _Stack:
    """The resources of a stack by their URNs."""

    def __init__(self, states: list[Mapping[str, Any]]) -> None:
        self._states = states
        self.secrets: set[str] = set()
        self._names = _unique_names(states)
        self._types = {str(s.get("urn")): terraform_type(s.get("type")) for s in states}
        self._providers: dict[str, str] = {}

    def document(self, ended: list[Mapping[str, Any]], former: list[Mapping[str, Any]]) -> Document:
        """The document that the stack would be in Terraform."""
        resources, configured, changes = [], [], []
        for state in self._states:
            kind = terraform_type(state.get("type"))
            if not kind.startswith("aws"):
                continue
            values, unknown = self._values(state)
            name = self._names[str(state.get("urn"))]
            address = f"{kind}.{name}"
            resources.append(ModuleResource(address, "managed", kind, name, None, _raw(values)))
            configured.append(self._configure(state, kind, name, unknown))
            change = Change(["create"], after_unknown=_raw(dict.fromkeys(unknown, True)))
            changes.append(ResourceChange(address, "managed", kind, change=change))
        for number, state in enumerate(former, 1):
            kind, name = terraform_type(state.get("type")), _name_of(state)
            values, _ = self._values(state)
            address = f"{kind}.{name}"
            resources.append(
                ModuleResource(
                    address, "managed", kind, name, None, _raw(values), deposed_key=str(number)
                )
            )
        for state in ended:
            kind = terraform_type(state.get("type"))
            values, _ = self._values(state)
            address = f"{kind}.{_name_of(state)}"
            change = Change(["delete"], before=_raw(values))
            changes.append(ResourceChange(address, "managed", kind, change=change))
        return Document(
            format_version="1.0",
            planned_values=Values(Module("", resources)),
            resource_changes=changes,
            configuration=Configuration(dict(self._blocks()), ConfigModule(configured)),
            complete=True,
        )

    def _values(self, state: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The attributes of a resource, and the names of those that are not known yet."""
        given = {**_part(state.get("inputs")), **_part(state.get("outputs"))}
        values: dict[str, Any] = {}
        unknown = []
        for key, value in given.items():
            name = _attribute(str(key))
            if str(key).startswith("__"):
                continue
            if _is_secret(value):
                self.secrets.add(f"{_name_of(state)}.{key}")
            if _has_unknown(value):
                unknown.append(name)
            else:
                values[name] = _plain(value, name, 0)
        return values, unknown

    def _configure(
        self, state: Mapping[str, Any], kind: str, name: str, unknown: list[str]
    ) -> ConfigResource:
        """What the values that are not known depend on, as Terraform's configuration has it."""
        expressions = {}
        for key, urns in _part(state.get("propertyDependencies")).items():
            attribute = _attribute(str(key))
            listed_urns = urns if isinstance(urns, list) else []
            known = [urn for urn in listed_urns if isinstance(urn, str) and urn in self._names]
            targets = [f"{self._types[urn]}.{self._names[urn]}" for urn in known]
            if attribute in unknown and targets:
                expressions[attribute] = {"references": targets}
        return ConfigResource("managed", kind, name, self._provider_of(state), _raw(expressions))

    def _provider_of(self, state: Mapping[str, Any]) -> str:
        """The key of a provider: its URN without the id that stands behind it."""
        urn = str(state.get("provider") or "").rpartition("::")[0]
        return self._providers.setdefault(urn, f"aws.{len(self._providers)}") if urn else ""

    def _blocks(self) -> Iterator[tuple[str, ProviderConfig]]:
        for state in self._states:
            key = self._providers.get(str(state.get("urn")))
            if state.get("type") != _PROVIDER or key is None:
                continue
            values, _ = self._values(state)
            expressions: dict[str, Any] = {
                name: {"constant_value": value}
                for name, value in values.items()
                if name in ("region", "profile", "allowed_account_ids")
            }
            role = values.get("assume_roles", values.get("assume_role"))
            role = role[0] if isinstance(role, list) and role else role
            if isinstance(role, Mapping) and isinstance(role.get("role_arn"), str):
                block = {"role_arn": {"constant_value": role["role_arn"]}}
                expressions["assume_role"] = [block]
            yield key, ProviderConfig("aws", _raw(expressions))


def _unique_names(states: list[Mapping[str, Any]]) -> dict[str, str]:
    """A name for each URN that no other resource of its type has."""
    taken: Counter[tuple[str, str]] = Counter()
    names = {}
    for state in states:
        kind, name = str(state.get("type")), _name_of(state)
        taken[kind, name] += 1
        number = taken[kind, name]
        names[str(state.get("urn"))] = name if number == 1 else f"{name}-{number}"
    return names


def _name_of(state: Mapping[str, Any]) -> str:
    """The name of a resource: the end of its URN, as an address can have it."""
    name = str(state.get("urn")).rpartition("::")[2]
    return re.sub(r"[^\w-]", "-", name)[:100] or "resource"


def _attribute(key: str) -> str:
    name = _snake(key)
    return name[:-1] if name in _PLURALS else name


def _is_secret(value: Any) -> bool:
    return isinstance(value, Mapping) and _SIGNATURE in value and "plaintext" not in value


def _has_unknown(value: Any, depth: int = 0) -> bool:
    if depth > _DEEPEST or value == UNKNOWN or _is_secret(value):
        return True
    if isinstance(value, Mapping):
        return any(_has_unknown(item, depth + 1) for item in value.values())
    return isinstance(value, list) and any(_has_unknown(item, depth + 1) for item in value)


def _plain(value: Any, name: str, depth: int) -> Any:
    """A value with Terraform's names inside, and secrets that are shown as what they are."""
    if isinstance(value, Mapping) and _SIGNATURE in value:
        try:
            return msgspec.json.decode(str(value.get("plaintext")))
        except (msgspec.DecodeError, RecursionError):
            return value.get("plaintext")
    if isinstance(value, Mapping):
        if name in _TAGS:
            return dict(value)
        return {
            _attribute(str(key)): _plain(item, _attribute(str(key)), depth + 1)
            for key, item in value.items()
        }
    return [_plain(item, name, depth + 1) for item in value] if isinstance(value, list) else value


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
