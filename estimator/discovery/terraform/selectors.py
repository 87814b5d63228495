"""The event selectors of `aws_cloudtrail`, in AWS's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.discovery.estate import Resource
from estimator.discovery.selectors import record_selectors
from estimator.discovery.terraform.nodes import APPLY, Node, blocks_of

_FIELDS = {
    "Field": "field",
    "Equals": "equals",
    "NotEquals": "not_equals",
    "StartsWith": "starts_with",
    "NotStartsWith": "not_starts_with",
    "EndsWith": "ends_with",
    "NotEndsWith": "not_ends_with",
}


def take_selectors(trail: Resource, node: Node) -> None:
    """Note what a trail's event selectors take in."""
    if node.is_unknown("event_selector") or node.is_unknown("advanced_event_selector"):
        trail.record("kms_events", True, node.label, f"event selectors: {APPLY}", "event_selector")
        return
    basic = [_basic(block) for block in blocks_of(node.get("event_selector"))]
    advanced = [
        {"FieldSelectors": [_rename_fields(x) for x in blocks_of(block.get("field_selector"))]}
        if isinstance(block, Mapping)
        else block
        for block in blocks_of(node.get("advanced_event_selector"))
    ]
    note = "advanced_event_selector" if advanced else "event_selector"
    source = note if basic or advanced else f"no {note}"
    record_selectors(trail, basic, advanced, node.label, source)


def _basic(block: Any) -> Any:
    if not isinstance(block, Mapping):
        return block
    return {
        "ReadWriteType": block.get("read_write_type"),
        "IncludeManagementEvents": block.get("include_management_events"),
        "ExcludeManagementEventSources": block.get("exclude_management_event_sources"),
    }


def _rename_fields(block: Any) -> Any:
    if not isinstance(block, Mapping):
        return block
    return {name: block.get(attribute) for name, attribute in _FIELDS.items()}
