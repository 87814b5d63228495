"""CloudTrail's log files to actuals: exact requests, each once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from estimator.measurement.cloudtrail_logs.local import count_paths
from estimator.measurement.paths import Progress, as_names, as_paths
from estimator.measurement.recognition import naming_files
from estimator.measurement.rows import actuals_grain
from estimator.measurement.skipped import SkippedFiles
from pricing.reading.problems import Problem, UsageError

if TYPE_CHECKING:
    from estimator.measurement.result import Actuals

ENGINES = ("local", "spark")


@naming_files("measure cloudtrail")
def measure_cloudtrail(
    paths: str | Path | Sequence[str | Path],
    by: str | Sequence[str] | None = None,
    strict: bool = False,
    engine: Literal["local", "spark"] = "local",
    master: str | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    bucket_keys: bool = False,
) -> Actuals:
    """The KMS requests that CloudTrail's log files really caused, and all others beside them.

    Parameters
    ----------
    paths : path or sequence of paths
        Log files (``.json.gz``, ``.json``, zip, tar), or folders to search.
    by : str or sequence of str, optional
        Columns to tell apart (`estimator.frames.ACTUALS`). Default: all that the logs tell.
    strict : bool
        Whether a file that cannot be read is an error.
    engine : str
        ``local`` counts on the cores of this machine, ``spark`` on those of a cluster, and reads
        what Spark reads (``s3a://``, ``hdfs://``).
    master : str, optional
        Spark's master, such as ``spark://host:7077``. Default: Spark's own setting, else this
        machine.
    jobs : int, optional
        Processes of the local engine. Default: one a core.
    progress : callable, optional
        Called with files and bytes done so far. [file], [byte]
    bucket_keys : bool
        Whether the S3 Bucket Key of each bucket is replayed too, which `attribute`, `advise` and
        `report` price: up to twice the time.

    Returns
    -------
    Actuals
        Requests by day, account, Region of the log, key, trail, cause and reader.

    Raises
    ------
    KmscostError
        A path does not exist, nothing could be read, or something not and `strict`.
    """
    columns = actuals_grain(by)
    if jobs is not None and jobs < 1:
        raise UsageError(Problem("jobs", None, "", str(jobs), "one process or more", ""))
    if engine not in ENGINES:
        raise UsageError(Problem("engine", None, "", repr(engine), " or ".join(ENGINES), ""))
    skipped = SkippedFiles()
    names = as_names(paths) if engine == "spark" else as_paths(paths)
    local = () if engine == "spark" else names
    # closed at once whatever happens: no process counts on for nobody
    with closing(count_paths(local, skipped, jobs, progress, bucket_keys)) as parts:
        first = list(islice(parts, 1))
        # pandas takes as long to load as many a folder to count: other processes count meanwhile
        from estimator.measurement.cloudtrail_logs.gathering import Gathering
        from estimator.measurement.cloudtrail_logs.object_requests import ObjectTable

        objects = ObjectTable() if bucket_keys else None
        with closing(Gathering(skipped, objects=objects)) as gathering:
            if engine == "spark":
                from estimator.measurement.cloudtrail_logs import spark

                spark.gather_on_spark(names, gathering, master)
            for part in chain(first, parts):
                gathering.take(part)
            if strict and skipped:
                raise skipped.refuse()
            return gathering.actuals(names, columns)
