"""Groups of accounts: by organizational unit (OU) and by tag.

The path of an OU names every level from the root on, as `Root/Workloads/Prod`; whoever names an OU
means those beneath it too. A tag is a name and a value, which AWS lets be empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Protocol

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from pricing.reading.document import Map
from pricing.reading.json_schemas import TEXT_SCHEMA
from pricing.reading.scalar_writer import flow
from pricing.reading.validation import joined, read_text, refusal, refusal_inside

SEPARATOR = "/"
_LONGEST = 200  # of a mapping that a message repeats
_LIKE = "write a name and a value for each, such as {team: payments}"
_OU = "the path of an OU such as Root/Workloads/Prod"
_OU_PATTERN = r"^[^/\s]([^/]*[^/\s])?(/[^/\s]([^/]*[^/\s])?)*$"


class Grouped(Protocol):
    """What has an OU and tags: an account."""

    @property
    def ou(self) -> str | None:
        """The path of its OU; None where it is not known."""

    @property
    def tags(self) -> Mapping[str, str]:
        """Its tags by name."""


def read_ou(value: Any) -> str:
    """A path of names, parted by slashes."""
    text = read_text(value)
    names = [name.strip() for name in text.split(SEPARATOR)]
    plain = SEPARATOR.join(name for name in names if name)
    if plain != text:
        raise refusal(value, _OU, f"write {plain}" if plain else "name it")
    return text


def read_tags(value: Any) -> dict[str, str]:
    """Tags: a mapping of names to values."""
    if not isinstance(value, dict):
        raise refusal(value, "a mapping of tags such as {team: payments}", _tags_fix(value))
    tags: dict[str, str] = {}
    errors = []
    for name, item in value.items():
        try:
            # a blank line would be no name, and an empty value is a value to AWS
            if item is None:
                raise refusal(item, "text", 'write "" for an empty value, or remove the tag')
            tags[read_text(name)] = "" if item == "" else read_text(item)
        except PydanticCustomError as error:
            errors.append(refusal_inside(error, str(name)))
    if errors:
        raise joined(errors)
    return tags


def aws_tags(items: Iterable[Any]) -> dict[str, str]:
    """The tags of AWS's own list of them, `[{Key: team, Value: payments}]`.

    >>> aws_tags([{"Key": "team", "Value": "payments"}, {"key": "empty"}, "x"])
    {'team': 'payments', 'empty': ''}
    """
    pairs = [
        {str(key).casefold(): text for key, text in item.items()}
        for item in items
        if isinstance(item, dict)
    ]
    return {
        str(pair["key"]): "" if pair.get("value") is None else str(pair["value"])
        for pair in pairs
        if "key" in pair
    }


def organization_place(item: Mapping[str, Any], line: int) -> dict[str, Any]:
    """The OU and the tags that an account of AWS's JSON has, as the keys of an inventory.

    `Paths` are the paths of ids that Organizations gives since 2025, with the organization in front
    and the account's own id at the end. AWS's answer has no tags; whoever adds them writes `Tags`,
    as AWS's list of Key and Value or as a mapping.
    """
    place: dict[str, Any] = {}
    paths = item.get("Paths")
    if isinstance(paths, list) and paths and isinstance(paths[0], str):
        ids = [part for part in paths[0].split("/") if part.startswith(("r-", "ou-"))]
        place |= {"ou": "/".join(ids)} if ids else {}
    for name in ("Ou", "OU", "OuPath", "OrganizationalUnit"):
        if isinstance(item.get(name), str) and item[name].strip():
            place["ou"] = item[name]
    tags = item.get("Tags")
    if isinstance(tags, list):
        tags = aws_tags(tags)
    if isinstance(tags, dict) and tags:
        place["tags"] = Map(line)
        place["tags"].update(tags)
    return place


def _tags_fix(value: Any) -> str:
    """How to write the tags that stand there as a list or as text."""
    items = list(value) if isinstance(value, list | tuple) else [value]
    tags: dict[str, Any] = {}
    for item in items:
        if isinstance(item, str):
            # team=payments, team:payments, and several of them with commas
            found = [re.split(r"\s*[=:]\s*", part, maxsplit=1) for part in re.split("[,;]", item)]
            tags |= {pair[0].strip(): pair[1].strip() for pair in found if len(pair) == 2}
            if any(len(pair) != 2 for pair in found):
                break
        elif isinstance(item, dict):
            own = aws_tags([item])
            tags |= own or {str(name): text for name, text in item.items()}
        else:
            break
    else:
        if tags and all(isinstance(text, str) for text in tags.values()):
            text = flow(tags)
            return f"write {text}" if len(text) <= _LONGEST else _LIKE
    return _LIKE


def read_tag(value: Any) -> dict[str, str]:
    """One tag: its name and its value."""
    tags = read_tags(value)
    if len(tags) != 1:
        found = "no tag" if not tags else f"{len(tags)} tags"
        raise refusal(value, "one tag such as {team: payments}", "name one", found=found)
    return tags


_TAGS: dict[str, Any] = {
    "type": "object",
    "propertyNames": TEXT_SCHEMA,
    "additionalProperties": {"anyOf": [TEXT_SCHEMA, {"const": ""}]},
}
OuPath = Annotated[
    str,
    PlainValidator(read_ou),
    WithJsonSchema({"allOf": [TEXT_SCHEMA, {"pattern": _OU_PATTERN}], "type": "string"}),
]
Tags = Annotated[dict[str, str], PlainValidator(read_tags), WithJsonSchema(_TAGS)]
OneTag = Annotated[
    dict[str, str],
    PlainValidator(read_tag),
    WithJsonSchema({**_TAGS, "minProperties": 1, "maxProperties": 1}),
]


def is_in_ou(account: Grouped, path: str) -> bool:
    """True for an account of an OU, and of those beneath it.

    >>> from types import SimpleNamespace
    >>> prod = SimpleNamespace(ou="Root/Workloads/Prod", tags={})
    >>> is_in_ou(prod, "Root/Workloads"), is_in_ou(prod, "Root/Work")
    (True, False)
    """
    return account.ou is not None and f"{account.ou}{SEPARATOR}".startswith(f"{path}{SEPARATOR}")


def paths_above(path: str) -> list[str]:
    """Return a path and those of the OUs above it, the root first.

    >>> paths_above("Root/Workloads/Prod")
    ['Root', 'Root/Workloads', 'Root/Workloads/Prod']
    """
    names = path.split(SEPARATOR)
    return [SEPARATOR.join(names[: depth + 1]) for depth in range(len(names))]


def list_ou_paths(accounts: Iterable[Grouped]) -> list[str]:
    """The paths of the OUs that any account is in, and of those above them, in their order."""
    return list(
        dict.fromkeys(
            path for account in accounts if account.ou for path in paths_above(account.ou)
        )
    )


def has_tag(account: Grouped, tag: Mapping[str, str]) -> bool:
    """True for an account with all of some tags."""
    return all(account.tags.get(name) == value for name, value in tag.items())


def tag_names(accounts: Iterable[Grouped]) -> list[str]:
    """The names of the tags that any account has, in their order."""
    return list(dict.fromkeys(name for account in accounts for name in account.tags))


def group_labels(accounts: Iterable[Grouped], tag: str | None) -> list[str]:
    """The group of each account: its OU, or its value of a tag.

    Accounts without one are a group of their own, so that groups always add up to the whole.

    >>> from types import SimpleNamespace
    >>> prod = SimpleNamespace(ou="Root/Prod", tags={"team": "payments"})
    >>> new = SimpleNamespace(ou=None, tags={})
    >>> group_labels([prod, new], None), group_labels([prod, new], "team")
    (['Root/Prod', '(no OU)'], ['payments', '(no tag team)'])
    """
    values = [account.ou if tag is None else account.tags.get(tag) for account in accounts]
    taken = set(values)

    def label(text: str) -> str:
        # a value may read like the name of the group without one: two groups never become one
        while text in taken:
            text = f"({text})"
        return text

    nothing = label("(no OU)" if tag is None else f"(no tag {tag})")
    empty = label(f"(empty tag {tag})")
    return [nothing if value is None else value or empty for value in values]
