"""A forecast to try out in a notebook: its traits, and what is shown where no widget runs."""

from __future__ import annotations

import importlib.util

import pytest

from estimator import KmscostError, explore, forecast
from tests.extras import needed
from tests.report.material import EXAMPLE, MONTH


def test_without_the_extra_a_line_says_what_to_install(monkeypatch):
    """No traceback of another library: what is missing, and the command."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(KmscostError) as error:
        explore(EXAMPLE, MONTH)
    assert str(error.value).endswith("pip install 'kms-cost-estimator[jupyter]'")
    assert "\n" not in str(error.value)


def test_traits_are_the_sliders_and_refuse_what_no_slider_has():
    """They begin at the inventory; a value beyond a slider's end is an error, not another sum."""
    traitlets = (needed("anywidget"), needed("traitlets"))[1]
    result = forecast(EXAMPLE, MONTH, 2)
    widget = explore(result)
    assert widget.forecast.totals == result.totals
    assert (widget.files, widget.gets, widget.bucket_keys, widget.charged) == (
        1,
        1,
        "as it is",
        True,
    )
    widget.files, widget.bucket_keys = 2.0, "on"
    for name, value in (("files", 4.5), ("gets", -1.0), ("bucket_keys", "maybe")):
        with pytest.raises(traitlets.TraitError):
            setattr(widget, name, value)
    assert (widget.files, widget.bucket_keys) == (2.0, "on")


def test_a_notebook_that_is_only_read_has_the_table():
    """GitHub and paper run no widget: they show the forecast, with the other interpretation."""
    needed("anywidget")
    widget = explore(EXAMPLE, MONTH, 2)
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/html"] == forecast(EXAMPLE, MONTH, 2)._repr_html_()
    assert data["text/plain"].startswith("<Explorer of <Forecast 2026-10 to 2026-11: ")
