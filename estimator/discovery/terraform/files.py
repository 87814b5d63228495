"""Files with what Terraform and OpenTofu write, and by name what people take for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from estimator.discovery.surroundings import find_error
from estimator.discovery.terraform.documents import Document
from estimator.discovery.terraform.pulumi import LOST, is_pulumi, read_pulumi
from estimator.figures import plural
from pricing.reading.json_files import decode_json_bytes, decode_json_documents
from pricing.reading.magic_numbers import ZIP
from pricing.reading.problems import KmscostError, Problem

_PLAN = "terraform plan -out plan.bin && terraform show -json plan.bin > plan.json"
_FIX = "save the output of `terraform show -json PLANFILE`, or name a state file (.tfstate)"
# Terraform writes these members first; wrappers and logs stand before and between
_BEGINS = re.compile(r'\{\s*"(?:format_version|version|config)"\s*:')
_FOR_PEOPLE = re.compile(
    rb"\s*(?:# \S+:\s+(?:resource|data) \""
    rb"|(?:Terraform|OpenTofu) (?:used the selected|will perform))"
)
_SOURCE = (
    "Terraform's source as JSON (a synthesized configuration), in which values are not worked out"
)
# members that only such a file has, what it is, and what to do
_OTHERS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("valid", "diagnostics"), "the answer of `terraform validate`", f"run `{_PLAN}`"),
    (("provider_schemas",), "the answer of `terraform providers schema`", f"run `{_PLAN}`"),
    (("function_signatures",), "the answer of `terraform metadata functions`", f"run `{_PLAN}`"),
    (("terraform_version", "platform"), "the answer of `terraform version`", f"run `{_PLAN}`"),
    (("currency", "projects"), "a cost breakdown of Infracost", f"run `{_PLAN}`"),
    (("resource",), _SOURCE, f"run `{_PLAN}` in its folder"),
    (("terraform", "provider"), _SOURCE, f"run `{_PLAN}` in its folder"),
    (
        ("encrypted_data",),
        "a state or plan that OpenTofu keeps encrypted",
        "save it readable: `tofu show -json > state.json`",
    ),
    (
        ("backend",),
        "the settings of a backend (.terraform/terraform.tfstate): the state stands elsewhere",
        "fetch it: `terraform state pull > state.tfstate`",
    ),
    (("Resources",), "a template of CloudFormation", "use `kmscost discover cloudformation`"),
    (("trailList",), "an answer of the AWS CLI", "use `kmscost discover aws-responses`"),
)


def load(path: str) -> tuple[list[Document], list[str], list[str]]:
    """The documents of Terraform or OpenTofu in a file, notices of what stands around them.

    Last come the failures that the file tells of: each may have kept trails out of the documents.

    Raises
    ------
    KmscostError
        It is something else: its source text, its binary plan, the log of `plan -json`, no JSON.
    """
    _refuse_others(path)
    found, lines = decode_json_documents(path, Document, _BEGINS, fix=_FIX)
    notices: list[str] = []
    failures: list[str] = []
    for number, (document, data) in enumerate(found):
        # a plan of 200 MB is not decoded again only to see that it is none of Pulumi
        parts = (document.planned_values, document.values, document.resource_changes)
        if all(part is None for part in (*parts, document.resources)) and is_pulumi(
            data, path, _FIX
        ):
            stack, more, failed = read_pulumi(data, path)
            found[number] = stack, data
            notices += more
            failures += failed
        else:
            _check(path, document, data)
    different = {bytes(data): document for document, data in found} if len(found) > 1 else {}
    if 0 < len(different) < len(found):
        notices.append(f"{path}: {len(found):,} documents in one file, equal ones are read once")
        found = [(document, data) for data, document in different.items()]
    if lines:
        noun = plural(len(lines), "line")
        verb = "was" if len(lines) == 1 else "were"
        notices.append(f"{path}: {noun} around the JSON {verb} skipped (a log)")
        error = find_error(lines)
        if error:
            failures.append(f"the log around the JSON has an error ({error:.200}): {LOST}")
    if len(found) > 1:
        notices.append(
            f"{path}: {len(found):,} plans or states in one file: each is taken for a part of the "
            "estate"
        )
    return [document for document, _ in found], notices, failures


def _check(path: str, document: Document, data: Any) -> None:
    """Refuse what is no plan and no state by its own name."""
    is_plan = document.planned_values is not None or document.resource_changes is not None
    found, fix = ("", "") if is_plan or document.values is not None else _name_other(path, data)
    if found:
        raise KmscostError(Problem(path, None, "", found, "a plan or a state", fix))
    if document.is_state_file:
        if document.version != 4:
            found = f"a state file of version {document.version}"
            fix = "let a newer Terraform read it: `terraform show -json > state.json`"
            raise KmscostError(Problem(path, None, "version", found, "version 4", fix))
        return
    if document.format_version is None:
        found = "JSON without format_version and without a state's version"
        raise KmscostError(Problem(path, None, "", found, "a plan or a state", _FIX))
    # a later major version may mean something else by the same fields
    if document.format_version.partition(".")[0] not in ("0", "1"):
        found = f"format_version {document.format_version:.20}"
        expected = "version 0 or 1 of Terraform's JSON"
        raise KmscostError(Problem(path, None, "format_version", found, expected, ""))


def _name_other(path: str, data: Any) -> tuple[str, str]:
    """What a document is by its members, and what to do instead; nothing for a plan or a state."""
    # decoding skipped the names of these members unread: they may be no text
    members = decode_json_bytes(data, path, dict[str, msgspec.Raw], fix=_FIX)
    for names, found, fix in _OTHERS:
        if all(name in members for name in names):
            return found, fix
    if members and all(_is_output(value) for value in members.values()):
        return "the answer of `terraform output`", f"run `{_PLAN}`"
    return "", ""


def _is_output(raw: msgspec.Raw) -> bool:
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(value, Mapping) and {"sensitive", "value"} <= set(value)


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
    if start.startswith(ZIP):
        fix = f"run `terraform show -json {Path(path).name} > plan.json`"
        raise KmscostError(Problem(path, None, "", "a plan in binary form", "JSON", fix))
    if _FOR_PEOPLE.match(start.lstrip(b"\xef\xbb\xbf")):
        found = "the text of a plan or a state, for people"
        fix = f"save JSON: `{_PLAN}`"
        raise KmscostError(Problem(path, None, "", found, "a plan or state as JSON", fix))
    if start.startswith(b'{"@level"'):
        found = "the log of `terraform plan -json`, without the planned values"
        fix = "run `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`"
        raise KmscostError(Problem(path, None, "", found, "a plan as JSON", fix))
