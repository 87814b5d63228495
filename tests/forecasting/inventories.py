"""Random inventories for laws that hold for all of them."""

from hypothesis import strategies as st

IDS = [f"{number}" * 12 for number in range(1, 6)]
REGIONS = ["us-east-1", "eu-west-1", "eu-central-1"]

_day = st.sampled_from(["2025-06-01", "2026-11-10", "2026-12-01", "2027-01-15"])
_period = st.fixed_dictionaries({}, optional={"from": _day})
_files = st.one_of(
    st.integers(0, 900),
    st.builds(lambda a: f"{{us-east-1: {a}, other: 7}}", st.integers(1, 900)),
)

# what a reader of each kind says
READERS = {
    "every-file": "gets_per_file: 2",
    "query": "queries_per_month: 9, days_scanned: 40",
    "fixed": "gets_per_day: 700",
    "validate": "runs_per_month: 2, days: 10",
    "replication": "destination_key: k2",
    "once": "day: 2026-12-01, days: 40",
}


def _flow(section: dict) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in section.items()) + "}"


@st.composite
def inventories(draw) -> str:
    """YAML of a small organization: accounts, two keys, one to three trails, any readers."""
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True))
    accounts, trails, readers = [], [], []
    for account in ids:
        regions = draw(st.lists(st.sampled_from(REGIONS), min_size=1, unique=True))
        entry = {"id": f'"{account}"', "regions": f"[{', '.join(regions)}]", **draw(_period)}
        if draw(st.booleans()):
            entry["files_per_day"] = draw(_files)
        accounts.append(entry)
    for number in range(draw(st.integers(1, 3))):
        trail = {
            "name": f"t{number}",
            "key": draw(st.sampled_from(["k1", "k2"])),
            "scope": draw(st.sampled_from(["organization", "account"])),
            "account": f'"{draw(st.sampled_from(ids))}"',
            "log_file_validation": draw(st.sampled_from(["true", "false"])),
            "exclude_kms_events": draw(st.sampled_from(["true", "false"])),
            "config_updates_per_month": draw(st.integers(0, 5)),
            **draw(_period),
        }
        if draw(st.booleans()):
            trail["bucket"] = "{bucket_key: true, bucket_key_saving: 0.9}"
        trails.append(trail)
    for kind in draw(st.lists(st.sampled_from(list(READERS)), max_size=4, unique=True)):
        name, _, value = READERS[kind].partition(": ")
        reader = {"name": f"r-{kind}", "kind": kind, name: value, **draw(_period)}
        reader["account"] = f'"{draw(st.sampled_from(ids))}"'
        if draw(st.booleans()):
            reader["accounts"] = f'["{draw(st.sampled_from(ids))}"]'
        readers.append(reader)
    lines = ["version: 1", f'payer: "{ids[0]}"']
    lines.append(f"other_kms_requests_per_month: {draw(st.sampled_from([0, 5000, 40000]))}")
    lines.append(f"cloudtrail_writes: {draw(st.sampled_from(['charged', 'exempt']))}")
    lines.append(f"growth: {{accounts_per_year: {draw(st.sampled_from(['0%', '50%']))}}}")
    lines.append("keys:")
    lines += ["  - {id: k1, region: us-east-1}", "  - {id: k2, region: eu-west-1}"]
    for section, items in (("accounts", accounts), ("trails", trails), ("readers", readers)):
        lines.append(f"{section}:" if items else f"{section}: []")
        lines += [f"  - {_flow(item)}" for item in items]
    return "\n".join(lines) + "\n"
