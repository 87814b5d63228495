"""The first bytes by which a format of files is known, whatever a file is called."""

GZIP = b"\x1f\x8b"
BZIP2 = b"BZh"
XZ = b"\xfd7zXZ\0"
ZSTD = b"(\xb5/\xfd"

ZIP = b"PK\x03\x04"  # and workbooks, which are zip archives: .xlsx, .ods
ZIP_END = b"PK\x05\x06"  # begins the directory's end, and an archive without members
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"  # .xls

PARQUET = b"PAR1"
ORC = b"ORC"
AVRO = b"Obj\x01"
PDF = b"%PDF"
