"""What the commands share: their options, text to stdout or to a file, notices to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from estimator.cli.progress import stop_waiting
from estimator.files import unwritable, write_whole
from estimator.report.formats import Format, notes_beside, render
from pricing.reading.problems import Problem, UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from estimator.report.answers import Answer

_NARROWEST = 40
_FIX = "choose another path for --output"


_COLUMNS = (
    *("trail", "reader", "account", "region", "billed-account", "billed-region", "payer", "key"),
    *("ou", "tag:", "billed-ou", "billed-tag:"),
    *("cause", "operation", "all"),
)


def complete_columns(incomplete: str) -> list[str]:
    """Return what a list of columns may go on with, for the shell."""
    *before, begun = incomplete.split(",")
    head = "".join(f"{name}," for name in before)
    return [f"{head}{name}" for name in _COLUMNS if name.startswith(begun) and name not in before]


def _check_place(path: Path | None) -> Path | None:
    """Refuse at once what could not be written after an hour's work; ``-`` is stdout."""
    if path == Path("-"):
        return None
    try:
        if path is not None and path.is_dir():
            raise unwritable(path, "it is a folder", _FIX)
        if path is not None and (not path.exists() or path.is_file()):
            folder = path.resolve().parent
            if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
                raise unwritable(path, "no folder that can be written into", _FIX)
    except (OSError, ValueError, RuntimeError) as error:
        raise unwritable(path, getattr(error, "strerror", None) or str(error), _FIX) from None
    return path


InventoryPath = Annotated[
    Path, typer.Argument(help="Inventory file (YAML).", metavar="INVENTORY", readable=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        callback=_check_place,
        help="Write to this file instead of stdout.",
        metavar="FILE",
        readable=False,
    ),
]


class Endings(NamedTuple):
    """How --output may end where a command writes one format only: beside `Output`."""

    endings: tuple[str, ...]


if TYPE_CHECKING:
    FormatOrYaml = Format
else:
    # the formats of answers, and yaml, which is the document itself
    FormatOrYaml = StrEnum(
        "FormatOrYaml", {**{form.name: form.value for form in Format}, "yaml": "yaml"}
    )
Form = Annotated[
    Format | None,
    typer.Option("--format", "-f", help="Default: what --output ends with, else table."),
]
By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help="Tell apart, separated by commas: trail, reader, account, region, billed-account, "
        "billed-region, payer, key, cause, operation, ou, tag:NAME, billed-ou, "
        "billed-tag:NAME; or all.",
        metavar="COLUMN,...",
        autocompletion=complete_columns,
    ),
]
# functions say draws, as a statistician does; people read of simulations everywhere
Draws = Annotated[
    int,
    typer.Option("--simulations", help="How many simulations, 100 to 500,000.", metavar="NUMBER"),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", help="Same seed, same answer. Default: 0.", metavar="NUMBER"),
]
ActualsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--actuals",
        help="JSON or CSV of measure, or log files; may be given several times.",
        metavar="PATH",
    ),
]
Months = Annotated[int, typer.Option("--months", help="How many months.", metavar="NUMBER")]
Rates = Annotated[
    Path | None,
    typer.Option(
        "--rates", help="A rate table of your own (YAML).", metavar="FILE", readable=False
    ),
]
Discount = Annotated[
    str,
    typer.Option("--discount", help="Taken off every KMS rate, as 10% or 0.1.", metavar="SHARE"),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Set a value on top of what the inventory says, such as "
        "'trails[org].bucket.bucket_key=true'; may be repeated.",
        metavar="PATH=VALUE",
    ),
]
Start = Annotated[
    str | None,
    typer.Option("--from", help="First month. Default: the current one.", metavar="YYYY-MM"),
]


_quiet = False


def be_quiet(quiet: bool) -> None:
    """Keep stderr for errors from now on, or no longer."""
    global _quiet  # noqa: PLW0603  a switch of the whole process, as stderr is
    _quiet = quiet


def say(notices: Iterable[str]) -> None:
    """Write notices to stderr, so that stdout holds data only."""
    stop_waiting()
    for notice in () if _quiet else notices:
        typer.echo(f"note: {printable(notice)}", err=True)


def tell_next(line: str) -> None:
    """Write what was done and what to do next."""
    stop_waiting()
    if not _quiet:
        typer.echo(printable(line))


def answer(
    reply: Answer[Any], form: Format | None, output: Path | None, details: bool = True
) -> None:
    """Write an answer in its format, and beside it what the format does not hold.

    Exits with 3 where the limit that was asked for is broken. One that could not be held is said
    as well, whatever the format: silence on stderr would look like a limit that is kept.
    """
    form = form or Format.table
    show(render(reply, form, width(output), details), output)
    say(notes_beside(reply, form))
    verdict = reply.broken or reply.not_held
    if verdict:
        # red where somebody watches; the words alone say it
        colour = None if os.environ.get("NO_COLOR") else typer.colors.RED
        typer.secho(printable(verdict), err=True, fg=colour)
    if reply.broken:
        raise typer.Exit(3)


def answer_format(form: FormatOrYaml | None) -> Format | None:
    """Return the format of an answer; None for the document itself and where none is asked for.

    >>> answer_format(FormatOrYaml("csv")), answer_format(FormatOrYaml("yaml"))
    (<Format.csv: 'csv'>, None)
    """
    return next((own for own in Format if form is not None and own.value == form.value), None)


def width(output: Path | None = None) -> int | None:
    """Columns to write into: COLUMNS, else those of the terminal; None in a pipe and a file.

    What nobody looks at through a window has no width: a table is as wide as its numbers.
    """
    try:
        columns = int(os.environ.get("COLUMNS", ""))
    except ValueError:
        columns = 0
    if columns <= 0 and output is None and sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
    return max(columns, _NARROWEST) if columns > 0 else None


def show(what: RenderableType | str, output: Path | None) -> None:
    """Write a result to stdout, in colour only on a terminal, or to a file."""
    stop_waiting()
    on_terminal = output is None and sys.stdout.isatty()
    if isinstance(what, str):
        _put("\n".join(map(printable, what.split("\n"))) if on_terminal else what, output)
        return
    from rich.console import Console

    console = Console(
        highlight=False,
        markup=False,
        force_terminal=on_terminal,
        color_system="auto" if on_terminal else None,
    )
    with console.capture() as captured:
        # laid out already: whoever looks at a line that is too wide sees it go on, and not end
        console.print(what, soft_wrap=True)
    text = "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    _put(text, output)


def show_bytes(what: bytes, output: Path | None) -> None:
    """Write a binary result to a file or a pipe; a terminal cannot show it."""
    if output is None and sys.stdout.isatty():
        expected = "a format of text, or --output FILE"
        raise UsageError(Problem("--format", None, "", "a binary file on a terminal", expected, ""))
    _put(what, output)


def _put(what: str | bytes, output: Path | None) -> None:
    if output is None:
        if isinstance(what, str):
            # programs read UTF-8, whatever code page a console has; a console gets what it can show
            here = sys.stdout.isatty() and sys.stdout.encoding
            what = what.encode(here or "utf-8", "replace")
        try:
            typer.echo(what, nl=False)
        except BrokenPipeError:  # as `| head` does: no mistake, whatever typer takes it for
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
    else:
        write_whole(output, what, _FIX)


def read_discount(text: str) -> float:
    """``10%`` or ``0.1`` as a share."""
    return read_share_option("--discount", text)


def read_share_option(option: str, text: str, most: float = 1) -> float:
    """``10%`` or ``0.1`` as a share, from nothing to `most`."""
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        expected = "a share such as 10% or 0.1" + (f", up to {most:g}" if most != 1 else "")
        raise UsageError(Problem(option, None, "", repr(text), expected, ""))
    return number
