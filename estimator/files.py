"""Files written whole or not at all: the one writer."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from pricing.reading.problems import KmscostError, Problem


def write_whole(
    path: Path,
    content: str | bytes,
    fix: str = "choose another path",
    is_new: bool = False,
) -> None:
    """Write a file whole or not at all: beside it first, then renamed.

    What is no regular file (a device, a pipe) is written to; a link stays a link.

    Parameters
    ----------
    path : Path
    content : str or bytes
        Text is written as UTF-8, with the ends of lines that it has.
    fix : str
        What to do where it cannot be written.
    is_new : bool
        Never replace a file, even where somebody else writes it at this moment.

    Raises
    ------
    FileExistsError
        There is a file and `is_new` is set.
    KmscostError
        The place cannot be written, or has no room: what was there is there still.
    """
    reserved = False
    try:
        if is_new:
            path.open("xb").close()  # the name is ours before a byte is written
            reserved = True
        _write(path, content if isinstance(content, bytes) else content.encode())
    except FileExistsError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        if reserved:
            with contextlib.suppress(OSError):
                path.unlink()
        raise unwritable(path, getattr(error, "strerror", None) or str(error), fix) from None


def unwritable(path: Path | None, reason: str, fix: str) -> KmscostError:
    """The error of a place that cannot be written."""
    found = f"a place that cannot be written ({reason})"
    return KmscostError(Problem(str(path), None, "", found, "a writable place with room", fix))


def _write(path: Path, content: bytes) -> None:
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.write(content)
        return
    target = path.resolve()  # a link keeps naming the file that is replaced
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(beside).chmod(mode)
        Path(beside).replace(target)
    finally:
        Path(beside).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)  # it cannot be asked without being set
    os.umask(mask)
    return mask
