"""Plans and states as Terraform prints them, small enough to read."""

import json


def instance(address, values, index=None, mode="managed"):
    """A resource instance of planned values; its type and name out of its address."""
    plain = address.rpartition("]")[0].rpartition("[")[0] if address.endswith("]") else address
    kind, name = plain.split(".")[-2:]
    resource = {"address": address, "mode": mode, "type": kind, "name": name, "values": values}
    return resource if index is None else {**resource, "index": index}


def change(address, unknown):
    """The part of a plan that says what only applying it will show."""
    plain = address.rpartition("]")[0].rpartition("[")[0] if address.endswith("]") else address
    kind = plain.split(".")[-2]
    return {
        "address": address,
        "type": kind,
        "change": {"actions": ["create"], "after_unknown": dict.fromkeys(unknown, True)},
    }


def configure(kind, name, provider="aws", mode="managed", **expressions):
    """A resource as the configuration has it: a list is what it refers to, else a constant."""
    values = {
        key: {"references": value} if isinstance(value, list) else {"constant_value": value}
        for key, value in expressions.items()
    }
    return {
        "mode": mode,
        "type": kind,
        "name": name,
        "provider_config_key": provider,
        "expressions": values,
    }


def plan(
    resources=(), changes=(), config=(), modules=(), calls=None, providers=None, prior=(), **more
):
    """A whole plan."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.5",
        "planned_values": {
            "root_module": {"resources": list(resources), "child_modules": list(modules)}
        },
        "prior_state": {
            "format_version": "1.0",
            "values": {"root_module": {"resources": list(prior)}},
        },
        "resource_changes": list(changes),
        "configuration": {
            "provider_config": providers or {"aws": {"name": "aws"}},
            "root_module": {"resources": list(config), "module_calls": calls or {}},
        },
        **more,
    }


def save(folder, document, name="plan.json"):
    """The document as a file."""
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


TRAIL = {
    "name": "org",
    "enable_logging": True,
    "enable_log_file_validation": True,
    "event_selector": [],
    "advanced_event_selector": [],
    "insight_selector": [],
    "is_multi_region_trail": True,
    "is_organization_trail": True,
    "kms_key_id": None,
    "s3_bucket_name": "example-logs",
}
