"""Bills to compare with: what AWS exported, or the JSON of `kmscost measure bill`, read back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from estimator.measurement.billing import measure_bill
from estimator.measurement.measurement_files.detection import kind_of
from estimator.measurement.measurement_files.json_files import read_json
from estimator.measurement.measurement_files.merging import Part, merge
from estimator.measurement.paths import as_paths
from estimator.measurement.result import Actuals
from pricing.reading.problems import KmscostError, Problem


def load_bill(paths: str | Path | Sequence[str | Path]) -> Actuals:
    """Read a bill, or what `kmscost measure bill` kept of one.

    Parameters
    ----------
    paths : path or sequence of paths
        What `measure_bill` reads, or its JSON; of several months one file each.

    Raises
    ------
    KmscostError
        As `measure_bill`; a file is a measurement of something else, or measured and other bills
        are named together.
    """
    names = as_paths(paths)
    measured = [name for name in names if _is_measurement(name)]
    if not measured:
        return measure_bill(names)
    others = [name for name in names if name not in measured]
    if others:
        found = "a bill beside the JSON of `kmscost measure bill`, which may hold it"
        fix = "name one kind of them"
        raise KmscostError(Problem(others[0], None, "", found, "one kind of bill", fix))
    parts = [Part(name, read_json(name), exact=True) for name in measured]
    strangers = [part for part in parts if part.actuals.source != "bill"]
    if strangers:
        part = strangers[0]
        found = f"the JSON of `kmscost measure` of {part.actuals.source}"
        fix = "name what AWS billed, or the JSON of `kmscost measure bill`"
        raise KmscostError(Problem(part.path, None, "", found, "a bill", fix))
    return parts[0].actuals if len(parts) == 1 else merge(parts)


def _is_measurement(path: str) -> bool:
    """Tell whether a file is JSON that kmscost wrote, of whatever command."""
    if Path(path).is_dir():
        return False
    try:
        return kind_of(path) == "json"
    except KmscostError:  # a table of another sort: measure_bill says what it is
        return False
