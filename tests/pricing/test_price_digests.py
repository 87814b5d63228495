"""Past prices never change."""

from pathlib import Path

from pricing.rates import load_cloudtrail_rates, load_rates
from tests.real_data import ROOT

DIGESTS = Path(__file__).with_name("price_digests.txt")


def test_past_prices_never_change():
    """Every version ever shipped is still there, word for word; new ones are added to the list."""
    shipped = {
        f"{table.service} {meter.name} {version.start} {version.digest()}"
        for table in (load_rates(), load_cloudtrail_rates())
        for meter in table.meters
        for version in meter.versions
    } | {
        f"{table.service} free:{free.pool}:{','.join(free.partitions)} "
        f"{version.start} {free.digest(version)}"
        for table in (load_rates(), load_cloudtrail_rates())
        for free in table.free_quantities
        for version in free.versions
    }
    past = set(DIGESTS.read_text(encoding="utf-8").splitlines())
    assert not past - shipped, "a price that was shipped has changed or gone"
    fresh = "\n".join(sorted(shipped - past))
    assert not fresh, f"add to {DIGESTS.relative_to(ROOT)}:\n{fresh}"
