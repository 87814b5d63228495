from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import estimator
from tests.acceptance.broken_inventory import BASE, WITH_FILE
from tests.sampling import cases

TOKENS = [
    *"{}[]:,-&*!|>'\"%@`#?~=<\t\n\r \0",
    "- ", ": ", "\n  ", "<<: ", "&a ", "*a", "!!binary ", "!!set ", "!!timestamp ", "!!int ",
    "!!float ", "!!python/name:os.system ", "---\n", "...\n", "null", "true", "no", ".nan",
    ".inf", "-1", "0", "1e999", "1e308", "0x10", "0o17", "1:30", "9" * 400, "12_0__0",
    "2025-02-30", "0001-01-01", "9999-12-31", "2026-11-01T00:00:00Z",
    "2026-11-01 10:00:00 +25:99", "[]", "{}", "[[]]", "{a: b}", "\ufeff", "\u2028", "\x85",
    "\u00e9", "\U0001d7d9", "\x7f", "us-east-1", "cn-north-1", "us-gov-west-1", "default",
    "all", "10%", "%", "accounts:", "file: accounts.csv", "version: 1", '"111122223333"',
]  # fmt: skip


WORDS = sorted(set(re.findall(r"[\w.%-]+", BASE)))


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The base with one to six edits of characters, words or lines."""
    text = BASE
    for _ in range(draw(st.integers(1, 6))):
        kind = draw(
            st.sampled_from(
                [
                    "cut",
                    "insert",
                    "replace",
                    "swap word",
                    "word to token",
                    "cut line",
                    "double line",
                    "move line",
                    "indent",
                ]
            )
        )
        if not text:
            return text
        at = draw(st.integers(0, len(text) - 1))
        token = draw(
            st.sampled_from(TOKENS)
            | st.sampled_from(WORDS)
            | st.text(max_size=3).filter(lambda s: s.isascii() or s < "\ud800")
        )
        if kind == "cut":
            text = text[:at] + text[at + draw(st.integers(1, 20)) :]
        elif kind == "insert":
            text = text[:at] + token + text[at:]
        elif kind == "replace":
            text = text[:at] + token + text[at + 1 :]
        elif kind in ("swap word", "word to token"):
            found = list(re.finditer(r"[\w.%-]+", text))
            if found:
                word = found[draw(st.integers(0, len(found) - 1))]
                new = draw(st.sampled_from(WORDS)) if kind == "swap word" else token
                text = text[: word.start()] + new + text[word.end() :]
        else:
            lines = text.split("\n")
            n = draw(st.integers(0, len(lines) - 1))
            if kind == "cut line":
                del lines[n]
            elif kind == "double line":
                lines.insert(n, lines[n])
            elif kind == "move line":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(n))
            else:
                lines[n] = " " * draw(st.integers(0, 6)) + lines[n].lstrip()
            text = "\n".join(lines)
    return text


SETTINGS = settings(
    max_examples=cases(100),
    suppress_health_check=list(HealthCheck),
)


CELLS = [
    "id",
    "name",
    "222222222222",
    "3",
    "",
    '"',
    "\n",
    "x",
    "2026-01-01",
    "-1",
    "nan",
    ";",
    "\u00e9",
]


@SETTINGS
@given(text=mutations())
def test_fuzz_the_loader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever one does to an inventory: it loads, or an error names the file; nothing else."""
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    message = str(path)
    try:
        estimator.load_inventory(path)
    except estimator.KmscostError as problem:
        message = str(problem)
    assert "fuzz.yaml" in message


@SETTINGS
@given(data=st.binary(max_size=400))
def test_fuzz_the_loader_with_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes at all: an error for the user, for no random bytes are an inventory."""
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(data)
    with pytest.raises(estimator.KmscostError):
        estimator.load_inventory(path)


@SETTINGS
@given(rows=st.lists(st.lists(st.sampled_from(CELLS), max_size=4), max_size=6))
def test_fuzz_accounts_csv(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Whatever stands in accounts.csv: an answer or an error for the user."""
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzz.csv").write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")
    (folder / "withcsv.yaml").write_text(WITH_FILE.replace("FILE", "fuzz.csv"))
    with contextlib.suppress(estimator.KmscostError):
        estimator.load_inventory(folder / "withcsv.yaml")


@SETTINGS
@given(text=mutations())
def test_fuzz_what_loads_can_be_forecast(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """An inventory that loads can be forecast, or is refused with an error for the user."""
    path = tmp_path_factory.getbasetemp() / "fuzz2.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(estimator.KmscostError):
        estimator.forecast(estimator.load_inventory(path), start="2026-11", months=2)
