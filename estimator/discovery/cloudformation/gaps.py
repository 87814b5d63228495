"""What a template makes in ways that are not read: stack sets, nested stacks, modules, macros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from estimator.discovery.cloudformation.functions import Functions
from estimator.discovery.cloudformation.stack_links import NESTED
from estimator.discovery.cloudformation.template import Template, trails_in
from estimator.discovery.completeness import NO_TRAIL
from estimator.discovery.estate import Estate
from estimator.figures import listed

_STACK_SET = "AWS::CloudFormation::StackSet"
_LANDING_ZONE = (
    "a Control Tower landing zone has an organization trail of its own: `aws cloudtrail "
    "describe-trails` shows it"
)
_PRODUCT = "a provisioned product may make trails and accounts that do not stand here"
_MAKERS = {
    "AWS::ControlTower::LandingZone": _LANDING_ZONE,
    "AWS::ServiceCatalog::CloudFormationProvisionedProduct": _PRODUCT,
}
_LAKE = "AWS::CloudTrail::EventDataStore"
# types of CloudTrail that write no log files into a bucket, and the one that is read
_HARMLESS = (
    "AWS::CloudTrail::Trail",
    _LAKE,
    "AWS::CloudTrail::Channel",
    "AWS::CloudTrail::Dashboard",
    "AWS::CloudTrail::ResourcePolicy",
)
_MOST_NAMED = 8


def note_gaps(estate: Estate, template: Template, functions: Functions) -> None:
    """Note what the template makes that is missing from the draft."""
    found = list(_gaps(template, functions))
    for reason, _ in found:
        estate.completeness.missed("trails", template.source, reason)
    for name, resource in template.resources.items():
        is_lake = isinstance(resource, Mapping) and resource.get("Type") == _LAKE
        if is_lake and _is_made(resource, functions):
            estate.note(f"{template.source}: {_line(template, name)} is {NO_TRAIL}")
    has_trails = any(
        isinstance(resource, Mapping) and resource.get("Type") == "AWS::CloudTrail::Trail"
        for resource in template.resources.values()
    )
    # a template whose trails all stand in what is not read shows none of them
    if has_trails or not any(is_trail for _, is_trail in found):
        estate.completeness.saw("trails", template.source)


def _gaps(template: Template, functions: Functions) -> Iterator[tuple[str, bool]]:
    """Each reason, and whether it surely is a trail."""
    for name in template.transforms:
        # AWS's own transforms make no trails, but one takes in what stands elsewhere
        if name == "AWS::Include":
            yield f"{name} takes in what stands elsewhere: give the processed template", False
        elif not name.startswith("AWS::"):
            # a macro may make anything
            yield f"the macro {name:.80} may add resources: give the processed template", False
    for name, resource in template.resources.items():
        if str(name).startswith("Fn::"):
            yield f"{name:.80} is not worked out", False
        elif isinstance(resource, Mapping) and _is_made(resource, functions):
            kind = str(resource.get("Type"))
            properties = functions.value(resource.get("Properties") or {})
            own = properties if isinstance(properties, Mapping) else {}
            followed = functions.nested is not None and functions.nested.is_followed(
                functions, str(name)
            )
            if not followed:
                yield from _resource_gap(_line(template, name), kind, own)


def _is_made(resource: Mapping[str, Any], functions: Functions) -> bool:
    condition = resource.get("Condition")
    return condition is None or functions.condition(condition) is not False


def _line(template: Template, name: str) -> str:
    """Line and logical id: the file stands before every reason."""
    place = template.place(name).removeprefix(f"{template.source}:").strip()
    return f"line {place}" if place[:1].isdecimal() else place


def _resource_gap(
    place: str, kind: str, properties: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    if kind == _STACK_SET:
        trails = trails_in(properties.get("TemplateBody"))
        where = _describe_targets(properties)
        if trails is None:
            yield f"{place} is a stack set{where}, and its template does not stand here", False
        elif trails:
            names = listed(trails, _MOST_NAMED)
            reason = f"{place} is a stack set that makes trails ({names:.200}){where}"
            yield f"{reason}: each writes files of its own, and its copies of events are paid", True
    elif kind in NESTED:
        yield f"{place} is a stack of its own: name its template as well", False
    elif kind in _MAKERS:
        yield f"{place}: {_MAKERS[kind]}", False
    elif kind.endswith("::MODULE"):
        yield f"{place} is a module, {kind:.80}: what it makes does not stand here", False
    elif "trail" in kind.lower() and kind not in _HARMLESS:
        yield f"{place} is of a type that is not read, {kind:.80}: it may be a trail", True


def _describe_targets(properties: Mapping[str, Any]) -> str:
    """Where a stack set puts its stacks, as far as it says so."""
    units: dict[str, None] = {}
    regions: dict[str, None] = {}
    groups = properties.get("StackInstancesGroup")
    for group in groups if isinstance(groups, list) else ():
        targets = group.get("DeploymentTargets") if isinstance(group, Mapping) else None
        if isinstance(targets, Mapping):
            for key, noun in (("OrganizationalUnitIds", ""), ("Accounts", "account ")):
                units |= {f"{noun}{unit!s:.40}": None for unit in _as_list(targets.get(key))}
        if isinstance(group, Mapping):
            regions |= {f"{region!s:.40}": None for region in _as_list(group.get("Regions"))}
    if not units:
        return ", in accounts and Regions that it does not list"
    who, where = listed(units, _MOST_NAMED), listed(regions, _MOST_NAMED)
    return f" in every account of {who}, Regions {where}"


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
