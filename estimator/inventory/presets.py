"""Known readers: how often each gets a log file, who says so, and what is only assumed."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from estimator.inventory.assumptions import Quantity, Range
from pricing.reading.validation import Day, Flag, Section, Text, load_as, read_text, refusal
from pricing.reading.words import nearest

PRESETS = Path(__file__).with_name("presets.yaml")


class PresetSource(Section):
    """The text that says how often a reader gets a file, and the day on which it was read."""

    title: Text
    url: Text | None = None
    checked: Day


class Preset(Section):
    """A known reader."""

    name: Text
    gets_per_file: Quantity
    assumed: Flag = False
    source: PresetSource

    @property
    def gets(self) -> Range:
        """Its gets per file with the source in words. [get/file]

        >>> presets()["splunk"].gets.source
        'preset splunk: assumption, no source was found, checked 2026-11-28'
        """
        parts = [self.source.title, self.source.url or "", f"checked {self.source.checked}"]
        source = ", ".join(part for part in ("assumption" * self.assumed, *parts) if part)
        return dataclasses.replace(self.gets_per_file, source=f"preset {self.name}: {source}")


class _Presets(Section):
    version: Literal[1]
    presets: tuple[Preset, ...] = Field(min_length=1)


@cache
def presets() -> dict[str, Preset]:
    """Every preset by its name.

    >>> presets()["panther"].gets.high
    2.0
    """
    return {preset.name: preset for preset in load_as(_Presets, PRESETS).presets}


def read_preset(value: Any) -> str:
    """The name of a preset, or a refusal with the nearest one and all of them."""
    name = read_text(value)
    if name not in presets():
        word = name.lower().replace("_", "-").replace(" ", "-")
        longer = [preset for preset in presets() if preset.startswith(word)]  # datadog, elastic
        close = longer[0] if longer else nearest(word, presets())
        fix = f"did you mean {close}?" if close else "leave it out and write gets_per_file"
        raise refusal(value, f"one of {', '.join(presets())}", fix)
    return name


PresetName = Annotated[str, PlainValidator(read_preset), WithJsonSchema({"enum": list(presets())})]
