"""The rules that all commands keep: stdin and stdout, formats, files not written over, quiet."""

from __future__ import annotations

import atexit
import contextlib
import functools
import inspect
import os
import shutil
import stat
import tempfile
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.models import ArgumentInfo

from estimator.cli.output import Endings, be_quiet
from estimator.cli.progress import waiting
from pricing.reading.problems import KmscostError, Problem, UsageError

_STDIN = Path("/dev/stdin")
# inventories that the one made from them may replace
_REPLACED = {("calibrate", "inventory"), ("discover", "merge")}
# what is written under another name than --output: there - is no stdin
_WRITTEN = {("init", "path"), ("init", "example")}

# the endings of files that say a format, where these are not its own name
_ENDINGS = {
    "table": (".txt",),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm"),
    "yaml": (".yaml", ".yml"),
}
_Quiet = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Say nothing on stderr but errors.", show_default=False),
]


def as_command(function: Callable[..., None]) -> Callable[..., None]:
    """Return a function for typer that settles what its options leave open, then calls `function`.

    It works on the values that typer has converted already: nothing of typer's own classes, which
    change from release to release.
    """
    hints = typing.get_type_hints(function, include_extras=True)

    files = {
        name
        for name, hint in hints.items()
        if name != "output" and (function.__name__, name) not in _WRITTEN and _is_file(hint)
    }

    def run(**values: Any) -> None:
        be_quiet(values.pop("quiet"))
        given = _with_stdin(values, files)
        output = given.get("output")
        # a query or a policy that is asked for in place of an answer has one format only
        is_answer = not (given.get("athena") or given.get("policy"))
        if output is not None and is_answer and "form" in hints and given["form"] is None:
            given["form"] = _format_of(output, _choices(hints["form"]))
        if output is not None and "form" not in hints:
            _check_ending(output, hints["output"])
        if output is not None:
            _spare_inputs(function.__name__, given, files, output)
        try:
            with waiting():
                function(**given)
        except KmscostError as error:
            if type(error) not in (KmscostError, UsageError):  # others are about a document
                raise
            raise type(error)(_in_words_of_help(error, hints)) from None

    functools.update_wrapper(run, function)
    # typer reads the signature of what it is given, not of what that wraps
    del run.__dict__["__wrapped__"]
    signature = inspect.signature(function)
    parameters = [
        *(
            parameter.replace(annotation=hints[name])
            for name, parameter in signature.parameters.items()
        ),
        inspect.Parameter(
            "quiet", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=_Quiet
        ),
    ]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # of functions
    run.__annotations__ = {**hints, "quiet": _Quiet}
    return run


def _in_words_of_help(error: KmscostError, hints: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of an error, parameters of functions under the names of their options.

    So are columns: functions take them with underscores, as frames have them.
    """
    for problem in error.problems:
        hint = None if Path(problem.path).exists() else hints.get(problem.path)
        if problem.expected.startswith("columns out of"):  # names of tags stay as they are
            expected, fix = (text.replace("_", "-") for text in (problem.expected, problem.fix))
            problem = replace(problem, expected=expected, fix=fix)  # noqa: PLW2901  the same problem
        _, *infos = typing.get_args(hint) or (None,)
        for info in infos:
            # typer takes the first name of an Annotated option for its default
            words = (info.default, *(info.param_decls or ()))
            names = [word for word in words if str(word).startswith("--")]
            name = (
                names[0].partition("/")[0] if names else str(info.metavar or problem.path).upper()
            )
            problem = replace(problem, path=name.rstrip("."))  # noqa: PLW2901  the same problem
        yield problem


def _is_file(hint: Any) -> bool:
    """Say whether a parameter names files to read: a path, or an argument that may be a URL."""
    kind, *infos = typing.get_args(hint) or (hint,)
    kinds = {kind, *typing.get_args(kind)}
    kinds |= {inner for outer in kinds for inner in typing.get_args(outer)}
    return Path in kinds or (str in kinds and any(isinstance(i, ArgumentInfo) for i in infos))


def _with_stdin(values: Mapping[str, Any], files: set[str]) -> dict[str, Any]:
    """Let ``-`` stand for stdin wherever a file is read."""
    met = [name for name, path in _inputs(values, files) if str(path) == "-"]
    if len(met) > 1:
        expected = "stdin for one file only"
        raise UsageError(Problem("-", None, "", f"it {len(met)} times", expected, ""))
    if met:
        _store_stdin()
    given = dict(values)
    for name in met:
        value = values[name]
        is_list = isinstance(value, list)
        given[name] = [_file(path) for path in value] if is_list else _file(value)
    return given


def _store_stdin() -> None:
    """Put a file in the place of a pipe: what it is gets recognized first, and read again."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return
    with tempfile.NamedTemporaryFile(prefix="kmscost-", delete=False) as file:
        atexit.register(Path(file.name).unlink, missing_ok=True)
        with open(0, "rb", closefd=False) as pipe:
            shutil.copyfileobj(pipe, file)
        file.seek(0)
        os.dup2(file.fileno(), 0)


def _file(path: Any) -> Any:
    return type(path)(_STDIN) if str(path) == "-" else path


def _inputs(values: Mapping[str, Any], files: set[str]) -> Iterator[tuple[str, Any]]:
    """Yield the files that a command reads, each with its parameter."""
    for name in values.keys() & files:
        value = values[name]
        for path in value if isinstance(value, list) else [value]:
            if path is not None:
                yield name, path


def _choices(hint: Any) -> type[Enum]:
    """Return the formats of ``Annotated[Format | None, …]``."""
    (choices,) = (
        kind for kind in typing.get_args(typing.get_args(hint)[0]) if kind is not type(None)
    )
    formats: type[Enum] = choices
    return formats


def _endings(form: Enum) -> tuple[str, ...]:
    return _ENDINGS.get(form.value, (f".{form.value}",))


def _format_of(output: Path, formats: type[Enum]) -> Enum | None:
    """Return the format that the ending of --output says.

    Raises
    ------
    UsageError
        It says none that the command writes: a table of text in report.pdf would surprise.
    """
    if output.exists() and not output.is_file():  # a pipe or a device has no ending
        return None
    for form in formats:
        if output.suffix.lower() in _endings(form):
            return form
    raise _ending_refused(output, [_endings(form)[0] for form in formats], "or say --format")


def _check_ending(output: Path, hint: Any) -> None:
    """Refuse an ending of another format, where a command writes one only."""
    if output.exists() and not output.is_file():
        return
    for info in typing.get_args(hint):
        if isinstance(info, Endings) and output.suffix.lower() not in ("", *info.endings):
            raise _ending_refused(output, info.endings, "choose such a name")


def _ending_refused(output: Path, endings: Sequence[str], fix: str) -> UsageError:
    found = f"{output.name!r}, whose ending says none of its formats"
    expected = f"a name that ends with {'one of ' * (len(endings) > 1)}{', '.join(endings)}"
    return UsageError(Problem("--output", None, "", found, expected, fix))


def _spare_inputs(command: str, values: Mapping[str, Any], files: set[str], output: Path) -> None:
    """Refuse to write over what is read: the answer would take the place of the question."""
    if output.exists() and not output.is_file():
        return
    for name, path in _inputs(values, files):
        is_replaced = (command.partition("_")[0], name) in _REPLACED and _is_inventory(values)
        is_read = not is_replaced and _is_read(command, path, output)
        if is_read or _is_named(path, output):
            found, fix = "a file that the command reads", "choose another path for --output"
            raise UsageError(Problem(str(output), None, "", found, "a file of its own", fix))


def _is_inventory(values: Mapping[str, Any]) -> bool:
    """Tell whether what is written is an inventory, and no account of what changed in it."""
    form = values.get("form")
    return form is None or form.value == "yaml"


def _is_named(path: Any, output: Path) -> bool:
    """Tell whether an output is read because an input names it: accounts, data of a manifest."""
    if not output.exists() or not os.path.isfile(path):  # noqa: PTH113  may be text
        return False
    from estimator.inventory.accounts import files_of_accounts
    from estimator.measurement.billing import deliveries
    from estimator.measurement.recognition import BILL_MANIFEST, INVENTORY, MANIFEST, kind_of_file
    from estimator.measurement.s3_inventory import manifest
    from estimator.measurement.unreadable import UnreadableError

    kind = kind_of_file(str(path))
    named: Sequence[str | Path] = ()
    with contextlib.suppress(KmscostError, UnreadableError):  # whoever reads it says why
        if kind is MANIFEST:
            named = manifest.data_paths(path)
        elif kind is BILL_MANIFEST:
            named = deliveries.data_paths(str(path))
        elif kind in (None, INVENTORY):
            named = files_of_accounts(Path(path))
    return any(os.path.exists(each) and output.samefile(each) for each in named)  # noqa: PTH110


def _is_read(command: str, path: Any, output: Path) -> bool:
    """Tell whether an output is an input: the file itself, or one that a folder is searched for.

    An answer of before, which lies in the folder as well, may be replaced.
    """
    if not os.path.isdir(path):  # noqa: PTH112  may be text
        if os.path.exists(path) and output.exists():  # noqa: PTH110
            return os.path.samefile(path, output)  # noqa: PTH121
        # a history is written where there is none yet
        return Path(path).resolve() == output.resolve()
    if not output.exists() or not output.resolve().is_relative_to(Path(path).resolve()):
        return False
    from estimator.measurement.recognition import MEASUREMENT, kind_of_file

    kind = kind_of_file(str(output))
    if kind is MEASUREMENT:
        return not command.startswith("measure")
    return kind is not None and kind.command.startswith(("measure", "discover"))
