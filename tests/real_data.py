"""The real material beside the checkout: tests that want it skip where it is absent."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no real material beside the checkout")

CASES = ROOT.parent / "shared" / "cases"

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside the checkout")
