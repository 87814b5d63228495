"""Every command's help as Markdown, out of the signatures that `--help` is made of.

The shape is ours: each version of typer and click lays out `--help` anew.
"""

from __future__ import annotations

import enum
import importlib
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import typer
from typer.models import ArgumentInfo
from typer.utils import get_params_from_function

from estimator.cli.application import NAMES

VALUES = {"int": "NUMBER", "float": "NUMBER", "Path": "FILE"}


@dataclass(frozen=True)
class Command:
    """A command or a group of commands.

    Attributes
    ----------
    name : str
        Its words behind `kmscost`.
    function : callable or None
        What it runs; None for a group.
    """

    name: str
    help: str
    example: str
    function: Callable[..., Any] | None


def all_commands() -> Iterator[Command]:
    """All commands in the order of a user's work, those of a group behind it."""
    for name in NAMES:
        app = importlib.import_module(f"estimator.cli.{name}").app
        single = [command for command in app.registered_commands if command.name is None]
        if single:
            yield _command(name, single[0])
        else:
            yield from _group(name, app)


def _group(name: str, app: typer.Typer) -> Iterator[Command]:
    yield Command(name, paragraphs_of(app.info.help), paragraphs_of(app.info.epilog), None)
    for command in app.registered_commands:
        yield _command(f"{name} {command.name}", command)
    for inner in app.registered_groups:
        yield from _group(f"{name} {inner.name}", inner.typer_instance)


def _command(name: str, info: Any) -> Command:
    text = info.help or info.callback.__doc__
    return Command(name, paragraphs_of(text), paragraphs_of(info.epilog), info.callback)


def paragraphs_of(text: Any) -> str:
    """A text's paragraphs, a line each; nothing where typer has a placeholder for no text."""
    paragraphs = text.split("\n\n") if isinstance(text, str) else []
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def commands_in_words() -> str:
    """Every command as Markdown."""
    found = list(all_commands())
    return "\n\n".join(command_in_words(command, found) for command in found)


def command_in_words(command: Command, found: list[Command]) -> str:
    """One command: what it does, its arguments and options, its example."""
    level = "##" if " " not in command.name else "###"
    parts = [f"{level} {command.name}", command.help]
    if command.function is None:
        inner = [other.name for other in found if other.name.startswith(f"{command.name} ")]
        parts.append(f"Commands: {', '.join(f'`{name}`' for name in inner)}.")
    else:
        given = get_params_from_function(command.function).values()
        arguments = [
            parameter for parameter in given if isinstance(parameter.default, ArgumentInfo)
        ]
        options = [
            parameter
            for parameter in given
            if parameter not in arguments and not parameter.default.hidden
        ]
        usage = " ".join(["kmscost", command.name, *map(in_usage, arguments)])
        parts.append(f"```\n{usage}{' [OPTIONS]' if options else ''}\n```")
        rows = [row(parameter) for parameter in (*arguments, *options)]
        parts.append("\n".join(["| | | default |", "|---|---|---|", *rows]))
    if command.example:
        parts.append(f"Example: `{command.example.removeprefix('Example: ')}`")
    return "\n\n".join(parts)


def row(parameter: Any) -> str:
    """An argument or option in the table."""
    info = parameter.default
    text = cell(info.help or "").replace("<", "&lt;")
    return f"| `{cell(left(parameter))}` | {text} | {default(info)} |"


def is_needed(info: Any) -> bool:
    """Tell whether an argument or option must be given."""
    return info.default is ...


def in_usage(argument: Any) -> str:
    """An argument in the line of usage."""
    name = left(argument)
    return name if is_needed(argument.default) else f"[{name}]"


def left(parameter: Any) -> str:
    """The name of an argument, or the names of an option and its value."""
    info = parameter.default
    if isinstance(info, ArgumentInfo):
        name = info.metavar or parameter.name.upper()
        many = "list" in str(parameter.annotation) and not name.endswith("...")
        return f"{name}..." if many else name
    value = info.metavar or value_of(parameter.annotation)
    names = ", ".join(info.param_decls or [f"--{parameter.name.replace('_', '-')}"])
    if parameter.annotation is bool and not info.param_decls:
        names += f" / --no-{parameter.name.replace('_', '-')}"  # typer adds it by itself
    return f"{names} {value}" if value else names


def value_of(annotation: Any) -> str:
    """Return what stands behind an option: its choices, or its kind; nothing behind a flag."""
    kinds = [argument for argument in typing.get_args(annotation) if argument is not type(None)]
    kind = kinds[0] if kinds else annotation
    if isinstance(kind, enum.EnumType):
        return "|".join(str(member.value) for member in kind)
    return "" if kind is bool else VALUES.get(kind.__name__, "TEXT")


def default(info: Any) -> str:
    """The default, where there is one to speak of."""
    if is_needed(info):
        return "needed"
    value = getattr(info.default, "value", info.default)
    return "" if value in (None, False, "") else f"`{value}`"


def cell(text: str) -> str:
    """A text in a cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")
