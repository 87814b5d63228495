"""What Terraform and OpenTofu write: `show -json` of plans and states, and state files.

Formats: "JSON Output Format" of Terraform, major version 0 and 1, checked 2026-11-24; state files
of version 4 as Terraform 0.12 and later write them. OpenTofu writes the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

_NONE = msgspec.Raw(b"null")
# the resources that an estate is made of; all others are skipped unread
TYPES = frozenset(
    {
        "aws_cloudtrail",
        "aws_kms_key",
        "aws_kms_external_key",
        "aws_kms_replica_key",
        "aws_kms_replica_external_key",
        "aws_kms_alias",
        "aws_s3_bucket",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_organizations_account",
        "aws_organizations_organization",
        "aws_organizations_organizational_unit",
        "aws_caller_identity",
        "aws_region",
    }
)


class ModuleResource(msgspec.Struct):
    """One instance of a resource or data source, its values as they stand."""

    address: str = ""
    mode: str = "managed"
    type: str = ""
    name: str = ""
    index: int | str | None = None
    values: msgspec.Raw = _NONE
    sensitive_values: msgspec.Raw = _NONE
    # a former object that is still to be destroyed, beside the one of this address
    deposed_key: str = ""


class Module(msgspec.Struct):
    """The resources of a module instance, and those below it."""

    address: str = ""
    resources: list[ModuleResource] | None = None
    child_modules: list[Module] | None = None

    def all(self) -> Iterator[tuple[str, ModuleResource]]:
        """Every resource with the address of its module, without recursion."""
        # modules nest as deep as people like, and Python does not
        waiting = [self]
        while waiting:
            module = waiting.pop()
            yield from ((module.address, resource) for resource in module.resources or ())
            waiting += reversed(module.child_modules or [])


class Values(msgspec.Struct):
    """Planned values, or a state's."""

    root_module: Module | None = None


class PriorState(msgspec.Struct):
    """The state before the plan; data sources stand here."""

    values: Values | None = None


class Change(msgspec.Struct):
    """The change of a resource; `after_unknown` marks what only applying the plan will show."""

    actions: list[str] | None = None
    before: msgspec.Raw = _NONE
    after_unknown: msgspec.Raw = _NONE


class ResourceChange(msgspec.Struct):
    """A resource of a plan."""

    address: str = ""
    mode: str = "managed"
    type: str = ""
    # as in a state, `deposed_key`
    deposed: str = ""
    change: Change | None = None


class DeferredChange(msgspec.Struct):
    """A resource that the plan left for a later one."""

    reason: str = ""
    resource_change: ResourceChange | None = None


class ConfigResource(msgspec.Struct):
    """A resource as it is written, without its instances."""

    mode: str = "managed"
    type: str = ""
    name: str = ""
    provider_config_key: str = ""
    expressions: msgspec.Raw = _NONE
    for_each_expression: msgspec.Raw = _NONE


class Output(msgspec.Struct):
    """An output of a module."""

    expression: msgspec.Raw = _NONE


class Variable(msgspec.Struct):
    """A variable of a module, or its value."""

    default: Any = None
    value: msgspec.Raw = _NONE


class ModuleCall(msgspec.Struct):
    """A module and what it is called with."""

    expressions: msgspec.Raw = _NONE
    for_each_expression: msgspec.Raw = _NONE
    module: ConfigModule | None = None


class ConfigModule(msgspec.Struct):
    """A module as it is written."""

    resources: list[ConfigResource] | None = None
    module_calls: dict[str, ModuleCall] | None = None
    outputs: dict[str, Output] | None = None
    variables: dict[str, Variable] | None = None


class ProviderConfig(msgspec.Struct):
    """A provider block."""

    name: str = ""
    expressions: msgspec.Raw = _NONE


class Configuration(msgspec.Struct):
    """Everything as it is written."""

    provider_config: dict[str, ProviderConfig] | None = None
    root_module: ConfigModule | None = None


class StateInstance(msgspec.Struct):
    """One instance in a state file."""

    index_key: int | str | None = None
    deposed: str = ""
    attributes: msgspec.Raw = _NONE
    # as Terraform 0.11 kept them: texts alone, `event_selector.#` for the length of a list
    attributes_flat: dict[str, str] | None = None
    sensitive_attributes: msgspec.Raw = _NONE


class StateResource(msgspec.Struct):
    """A resource in a state file."""

    module: str = ""
    mode: str = "managed"
    type: str = ""
    name: str = ""
    provider: str = ""
    instances: list[StateInstance] | None = None


class Document(msgspec.Struct):
    """A plan, a state shown as JSON, or a state file: whichever of these fields it has."""

    format_version: str | None = None
    planned_values: Values | None = None
    values: Values | None = None
    prior_state: PriorState | None = None
    resource_changes: list[ResourceChange] | None = None
    configuration: Configuration | None = None
    variables: dict[str, Variable] | None = None
    # false for a plan of a part: -target, or something deferred
    complete: bool | None = None
    errored: bool | None = None
    deferred_changes: list[DeferredChange] | None = None
    version: int | str | None = None
    resources: list[StateResource] | None = None
    modules: msgspec.Raw = _NONE

    @property
    def is_state_file(self) -> bool:
        """True for a file that Terraform holds its state in."""
        return isinstance(self.version, int) and self.format_version is None
