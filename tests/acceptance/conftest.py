from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance.commands import REPOSITORY


@pytest.fixture(scope="session")
def published() -> dict[str, Any]:
    """Numbers that others have published, by id; the file lies beside the repository."""
    path = REPOSITORY.parent / "shared" / "data" / "worked_examples.json"
    if not path.exists():
        pytest.skip("worked_examples.json is not beside this repository")
    examples = json.loads(path.read_text(encoding="utf-8"))
    return {example["id"]: example["expected"] for example in examples}
