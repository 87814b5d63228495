"""An editor that knows the JSON Schema: it reads YAML 1.2, has no dates and knows no 12_000."""

import re
from functools import cache
from typing import Any, ClassVar

import yaml

from estimator import schema
from tests.extras import needed


class _Loader(yaml.SafeLoader):
    """The core schema of YAML 1.2, chapter 10.3.2."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def _number(_: yaml.SafeLoader, node: yaml.ScalarNode) -> float | int:
    text = node.value
    if text[:2] in ("0o", "0x"):
        return int(text, 0)
    return int(text) if re.fullmatch(r"[-+]?[0-9]+", text) else float(text.replace(".inf", "inf"))


for _tag, _pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)",
}.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), None
    )
for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _number)


def read_in_editor(text: str) -> Any:
    """The values of a YAML text as an editor sees them."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  # a SafeLoader


@cache
def _validator() -> Any:
    library = needed("jsonschema")
    checker = library.FormatChecker(["date"])
    return library.Draft202012Validator(schema(), format_checker=checker)


def marks(text: str) -> list[str]:
    """What an editor marks in a YAML text: the places and the messages of the schema."""
    errors = _validator().iter_errors(read_in_editor(text))
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in errors]
