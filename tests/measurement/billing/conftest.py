"""What tests of bills share."""

import pytest

from estimator.measurement.billing import tables
from tests.extras import needed


@pytest.fixture(params=["with pyarrow", "without pyarrow"])
def engine(request, monkeypatch):
    """CSV is read with pyarrow where it is installed, and without it all the same."""
    if request.param == "with pyarrow":
        needed("pyarrow")
    else:
        monkeypatch.setattr(tables, "arrow", lambda _module="": None)
    return request.param
