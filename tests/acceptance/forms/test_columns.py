"""Parquet that breaks off, and what Parquet holds in lines."""

from pathlib import Path

import pytest

from tests.acceptance.forms import known_log, law
from tests.acceptance.forms.columns import FORMS, json_ocsf
from tests.acceptance.forms.form import Form


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_truncated(share: float, tmp_path: Path) -> None:
    """Parquet that breaks off has no footer: it is refused, and left out beside a good file."""
    content = FORMS["text, nested ones as JSON"]().content
    path = tmp_path / "part-0.parquet"
    path.write_bytes(content[: round(len(content) * share)])
    law.assert_refused(law.log(path), path)
    (tmp_path / "log.json").write_bytes(known_log.document())
    law.assert_rest(law.log(tmp_path), path)


def test_ocsf_in_lines(tmp_path: Path) -> None:
    """OCSF as JSON, as pipelines of Security Lake forward it, is read or refused by name."""
    form = Form("ocsf.json", json_ocsf(), exact=False, words=("OCSF", "Security Lake"))
    law.assert_form(form, tmp_path)
