"""Files of a sane size as text, or an error that says why not."""

from __future__ import annotations

from pathlib import Path

from pricing.reading.problems import DocumentError, Problem

MAX_BYTES = 64 * 1024 * 1024  # 10,000 accounts written out are about 3 MB
_UTF8_BOM, _UTF16_BOMS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def read_bytes(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file of a sane size, or a `DocumentError` that says why not."""
    try:
        with Path(path).open("rb") as stream:
            # one byte more than allowed: a pipe has no size to ask for first
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    if len(data) > limit:
        size = limit // (1024 * 1024)
        fix = "split it, or move the accounts into a CSV file ({file: accounts.csv})"
        found, expected = f"more than {size} MB", f"at most {size} MB"
        raise DocumentError(Problem(str(path), None, "", found, expected, fix))
    return data


def is_price_list(begins: bytes) -> bool:
    """True for the beginning of one of AWS's own price files, JSON or CSV.

    >>> is_price_list(b'"FormatVersion","v1.0"'), is_price_list(b"version: 1")
    (True, False)
    """
    begins = begins.removeprefix(_UTF8_BOM).lstrip()
    # one is enough: what was read of the file may end before the others
    keys = (
        b'"formatVersion"',
        b'"offerCode"',
        b'"products"',
        b'"manifest"',
        b'"disclaimer"',
        b'"PriceList"',
    )
    is_json = begins[:1] == b"{" and any(key in begins for key in keys)
    first = begins.split(b"\n", 1)[0].replace(b'"', b"").lower()
    return is_json or first.startswith((b"formatversion,", b"sku,"))


def unreadable(path: str | Path, error: OSError | ValueError) -> DocumentError:
    """Why a file could not be opened or read, in the words of an error."""
    if isinstance(error, FileNotFoundError):
        found, expected, fix = "no such file", "a file that exists", "check the path"
    elif isinstance(error, IsADirectoryError):
        found, expected, fix = "a folder", "a file", "name a file inside it"
    else:
        reason = getattr(error, "strerror", None) or str(error)
        found, expected, fix = f"a file that cannot be read ({reason})", "a readable file", ""
    return DocumentError(Problem(str(path), None, "", found, expected, fix))


def to_utf8(path: str | Path, data: bytes) -> bytes:
    """The bytes as UTF-8 without a mark: PowerShell's `>` writes UTF-16.

    Raises
    ------
    DocumentError
        They begin as UTF-16 and are none.
    """
    if data[:2] not in _UTF16_BOMS:
        return data.removeprefix(_UTF8_BOM)
    try:
        return data.decode("utf-16").encode()
    except UnicodeError:
        fix = "save the file as UTF-8"
        problem = Problem(str(path), None, "", "text that is not UTF-16", "UTF-8", fix)
        raise DocumentError(problem) from None


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
