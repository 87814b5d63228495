"""How far a long reading is."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Progress = Callable[[int, int], None]


class Done:
    """Files and bytes done so far; `progress` is called as they grow. [file], [byte]"""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._files = 0
        self._bytes = 0

    def add(self, files: int, size: int) -> None:
        """Add files, and bytes read."""
        self._files += files
        self._bytes += size
        if self._progress is not None:
            self._progress(self._files, self._bytes)


class CountingFile(io.FileIO):
    """A file that counts what is read of it: a single one may take minutes."""

    def __init__(self, path: str, done: Done) -> None:
        super().__init__(path)
        self._done = done

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        """As every raw file does."""
        size = super().readinto(buffer)
        self._done.add(0, size or 0)
        return size
