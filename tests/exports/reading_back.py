"""Files of tables read back by the libraries that people read them with."""

import io
import json

import pandas as pd

from estimator.report.exports.table_writers import write_table
from tests.extras import needed


def from_csv(table):
    """Every cell as its text."""
    return pd.read_csv(
        io.StringIO(write_table(table, "csv")), dtype=str, keep_default_na=False, na_values=[]
    )


def from_json(table):
    """The document."""
    return json.loads(write_table(table, "json"))


def from_parquet(table):
    """The table of pyarrow."""
    return needed("pyarrow.parquet").read_table(io.BytesIO(write_table(table, "parquet")))


def from_xlsx(table):
    """The workbook."""
    return needed("openpyxl").load_workbook(io.BytesIO(write_table(table, "xlsx")))


def plain(frame):
    """A frame as plain values: months as their first day, what is not known as None."""
    columns = {}
    for name, values in frame.items():
        if isinstance(values.dtype, pd.PeriodDtype):
            days = values.dt.start_time.dt.date
            columns[name] = [None if pd.isna(day) else day for day in days]
        elif values.dtype.kind in "fiub":
            columns[name] = [None if pd.isna(value) else value for value in values.tolist()]
        else:
            texts = values.astype(object)
            columns[name] = [None if pd.isna(text) or text == "" else text for text in texts]
    return columns
