"""Random inventories in which there is something to advise."""

from hypothesis import strategies as st

from tests.forecasting.inventories import inventories

_KEYS = """\
  - {id: k3, region: us-east-1, created: 2025-03-01, rotations: [2026-01-01, 2026-12-20]}
  - {id: k4, region: eu-west-1}
  - {id: k5, region: us-east-1, created: 2026-12-05, rotations: [2027-01-02]}
accounts:
"""

_RANGES = {
    "gets_per_file: 2": "gets_per_file: {low: 1.5, high: 3, source: seen}",
    "days_scanned: 40": "days_scanned: {low: 3, high: 50}",
    "gets_per_day: 700": "gets_per_day: {low: 300, high: 900}",
    "runs_per_month: 2, days: 10": "runs_per_month: 5, days: {low: 10, high: 40}",
    "key: k1": "key: k3",
    "bucket_key_saving: 0.9}": "bucket_key_saving: {low: 0.8, high: 0.99}}",
}


@st.composite
def advisable(draw) -> str:
    """YAML with unused and merging keys, overlapping trails and readers, some of it in ranges."""
    text = draw(inventories()).replace("accounts:\n", _KEYS, 1)
    for number, other in _RANGES.items():
        text = text.replace(number, other, draw(st.integers(0, 2)))
    more = [
        "  - {name: lake, kind: every-file, trails: [t0], gets_per_file: 1.25}",
        "  - {name: siem, kind: every-file, trails: [t0], gets_per_file: {low: 1, high: 2}}",
        "  - {name: hunt, kind: query, trails: [t0], queries_per_month: 400, days_scanned: 1}",
        "  - {name: copy, kind: replication, trails: [t0], destination_key: k4}",
    ]
    more = draw(st.lists(st.sampled_from(more), unique=True))
    text = text.replace("readers: []\n", "readers:\n" if more else "readers: []\n")
    return text + "".join(f"{line}\n" for line in more)
