"""Random inventories with mistakes: a few parts of a valid one replaced, removed or added."""

import copy
import random
from typing import Any

import yaml

from tests.oracle.drawing import QuotingDumper
from tests.oracle.random_inventories import draw_inventory


class Plain(str):
    """Text that is written without quotes, whatever readers of YAML make of it."""

    __slots__ = ()


class _Dumper(QuotingDumper):
    """Writes `Plain` as it is, and no anchors: a part may stand in two places."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _represent_plain(dumper: yaml.SafeDumper, text: Plain) -> yaml.Node:
    tag = dumper.resolve(yaml.ScalarNode, str(text), (True, False))
    return dumper.represent_scalar(tag, str(text), style=None)


_Dumper.add_representer(Plain, _represent_plain)

_VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 7, 0.5, 1.5, -0.5, 1e16, 10**400),
    *("", " ", "all", "default", "org", "key-0", "trail-0", "reader-0", "x" * 257, "a\tb", "logs "),
    *("111122223333", "999988887777", "2222-2222-2222", "11112222333", "prod", "every-file"),
    *("us-east-1", "eu-west-9", "us-eest-1", "Ireland", "us-east-1a", "US-EAST-1", "sse-kms"),
    *("10%", "10 %", "150%", "-5%", "100%", "1001%", "-100%", "ten", "288", "12_000", "0.5"),
    *("2026-11-01", "2026-02-30", "{{ x }}", "${x}", "organization", "exempt", "account"),
    *("arn:aws:kms:us-east-1:111122223333:key/1234", "alias/logs", "SYMMETRIC_DEFAULT", "RSA_2048"),
    *(Plain("12_000"), Plain("1_0.5"), Plain("2026-11-01"), Plain("2026-12-01"), Plain("10%")),
    *(
        Plain("3e-6"),
        Plain("1e3"),
        Plain(".5"),
        Plain("-0"),
        Plain("+1"),
        Plain("1."),
        Plain("99%"),
    ),
    *([], {}, ["all"], ["default"], ["us-east-1"], ["us-east-1", "eu-west-1"], [1], [None]),
    *(["111122223333"], ["trail-0"], [0.5, 0.8], [1, 0.5], ["50%", "80%"], [[]], [{}]),
    *({"low": 1, "high": 2}, {"low": 2, "high": 1}, {"low": 0.1, "high": 0.2}, {"low": 1}),
    *({"mid": 0.5}, {"low": 0.1, "high": 0.3, "mid": 0.2, "source": "x"}, {"source": "x"}),
    *({"low": "1%", "high": "5%"}, {"mid": None}, {"min": 1, "max": 2}, {"low": 0, "high": 1}),
    *({"us-east-1": 1, "other": 2}, {"other": 3}, {"eu-west-9": 1}, {"x": 1}, {"us-east-1": "x"}),
    *({"111122223333": 1}, {"1": 2}, {"name": "b"}, {"id": "k", "region": "us-east-1"}),
]
_KEYS = ("from", "until", "regions", "name", "key", "payer", "account", "trails", "files_per_day")


def locations(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document but its root, outermost first."""
    found = [at] if at else []
    if isinstance(node, dict | list):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            found += locations(item, (*at, key))
    return found


def at_place(node: Any, place: tuple[Any, ...]) -> Any:
    """The part at a place."""
    for part in place:
        node = node[part]
    return node


def mutate(document: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one mistake, or what is none."""
    mutated = copy.deepcopy(document)
    place = rng.choice(locations(mutated))
    parent, part = at_place(mutated, place[:-1]), place[-1]
    action = rng.random()
    if action < 0.55:
        parent[part] = copy.deepcopy(rng.choice(_VALUES))
    elif action < 0.7:
        parent[part] = copy.deepcopy(at_place(mutated, rng.choice(locations(mutated))))
    elif action < 0.8:
        del parent[part]
    elif isinstance(parent, dict):
        parent[rng.choice((*_KEYS, "colour"))] = copy.deepcopy(rng.choice(_VALUES))
    else:
        parent.append(copy.deepcopy(parent[part] if action < 0.9 else rng.choice(_VALUES)))
    return mutated


def draw_mutated(seed: int) -> tuple[str, dict[str, str]]:
    """The YAML of a random inventory with up to three mistakes, and the files beside it."""
    rng = random.Random(seed)  # noqa: S311 (not for secrets)
    drawing = draw_inventory(seed)
    document = drawing.document
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        document = mutate(document, rng)
    return dump(document), drawing.files


def dump(document: Any) -> str:
    """A document as YAML."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100)
