"""Read measurements for calibration: object names may stand beside logs of the same days."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from estimator.calibration.rows import NAMES
from estimator.figures import listed
from estimator.measurement.coverage import Coverage
from estimator.measurement.measurement_files import detect_formats, load_actuals
from estimator.measurement.paths import as_paths
from estimator.measurement.result import Actuals
from estimator.measurement.skipped import SkippedFiles

# columns that tell a fact or a text where another source has none
_BLANKS = {"bucket_key": False, "files": 0.0, "quantity": 0.0, "coverage": 0.0}


def read_evidence(paths: str | Path | Sequence[str | Path]) -> Actuals:
    """Read measurements as `load_actuals` does, but take object names beside logs as well.

    Logs and object names of the same days show the same puts, so `load_actuals`, which counts
    requests, refuses them together. Calibration needs both: logs say how many requests there were,
    names how many files.
    """
    inputs = detect_formats(as_paths(paths))
    files = [path for path, _ in inputs.measurements]
    names = [path for path in files if load_actuals(path).source in NAMES] if files else []
    rest = [*(path for path in files if path not in names), *inputs.logs]
    if not names or not rest:
        return load_actuals(paths)
    return join_object_names(load_actuals(rest), load_actuals(names))


def name_of(actuals: Actuals | str | Path | Sequence[str | Path]) -> str:
    """The name of measurements in messages: a path or two, or the first and how many more."""
    if isinstance(actuals, Actuals):
        return "actuals"
    paths = [actuals] if isinstance(actuals, str | Path) else list(actuals)
    return listed(map(str, paths), 1) or "actuals"


def join_object_names(logs: Actuals, names: Actuals) -> Actuals:
    """Join measurements of logs and of object names; hours of names have no account and Region."""
    columns = list(dict.fromkeys([*logs.measured.columns, *names.measured.columns]))
    frames = []
    for actuals in (logs, names):
        frame = actuals.measured.reindex(columns=columns)
        for column in columns:
            if column not in actuals.measured and column not in ("day", "month"):
                frame[column] = _BLANKS.get(column, "")
        # categoricals of different categories do not join
        texts = [name for name in columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
        frames.append(frame.astype(dict.fromkeys(texts, object)))
    skipped = SkippedFiles()
    skipped.join(logs.skipped)
    skipped.join(names.skipped)
    return Actuals(
        source=f"{logs.source}, {names.source}",
        all_rows=pd.concat(frames, ignore_index=True),
        files=logs.files + names.files,
        records=logs.records + names.records,
        skipped=skipped,
        coverage=Coverage({**logs.coverage.hours, **names.coverage.hours}),
        notices=(*logs.notices, *names.notices),
    )
