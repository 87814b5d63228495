"""The parts of docs/ and examples/ that are generated: `python -m tests.generate` writes them all.

Run it after a frame, a command, an option, a rate table or a schema has changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml

from estimator import schema
from estimator.frames import FRAMES
from estimator.inventory.reader_sections import PRESETS
from estimator.measurement.services import CONTEXT_RULES
from estimator.report.formats.json_and_csv import to_json
from pricing.regions import TABLES
from tests.command_pages import cell, commands_in_words
from tests.inventory_page import inventory_in_words
from tests.pictures import FOLDER, draw_picture, picture_commands, words_of
from tests.real_data import ROOT

HOW = "generated: python -m tests.generate"


def frames_in_words() -> str:
    """The columns of every frame as Markdown."""
    parts = []
    for name, columns in FRAMES.items():
        rows = "\n".join(
            f"| {column.name} | {column.dtype} | {column.unit} | {column.meaning} |"
            for column in columns
        )
        parts.append(
            f"**{name}**\n\n| column | dtype | unit | meaning |\n|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def tables_in_words() -> str:
    """Every dated rate and quota of pricing/tables, and every preset, with its source."""
    rows = []
    for path in sorted(TABLES.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for free in document.get("free_quantities", []):
            what = f"Free quantity of {free['pool']} in {', '.join(free['partitions'])}"
            for version in free["versions"]:
                sure = "confirmed" if version["confirmed"] else "not confirmed"
                rows.append((path.name, what, version["from"], sure, version["source"]))
        for meter in document.get("meters", []):
            for version in meter["versions"]:
                sure = "confirmed" if version["confirmed"] else "second-hand"
                rows.append((path.name, meter["title"], version["from"], sure, version["source"]))
        if "source" in document:
            rows.append((path.name, "all of it", "current", "confirmed", document["source"]))
    for preset in yaml.safe_load(PRESETS.read_text(encoding="utf-8"))["presets"]:
        sure = "assumption" if preset.get("assumed") else "read"
        what = f"Gets per file of preset {preset['name']}"
        rows.append((PRESETS.name, what, "current", sure, preset["source"]))
    lines = (
        f"| {name} | {cell(what)} | {start} | {_link(source)} | {source['checked']} | {sure} |"
        for name, what, start, sure, source in rows
    )
    head = "| table | what | from | source | checked | sure |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(lines) + "\n"


def rules_in_words() -> str:
    """The rules of attribution, in their order, as Markdown."""
    rows = "\n".join(
        f"| `{rule.key}` | {rule.service} | {rule.resource} | {cell(rule.source)} |"
        for rule in CONTEXT_RULES
    )
    head = "| key of the context | service | resource | source |\n|---|---|---|---|\n"
    return head + rows + "\n"


def _link(source: dict[str, str]) -> str:
    title = cell(source["title"])
    return f"[{title}]({source['url']})" if "url" in source else title


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "docs/commands.md": ("commands", commands_in_words),
    "docs/inventory.md": ("format", inventory_in_words),
    "docs/measure.md": ("rules of attribution", rules_in_words),
    "docs/output.md": ("frames", frames_in_words),
    "docs/sources.md": ("tables", tables_in_words),
}


def regenerate(path: str) -> tuple[str, str]:
    """A document as it is, and as it would be with its generated part made anew."""
    name, make = PARTS[path]
    before = (ROOT / path).read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: {HOW} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"^<!-- {name}:.*?-->$.*^{re.escape(end)}$", re.DOTALL | re.MULTILINE)
    if not pattern.search(before):
        raise SystemExit(f"{path}: no lines `{begin}` and `{end}` to write between")
    fresh = f"{begin}\n\n{make().strip()}\n\n{end}"
    return before, pattern.sub(lambda _: fresh, before)


def main() -> None:
    """Write all parts."""
    for path in PARTS:
        before, fresh = regenerate(path)
        if before != fresh:
            (ROOT / path).write_text(fresh, encoding="utf-8")
            print(f"wrote {path}")  # noqa: T201 (a command)
    for of in ("inventory", "scenario"):
        path = ROOT / "examples" / f"{of}.schema.json"
        if path.read_text(encoding="utf-8") != to_json(schema(of)):
            path.write_text(to_json(schema(of)), encoding="utf-8")
            print(f"wrote examples/{of}.schema.json")  # noqa: T201
    for name, arguments in picture_commands().items():
        path, svg = FOLDER / name, draw_picture(arguments)
        if not path.exists() or words_of(path.read_text(encoding="utf-8")) != words_of(svg):
            path.write_text(svg, encoding="utf-8")
            print(f"wrote docs/pictures/{name}")  # noqa: T201


if __name__ == "__main__":
    main()
