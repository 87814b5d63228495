"""Files of a sane size as text, or an error that says why not."""

from __future__ import annotations

from pathlib import Path

from pricing.errors import DocumentError, Problem

MAX_BYTES = 64 * 1024 * 1024  # 10,000 accounts written out are about 3 MB


def read_bytes(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file of a sane size, or a `DocumentError` that says why not."""

    def refuse(found: str, expected: str, fix: str) -> DocumentError:
        return DocumentError(Problem(str(path), None, "", found, expected, fix))

    try:
        with Path(path).open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        raise refuse("no such file", "a file that exists", "check the path") from None
    except IsADirectoryError:
        raise refuse("a folder", "a file", "name a file inside it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(f"a file that cannot be read ({reason})", "a readable file", "") from None
    if len(data) > limit:
        raise refuse(
            f"more than {limit // (1024 * 1024)} MB",
            f"at most {limit // (1024 * 1024)} MB",
            "split it, or move the accounts into a CSV file ({file: accounts.csv})",
        )
    return data


def decode(path: str | Path, data: bytes) -> str:
    """The text of UTF-8 bytes, or a `DocumentError` with the line of the first bad byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            Problem(
                str(path),
                line,
                "",
                f"the byte 0x{data[error.start]:02x}, which is not UTF-8",
                "text in UTF-8",
                "save the file as UTF-8",
            )
        ) from None
