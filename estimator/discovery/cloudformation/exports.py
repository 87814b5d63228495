"""What the named templates export to one another, by name: CDK's cross-stack form among others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from estimator.discovery.cloudformation.functions import Functions

# stands for a stack's name, which no template knows, while the names of exports are worked out
_STACK = "\0"


class Exports:
    """The outputs of all templates that other stacks may import."""

    def __init__(
        self,
        readers: Sequence[Functions],
        given: Mapping[str, str],
        account: str | None,
        region: str | None,
    ) -> None:
        self._open: set[int] = set()
        self._found: list[tuple[re.Pattern[str], Functions, Any]] = []
        for functions in readers:
            naming = Functions(functions.template, given, account, region, _STACK)
            for output in functions.template.outputs.values():
                if not isinstance(output, Mapping):
                    continue
                export = output.get("Export")
                name = naming.value(export.get("Name")) if isinstance(export, Mapping) else None
                holds = functions.condition(output["Condition"]) if "Condition" in output else True
                if isinstance(name, str) and name and holds is not False:
                    pattern = ".+".join(re.escape(part) for part in name.split(_STACK))
                    self._found.append((re.compile(pattern), functions, output.get("Value")))

    def value(self, name: str) -> Any:
        """The value under a name; None where no template exports it, or several do."""
        found = [
            number for number, (pattern, *_) in enumerate(self._found) if pattern.fullmatch(name)
        ]
        # two templates that export what they import from one another have no value
        if len(found) != 1 or found[0] in self._open:
            return None
        _, functions, value = self._found[found[0]]
        self._open.add(found[0])
        try:
            return functions.value(value)
        finally:
            self._open.discard(found[0])
