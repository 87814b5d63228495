"""Athena's part: AWS's table of CloudTrail logs, a query run on it, the CSV that comes back.

DuckDB runs what sqlglot makes of Athena's dialect; nothing of the query is replaced by hand. The
table has the columns and types of the CREATE TABLE in the Athena User Guide ("Create a table for
CloudTrail logs in Athena"), and rows get into it as CloudTrail's SerDe reads records: names in
lower case, nested documents of any shape as JSON text. They are loaded from Python: DuckDB 2.0
reads gzipped JSON slowly and takes much memory for it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from estimator import Actuals, athena_sql, measure_athena, measure_cloudtrail
from tests.extras import needed

duckdb, pa, sqlglot = needed("duckdb"), needed("pyarrow"), needed("sqlglot")

Record = dict[str, Any]

TEXT = pa.string()


def struct(**fields: pa.DataType) -> pa.DataType:
    return pa.struct(list(fields.items()))


def texts(*names: str) -> dict[str, pa.DataType]:
    return dict.fromkeys(names, TEXT)


IDENTITY = struct(
    **texts("type", "principalid", "arn", "accountid", "invokedby", "accesskeyid", "username"),
    onbehalfof=struct(**texts("userid", "identitystorearn")),
    sessioncontext=struct(
        attributes=struct(**texts("mfaauthenticated", "creationdate")),
        sessionissuer=struct(**texts("type", "principalid", "arn", "accountid", "username")),
        ec2roledelivery=TEXT,
        webidfederationdata=struct(
            federatedprovider=TEXT, attributes=pa.map_(pa.string(), pa.string())
        ),
    ),
)
COLUMNS: dict[str, pa.DataType] = {
    "eventversion": TEXT,
    "useridentity": IDENTITY,
    **texts("eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent"),
    **texts("errorcode", "errormessage", "requestparameters", "responseelements"),
    **texts("additionaleventdata", "requestid", "eventid"),
    "resources": pa.list_(struct(**texts("arn", "accountid", "type"))),
    **texts("eventtype", "apiversion", "readonly", "recipientaccountid", "serviceeventdetails"),
    **texts("sharedeventid", "vpcendpointid", "vpcendpointaccountid", "eventcategory"),
    "addendum": struct(**texts("reason", "updatedfields", "originalrequestid", "originaleventid")),
    **texts("sessioncredentialfromconsole", "edgedevicedetails"),
    "tlsdetails": struct(**texts("tlsversion", "ciphersuite", "clientprovidedhostheader")),
}


def read_as(kind: pa.DataType, value: Any) -> Any:
    """A value of a record as a column of this type holds it."""
    if value is None:
        return None
    if pa.types.is_struct(kind):
        if not isinstance(value, dict):
            return None
        lower = {name.lower(): inner for name, inner in value.items()}
        return {field.name: read_as(field.type, lower.get(field.name)) for field in kind}
    if pa.types.is_map(kind):
        return [(name, read_as(TEXT, inner)) for name, inner in value.items()]
    if pa.types.is_list(kind):
        return [read_as(kind.value_type, item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


def table_of(records: Iterable[Record]) -> pa.Table:
    """AWS's table, filled with these records."""
    whole = struct(**COLUMNS)
    rows = [read_as(whole, record) for record in records]
    return pa.Table.from_pylist(rows, schema=pa.schema(list(COLUMNS.items())))


def records_of(folder: Path) -> list[Record]:
    """All records of the log files of a folder, as AWS's input format hands them on."""
    records: list[Record] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            document = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
            records += document.get("Records") or []
    return records


def write_answer(
    records: Iterable[Record], out: Path, sql: str | None = None, name: str = "cloudtrail_logs"
) -> Path:
    """Run the query on these records and write the CSV that Athena would write."""
    with duckdb.connect() as connection:
        connection.register(name.rpartition(".")[2], table_of(records))
        (translated,) = sqlglot.transpile(sql or athena_sql(), read="athena", write="duckdb")
        found = connection.execute(translated)
        header = [column[0] for column in found.description]
        return write_csv(out, [header, *found.fetchall()])


def write_csv(out: Path, rows: Iterable[Iterable[Any]]) -> Path:
    """As Athena writes a result: every value in quotes, nothing at all for NULL."""
    lines = [
        ",".join("" if cell is None else '"' + str(cell).replace('"', '""') + '"' for cell in row)
        for row in rows
    ]
    out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return out


def both(folder: Path, out: Path) -> tuple[Actuals, Actuals]:
    """Measure a folder of log files by the files themselves and by Athena."""
    return measure_cloudtrail(folder, jobs=1), measure_athena(write_answer(records_of(folder), out))


def as_comparable(actuals: Actuals) -> dict[str, Any]:
    """All of an answer that does not depend on the road it came by."""
    answer = actuals.to_dict()
    for row in answer["rows"]:
        del row["source"]
    return {name: value for name, value in answer.items() if name not in {"source", "files"}}
