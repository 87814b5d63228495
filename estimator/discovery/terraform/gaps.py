"""What a plan does not see: parts, errors, what it leaves for later, types that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.discovery.cloudformation.template import trails_in
from estimator.discovery.completeness import NO_TRAIL
from estimator.discovery.estate import Estate
from estimator.discovery.terraform.documents import TYPES, Document, ModuleResource, Values
from estimator.discovery.terraform.expressions import Expressions
from estimator.discovery.terraform.keys import KEYS
from estimator.discovery.terraform.nodes import FORGOTTEN, UNTOUCHED, Node, address_of
from estimator.discovery.terraform.pulumi import LOST
from estimator.discovery.terraform.references import plain
from estimator.figures import listed
from pricing.reading.json_files import decode_part
from pricing.reading.words import shown

_TRAIL, _BUCKET, _ACCOUNT = "aws_cloudtrail", "aws_s3_bucket", "aws_organizations_account"
_SECTIONS = {_TRAIL: "trails", _ACCOUNT: "accounts"}
# what is named where a plan destroys it
_ENDS = {_TRAIL: "trail", _BUCKET: "bucket", _ACCOUNT: "account", **dict.fromkeys(KEYS, "key")}
# types that make trails or accounts by ways that no plan shows
_LANDING_ZONE = (
    "a Control Tower landing zone has an organization trail of its own: `aws cloudtrail "
    "describe-trails` shows it"
)
_PRODUCT = (
    "a provisioned product may be an account of Control Tower's Account Factory: `aws "
    "organizations list-accounts` lists it"
)
_MAKERS = {
    "aws_controltower_landing_zone": ("trails", _LANDING_ZONE),
    "aws_servicecatalog_provisioned_product": ("accounts", _PRODUCT),
}
_LAKE = "aws_cloudtrail_event_data_store"
# types of CloudTrail that write no log files into a bucket
_HARMLESS = (
    _LAKE,
    "aws_cloudtrail_organization_delegated_admin_account",
    "aws_cloudtrail_service_account",
)
_STACKS = {
    "aws_cloudformation_stack_set": "a stack set, in accounts and Regions that it does not list",
    "aws_cloudformation_stack": "a stack",
}


def note_gaps(
    estate: Estate, document: Document, source: str, nodes: list[Node], expressions: Expressions
) -> list[str]:
    """Note what a document does not see, and what its plan ends.

    Returns
    -------
    list of str
        The ARNs of the keys and the names of the buckets that the plan destroys.
    """
    completeness = estate.completeness
    has_trails = any(node.type == _TRAIL and node.mode == "managed" for node in nodes)
    unread = list(_unread(document, source))
    for section, reason, _ in unread:
        if section:
            completeness.missed(section, source, reason)
        else:
            estate.note(f"{source}: {reason}")
    # a document whose trails are all of types that nobody reads saw none of them
    if has_trails or not any(is_trail for _, _, is_trail in unread):
        completeness.saw("trails", source)
    for reason in _partial(document, nodes):
        completeness.missed("trails", source, reason)
    if document.complete is False or document.errored is True:
        found = {plain(node.address) for node in nodes if node.type == _TRAIL}
        for address in expressions.configured(_TRAIL):
            if address not in found:
                reason = f"{address} is configured, and stands neither in the plan nor in the state"
                completeness.missed("trails", source, reason)
    for deferred in document.deferred_changes or ():
        change = deferred.resource_change
        if change is not None and change.type in TYPES and change.mode == "managed":
            section = _SECTIONS.get(change.type, "keys" if "_kms_" in change.type else "trails")
            why = f" ({deferred.reason:.80})" if deferred.reason else ""
            completeness.missed(section, source, f"{change.address} is left for a later plan{why}")
    return list(_note_ends(estate, document, source))


def _partial(document: Document, nodes: list[Node]) -> Iterator[str]:
    if document.errored is True:
        yield f"the plan ended with an error (errored: true): {LOST}"
    untouched = any(node.before == UNTOUCHED for node in nodes)
    # a plan that only refreshes changes nothing, and its state is whole
    some = bool(document.resource_changes)
    if document.complete is False or (untouched and some and document.complete is None):
        word = " (complete: false)" if document.complete is False else ""
        yield (
            f"a plan of a part{word}, as -target makes: what it was not asked for stands as it "
            "was before, and what is new of it is missing"
        )


def _note_ends(estate: Estate, document: Document, source: str) -> Iterator[str]:
    """Name trails, keys and accounts that the plan destroys, and trails that it forgets.

    The ARNs of keys and the names of buckets are those of what the plan ends.
    """
    for resource in document.resource_changes or ():
        change = resource.change
        if change is None or resource.mode != "managed" or resource.type not in _ENDS:
            continue
        address = address_of(resource.address, resource.deposed)
        if (change.actions or []) == ["delete"]:
            values = decode_part(change.before, source, address)
            before: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
            name, arn, bucket = (before.get(field) for field in ("name", "arn", "bucket"))
            if resource.type == _BUCKET:
                if isinstance(bucket, str):
                    yield bucket
                continue
            what = f"{_ENDS[resource.type]} {shown(name)}" if name else "it"
            until = "left out here; until the plan is applied it goes on"
            if resource.type == _ACCOUNT:
                until = "it leaves the organization; until the plan is applied it goes on"
            estate.note(f"{source}: {address}: the plan destroys {what}: {until}")
            if resource.type in KEYS and isinstance(arn, str):
                yield arn
        elif "forget" in (change.actions or []) and resource.type == _TRAIL:
            estate.note(f"{source}: {address}: {FORGOTTEN}")


def _unread(document: Document, source: str) -> Iterator[tuple[str, str, bool]]:
    """What types that are not read make: the section, the reason, whether it surely is a trail."""
    met: set[str] = set()
    prior = document.prior_state.values if document.prior_state else None
    for values in (document.planned_values, document.values, prior):
        for resource in _find_managed(values):
            if resource.address in met:
                continue
            met.add(resource.address)
            yield from _unread_resource(resource.address, resource.type, resource.values, source)
    for state in document.resources or ():
        if state.mode == "managed" and state.type not in TYPES:
            address = ".".join(part for part in (state.module, state.type, state.name) if part)
            for instance in state.instances or ():
                yield from _unread_resource(address, state.type, instance.attributes, source)


def _find_managed(values: Values | None) -> Iterator[ModuleResource]:
    if values is not None and values.root_module is not None:
        for _, resource in values.root_module.all():
            if resource.mode == "managed" and resource.type not in TYPES:
                yield resource


def _unread_resource(
    address: str, kind: str, raw: Any, source: str
) -> Iterator[tuple[str, str, bool]]:
    if kind in _STACKS:
        values = decode_part(raw, source, address)
        body = values.get("template_body") if isinstance(values, Mapping) else None
        trails = trails_in(body)
        if trails is None:
            reason = f"{address} is {_STACKS[kind]}, and its template does not stand here: name it"
            yield "trails", reason, False
        elif trails:
            names = listed(trails)
            yield "trails", f"{address} is {_STACKS[kind]}, and makes trails: {names:.200}", True
    elif kind in _MAKERS:
        section, reason = _MAKERS[kind]
        yield section, f"{address}: {reason}", False
    elif kind == _LAKE:
        yield "", f"{address} is {NO_TRAIL}", False
    elif "cloudtrail" in kind and kind not in _HARMLESS:
        reason = f"{address} is of a type that is not read, {kind:.80}: it may be a trail"
        yield "trails", reason, True
    elif kind.startswith("awscc_kms_") and kind != "awscc_kms_alias":
        reason = f"{address} is of a type that is not read, {kind:.80}: a trail may use it"
        yield "keys", reason, False
    elif kind.startswith("awscc_organizations_account"):
        reason = f"{address} is of a type that is not read, {kind:.80}: an account"
        yield "accounts", reason, False
