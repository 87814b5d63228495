"""Rate tables of tests: the shipped one with something changed."""

from pricing.rates import RateTable, load_rates


def graduated_table() -> RateTable:
    """The shipped table with graduated tiers on requests of every Region."""
    table = load_rates().model_dump(mode="json", by_alias=True)
    for meter in table["meters"]:
        if meter["name"] == "kms-requests":
            for rate in (rate for version in meter["versions"] for rate in version["rates"]):
                rate["rate"] = None
                rate["tiers"] = [
                    {"up_to": 30_000, "rate": 0.05},
                    {"up_to": 200_000, "rate": 0.02},
                    {"rate": 0.01},
                ]
    return RateTable.model_validate(table)
