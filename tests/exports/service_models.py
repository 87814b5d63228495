"""AWS's own service models, as botocore ships them, and all that they ask of an input."""

import re

import pytest

from tests.extras import needed


def complaints(service, operation, given):
    """Return what is wrong by the model: types, needed keys, patterns that botocore leaves out."""
    session, validate = needed("botocore.session"), needed("botocore.validate")
    own = session.get_session()
    if service not in own.get_available_services():
        pytest.skip(f"this release of botocore has no model of {service}")
    model = own.get_service_model(service)
    shape = model.operation_model(operation).input_shape
    report = validate.ParamValidator().validate(given, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *_patterns(given, shape)]


def _patterns(given, shape, at="input"):
    """Patterns, lengths and lists that are too long, all the way down."""
    if shape.type_name == "structure":
        for name, value in given.items():
            yield from _patterns(value, shape.members[name], f"{at}.{name}")
    elif shape.type_name == "list":
        if not shape.metadata.get("min", 0) <= len(given) <= shape.metadata.get("max", len(given)):
            yield f"{at}: {len(given)} items"
        for index, value in enumerate(given):
            yield from _patterns(value, shape.member, f"{at}[{index}]")
    elif shape.type_name == "map":
        for key, value in given.items():
            yield from _patterns(value, shape.value, f"{at}.{key}")
    elif shape.type_name == "string" and isinstance(given, str):
        metadata = shape.metadata
        if not metadata.get("min", 0) <= len(given) <= metadata.get("max", len(given)):
            yield f"{at}: {len(given)} characters"
        # Java allows flags inside, Python only in front; the pattern is meant for the whole text
        pattern = metadata.get("pattern", "").replace("(?i)", "")
        if pattern and not re.fullmatch(pattern, given):
            yield f"{at}: {given!r} is not {pattern}"
        if metadata.get("enum") and given not in metadata["enum"]:
            yield f"{at}: {given!r} is none of {metadata['enum']}"
