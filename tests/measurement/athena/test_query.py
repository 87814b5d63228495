"""The query itself: one statement of Athena's dialect, options that cannot break it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from estimator import KmscostError, athena_sql, measure_athena
from estimator.measurement.athena.rows import COLUMNS
from tests.acceptance.commands import kmscost
from tests.acceptance.measure.logs import random_tree
from tests.acceptance.measure.samples import put
from tests.extras import needed
from tests.measurement.athena import engine
from tests.measurement.athena.engine import write_answer

sqlglot = needed("sqlglot")


def test_it_is_one_statement() -> None:
    """Athena takes one statement at a time; both of sqlglot's dialects that fit read it."""
    for dialect in ("athena", "trino"):
        (statement,) = sqlglot.parse(athena_sql(), read=dialect)
        assert isinstance(statement, sqlglot.exp.Select)
        assert tuple(statement.named_selects) == COLUMNS


def test_it_scans_the_table_once_and_knows_its_columns() -> None:
    """Athena charges by bytes scanned; and every column it reads is one of AWS's table."""
    (statement,) = sqlglot.parse(athena_sql(), read="athena")
    assert statement is not None
    tables = [
        node for node in statement.find_all(sqlglot.exp.Table) if node.name == "cloudtrail_logs"
    ]
    assert len(tables) == 1
    read = {node.name for node in statement.find_all(sqlglot.exp.Column) if node.table == "log"}
    assert read <= set(engine.COLUMNS)
    assert {"eventid", "sharedeventid", "requestparameters", "resources"} <= read


def test_it_names_what_is_no_request() -> None:
    """The kinds and categories of events that are no requests, as docs/measure.md lists them."""
    for word in ("AwsServiceEvent", "AwsCloudTrailInsight", "AwsVpceEvent"):
        assert f"'{word}'" in athena_sql()
    for word in ("Insight", "NetworkActivity", "Aggregated"):
        assert f"'{word}'" in athena_sql()


def test_from_and_until(tmp_path: Path) -> None:
    """--from is inclusive, --until exclusive: of days 14 to 18 the days 15, 16 and 17 count."""
    events = [put(day, eventTime=f"2023-10-{day}T00:00:00Z") for day in range(14, 19)]
    sql = athena_sql(start="2023-10-15", until=datetime.date(2023, 10, 18))
    actuals = measure_athena(write_answer(events, tmp_path / "a.csv", sql))
    assert sorted(map(str, actuals.rows["day"])) == ["2023-10-15", "2023-10-16", "2023-10-17"]
    assert actuals.records == 3
    assert athena_sql(start="2023-10") == athena_sql(start=datetime.datetime(2023, 10, 1, 7))  # noqa: DTZ001
    assert "BETWEEN '2023/10/15' AND '2023/10/18'" in sql


def test_months_add_up(tmp_path: Path) -> None:
    """Asked day by day, a random tree gives what it gives at once."""
    events = random_tree(3).events()
    whole = measure_athena(write_answer(events, tmp_path / "all.csv"))
    first, last = min(whole.rows["day"]), max(whole.rows["day"])
    parts = []
    for day in range((last - first).n + 1):
        start, until = str(first + day), str(first + day + 1)
        out = tmp_path / f"{start}.csv"
        write_answer(events, out, athena_sql(start=start, until=until))
        if out.read_text(encoding="utf-8").count("\n") > 1:
            parts.append(out)
    assert len(parts) > 1
    assert engine.as_comparable(measure_athena(parts)) == engine.as_comparable(whole)


def test_another_table(tmp_path: Path) -> None:
    """--table names it, with its database; what needs quotes gets them."""
    sql = athena_sql("main.my_trail")
    assert "FROM main.my_trail AS log" in sql
    write_answer([put(1)], tmp_path / "a.csv", sql, "main.my_trail")
    assert measure_athena(tmp_path / "a.csv").totals["requests"] == 1
    assert 'FROM "security-logs"."Trail" AS log' in athena_sql("security-logs.Trail")


BAD_NAMES = [
    "",
    "a b",
    "a;DROP TABLE b",
    'a"b',
    "a'b",
    "a--b c",
    "a.b.c.d",
    ".a",
    "a.",
    "a\n",
    "\u00e4",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_no_tables(tmp_path: Path, name: str) -> None:
    """Nothing but a name gets into the query."""
    with pytest.raises(KmscostError, match="table"):
        athena_sql(name)
    done = kmscost("measure", "cloudtrail", "--athena-sql", "--table", name, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")


@pytest.mark.parametrize(
    "options",
    [
        ("--athena-sql", "--from", "2026-13"),
        ("--athena-sql", "--from", "2026-10-01' OR '1'='1"),
        ("--athena-sql", "--until", "yesterday"),
        ("--athena-sql", "--until", "2026"),
        ("--athena-sql", "--from", "2026-10", "--until", "2026-10"),
        ("--athena-sql", "--from", "2026-10", "--until", "2026-09-30"),
        ("--athena-sql", "logs"),
        ("--table", "x", "logs"),
        ("--from", "2026-10", "logs"),
        ("--until", "2026-10"),
    ],
)
def test_wrong_options(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Exit 2 with a message, and no query."""
    done = kmscost("measure", "cloudtrail", *options, cwd=tmp_path)
    assert (done.code, done.out) == (2, ""), done.text
    assert done.err.strip()


def test_the_command_writes_it(tmp_path: Path) -> None:
    """--output takes the query whole, as the function gives it."""
    span = ("--from", "2026-10", "--until", "2026-11", "--table", "db.t")
    done = kmscost("measure", "cloudtrail", "--athena-sql", *span, "-o", "q.sql", cwd=tmp_path)
    assert (done.code, done.out) == (0, ""), done.text
    assert (tmp_path / "q.sql").read_text() == athena_sql("db.t", "2026-10", "2026-11")


def test_sessions_and_days_do_not_swell_the_result(tmp_path: Path) -> None:
    """A thousand sessions of a role reading files of 28 days are one row, beside that of hours."""
    role = "arn:aws:iam::111122223333:role/siem"
    events = [
        {
            **put(at, eventName="Decrypt"),
            "userIdentity": {
                "type": "AssumedRole",
                "arn": f"arn:aws:sts::111122223333:assumed-role/siem/i-{at:08x}",
                "accountId": "111122223333",
                "sessionContext": {"sessionIssuer": {"arn": role}},
            },
        }
        for at in range(1000)
    ]
    for at, event in enumerate(events):
        context = event["requestParameters"]["encryptionContext"]
        context["aws:s3:arn"] = context["aws:s3:arn"].replace("/10/17/", f"/10/{at % 28 + 1:02d}/")
    path = write_answer(events, tmp_path / "a.csv")
    assert path.read_text(encoding="utf-8").count("\n") == 3
    (row,) = measure_athena(path).to_dict()["rows"]
    assert (row["reader"], row["region"], row["quantity"]) == (role, "eu-west-1", 1000)
