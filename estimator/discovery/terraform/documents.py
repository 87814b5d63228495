"""What Terraform and OpenTofu write: `show -json` of plans and states, and state files.

Formats: "JSON Output Format" of Terraform, major version 0 and 1, checked 2026-11-24; state files
of version 4 as Terraform 0.12 and later write them. OpenTofu writes the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from pricing.reading.json_files import decode_json
from pricing.reading.problems import KmscostError, Problem

_FIX = "save the output of `terraform show -json PLANFILE`, or name a state file (.tfstate)"
_NONE = msgspec.Raw(b"null")
# the resources that an estate is made of; all others are skipped unread
TYPES = frozenset(
    {
        "aws_cloudtrail",
        "aws_kms_key",
        "aws_kms_external_key",
        "aws_kms_replica_key",
        "aws_kms_alias",
        "aws_s3_bucket",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_organizations_account",
        "aws_organizations_organization",
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
    after_unknown: msgspec.Raw = _NONE


class ResourceChange(msgspec.Struct):
    """A resource of a plan."""

    address: str = ""
    type: str = ""
    change: Change | None = None


class ConfigResource(msgspec.Struct):
    """A resource as it is written, without its instances."""

    mode: str = "managed"
    type: str = ""
    name: str = ""
    provider_config_key: str = ""
    expressions: msgspec.Raw = _NONE


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
    attributes: msgspec.Raw = _NONE


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
    version: int | None = None
    resources: list[StateResource] | None = None
    modules: msgspec.Raw = _NONE

    @property
    def is_state_file(self) -> bool:
        """True for a file that Terraform holds its state in."""
        return self.version is not None and self.format_version is None


def load(path: str) -> Document:
    """A document of Terraform or OpenTofu.

    Raises
    ------
    KmscostError
        It is something else: its source text, its binary plan, the log of `plan -json`, no JSON.
    """
    _refuse_others(path)
    document = decode_json(path, Document, fix=_FIX)
    if document.is_state_file:
        if document.version != 4:
            found = f"a state file of version {document.version}"
            fix = "let a newer Terraform read it: `terraform show -json > state.json`"
            raise KmscostError(Problem(path, None, "version", found, "version 4", fix))
        return document
    if document.format_version is None:
        found = "JSON without format_version and without a state's version"
        raise KmscostError(Problem(path, None, "", found, "a plan or a state", _FIX))
    # a later major version may mean something else by the same fields
    if document.format_version.partition(".")[0] not in ("0", "1"):
        found = f"format_version {document.format_version:.20}"
        expected = "version 0 or 1 of Terraform's JSON"
        raise KmscostError(Problem(path, None, "format_version", found, expected, ""))
    return document


def _refuse_others(path: str) -> None:
    """Say what a file is that people take for a plan."""
    if Path(path).suffix.lower() in (".tf", ".tofu", ".hcl", ".tfvars"):
        found = "Terraform's source text, in which values are not worked out yet"
        fix = "run `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`"
        raise KmscostError(Problem(path, None, "", found, "a plan or state as JSON", fix))
    try:
        if not Path(path).is_file():
            return
        with Path(path).open("rb") as file:
            start = file.read(400)
    except OSError:
        return  # reading it all will say why not
    if start.startswith(b"PK\x03\x04"):
        fix = f"run `terraform show -json {Path(path).name} > plan.json`"
        raise KmscostError(Problem(path, None, "", "a plan in binary form", "JSON", fix))
    if start.startswith(b'{"@level"'):
        found = "the log of `terraform plan -json`, without the planned values"
        fix = "run `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`"
        raise KmscostError(Problem(path, None, "", found, "a plan as JSON", fix))
