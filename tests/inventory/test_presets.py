"""Presets: what is known of a reader's gets per file, with its source, unless it says so itself."""

import pytest
import yaml

from estimator import forecast
from estimator.inventory.reader_sections import PRESETS, EveryFile, presets
from pricing.reading.problems import KmscostError
from tests.inventory.files import INVENTORY, read, schema_takes
from tests.real_data import ROOT

READER = "readers: [{{name: siem, kind: every-file, {0}}}]\n"
QUERY = "readers: [{{name: q, kind: query, queries_per_month: 1, days_scanned: 1, {0}}}]\n"

# F19: what was read in the readers' own source, and what nobody tells
READ = {
    "datadog-forwarder": (1, 1),
    "elastic-aws-s3": (1, 1),
    "elastic-aws-s3-backup": (2, 2),
    "coralogix": (1, 1),
    "athena": (1, 1),
    "trino": (1, 1),
    "aws-s3-cp": (1, 1),
    "panther": (1, 2),
    "opensearch-ingestion": (1, 2),
}
ASSUMED = {"splunk", "sumo", "wiz", "macie", "glue", "security-lake"}


@pytest.mark.parametrize("reader", [READER, QUERY])
@pytest.mark.parametrize(("name", "ends"), READ.items())
def test_a_preset_gives_gets_per_file_with_its_source(tmp_path, reader, name, ends):
    """Number or range, where it was read, and the day on which somebody looked."""
    text = INVENTORY + reader.format(f"preset: {name}")
    (reader,) = read(tmp_path, text).readers
    assert (reader.gets_per_file.low, reader.gets_per_file.high) == ends
    assert reader.gets_per_file.source.startswith(f"preset {name}: ")
    assert "https://github.com/" in reader.gets_per_file.source
    assert "checked 2026-11-28" in reader.gets_per_file.source
    assert "assumption" not in reader.gets_per_file.source
    assert schema_takes(text)


def test_what_nobody_tells_is_an_assumption():
    """A wide range, 0.5 to 4, whose source says that it is an assumption."""
    assert {name for name, preset in presets().items() if preset.assumed} == ASSUMED
    assert set(presets()) == set(READ) | ASSUMED
    for name in ASSUMED:
        gets = presets()[name].gets
        assert (gets.low, gets.high) == (0.5, 4)
        assert gets.source.startswith(f"preset {name}: assumption, no source was found")


def test_requests_of_a_preset(tmp_path):
    """November 2026: 288 x 30 = 8,640 puts; the backup's copy reads each once more: 17,280 gets."""
    text = INVENTORY + READER.format("preset: elastic-aws-s3-backup")
    result = forecast(read(tmp_path, text), "2026-11", 1)
    assert result.totals["requests"] == 8_640 + 2 * 8_640


def test_what_the_reader_writes_wins(tmp_path):
    """gets_per_file: 3 is three, whatever the preset says."""
    text = INVENTORY + READER.format("preset: panther, gets_per_file: 3")
    (reader,) = read(tmp_path, text).readers
    assert reader.gets_per_file.mid == 3
    assert reader.gets_per_file.source is None
    plain = reader.model_dump(mode="json", by_alias=True)
    assert EveryFile.model_validate(plain) == reader


def test_a_preset_written_down_again_is_the_same(tmp_path):
    """A reader's own plain values, source included, can be read again."""
    for name in presets():
        (reader,) = read(tmp_path, INVENTORY + READER.format(f"preset: {name}")).readers
        assert EveryFile.model_validate(reader.model_dump(mode="json", by_alias=True)) == reader


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        ("datadog", "did you mean datadog-forwarder?"),
        ("Data_Dog forwarder", "did you mean datadog-forwarder?"),
        ("chronicle", "leave it out and write gets_per_file"),
        ("7", "text"),
    ],
)
def test_an_unknown_preset_is_refused(tmp_path, preset, words):
    """With the nearest name and the list of all of them."""
    text = INVENTORY + READER.format(f"preset: {preset}")
    with pytest.raises(KmscostError) as refused:
        read(tmp_path, text)
    (problem,) = refused.value.problems
    assert (problem.line, problem.at) == (5, "readers[0].preset")
    assert words in str(problem)
    assert words == "text" or "one of datadog-forwarder, elastic-aws-s3," in str(problem)
    assert not schema_takes(text)


def test_only_readers_of_files_have_presets(tmp_path):
    """A fixed reader has no gets_per_file, so it has no preset."""
    with pytest.raises(KmscostError, match="unknown key 'preset'"):
        read(
            tmp_path,
            INVENTORY + "readers: [{name: f, kind: fixed, gets_per_day: 1, preset: athena}]\n",
        )


def test_notices_of_presets(tmp_path):
    """A read preset needs no notice, an assumed one has its own, until the reader says itself."""

    def about(reader):
        result = forecast(read(tmp_path, INVENTORY + READER.format(reader)), "2026-11", 1)
        return [text for text in result.notices if "gets" in text]

    assert about("preset: coralogix") == []
    (notice,) = about("preset: splunk")
    assert notice == (
        "reader siem: 0.5 to 4 gets per file are the assumption of preset splunk; no source tells "
        "them: measure it"
    )
    assert about("preset: splunk, gets_per_file: {mid: 1, source: our logs}") == []


def test_each_preset_once_and_documented():
    """Names are unique, and docs/method.md names each of them."""
    names = [
        preset["name"] for preset in yaml.safe_load(PRESETS.read_text(encoding="utf-8"))["presets"]
    ]
    assert sorted(set(names)) == sorted(names)
    page = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    part = page.partition("## Reader presets")[2].partition("\n## ")[0]
    assert [name for name in names if f"`{name}`" not in part] == []
