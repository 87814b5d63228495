"""A forecast to try out in a notebook: the tools of the report's page as a widget."""

from __future__ import annotations

import datetime
import importlib.util
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.forecasting import Forecast
from estimator.report.exports import Source, forecast_of
from estimator.report.monthly.breakdown import break_down
from estimator.report.monthly.interactive import build_tools, read_text
from estimator.volume.model import Model
from pricing.rates import RateTable
from pricing.reading.problems import KmscostError, Problem

if TYPE_CHECKING:
    from anywidget import AnyWidget

__all__ = ["explore"]

# each view has a shadow root: names and styles of the notebook and of other views stay apart
_RENDER = """
export default {
  render({ model, el }) {
    const root = el.attachShadow({ mode: "open" });
    root.innerHTML = model.get("_markup");
    const names = ["files", "gets", "bucket_keys", "charged"];
    const state = () => Object.fromEntries(names.map((name) => [name, model.get(name)]));
    const keep = (value) => {
      for (const name of names) if (model.get(name) !== value[name]) model.set(name, value[name]);
      model.save_changes();
    };
    const set = mountTools(root, model.get("_data"), keep);
    const follow = () => {
      const before = state();
      const shown = set(before);
      if (names.some((name) => before[name] !== shown[name])) keep(shown);
    };
    follow();
    for (const name of names) model.on(`change:${name}`, follow);

    // dark where the notebook's own letters are light; an element has colours once it is shown
    const theme = () => {
      const found = getComputedStyle(el.parentElement || el).color.match(/[0-9]+/g);
      if (!found) return;
      const [red, green, blue] = found.map(Number);
      el.dataset.theme = 2 * red + 5 * green + blue > 1024 ? "dark" : "light";
    };
    requestAnimationFrame(theme);
    const observer = new MutationObserver(theme);
    observer.observe(document.body, { attributes: true });
    return () => {
      observer.disconnect();
      for (const name of names) model.off(`change:${name}`, follow);
    };
  },
};
"""
_STYLE = ":host { display: block; padding: 0 1rem 0.5rem; max-width: 60rem; }"


def explore(
    inventory: Source,
    start: str | datetime.date | None = None,
    months: int = 12,
    rates: RateTable | str | Path | None = None,
    discount: float = 0.0,
) -> AnyWidget:
    """A forecast to try out in a notebook: sliders for what-ifs, and every account.

    Needs the extra ``jupyter``; the page of `estimator.report` has the same tools without Python.

    Parameters
    ----------
    inventory : Inventory, path or Forecast
        A forecast brings its own months, rates and discount.
    start, months, rates, discount
        As of `estimator.forecast`.

    Returns
    -------
    AnyWidget
        Its traits are the sliders, to be read and set: ``files`` and ``gets``, times the files a
        day (0.1 to 4) and the gets per file (0 to 4) of the inventory, in steps of 0.05;
        ``bucket_keys``, one of ``as it is``, ``on``, ``off`` as far as these differ; ``charged``,
        whether AWS charges CloudTrail's own writes. ``forecast`` is what they begin with. Where
        nothing runs a widget, as on a page of the web, it is the forecast's table.

    Raises
    ------
    KmscostError
        As `estimator.forecast`; or anywidget is not installed.
    """
    if importlib.util.find_spec("anywidget") is None:
        fix = "pip install 'kms-cost-estimator[jupyter]'"
        raise KmscostError(Problem("explore", None, "", "no anywidget", "the extra jupyter", fix))
    forecast = forecast_of(inventory, start, months, None, rates, discount)
    return _widget()(forecast)


@cache
def _widget() -> type:
    """The class of the widget, once there is anywidget."""
    import anywidget
    import traitlets

    class Explorer(anywidget.AnyWidget):  # type: ignore[misc]  # an extra is untyped
        """A forecast to try out."""

        _esm = f"{read_text('tools.js')}\n{_RENDER}"
        _markup = traitlets.Unicode().tag(sync=True)
        _data = traitlets.Dict().tag(sync=True)
        files = traitlets.Float(1.0, min=0.1, max=4.0).tag(sync=True)
        gets = traitlets.Float(1.0, min=0.0, max=4.0).tag(sync=True)
        bucket_keys = traitlets.Unicode("as it is").tag(sync=True)
        charged = traitlets.Bool(True).tag(sync=True)

        def __init__(self, forecast: Forecast) -> None:
            self.forecast = forecast
            model = Model(forecast.inventory, forecast.months)
            breakdown = break_down(model.first_month(), forecast)
            tools = build_tools(forecast, model, breakdown, center="typical value", is_open=True)
            super().__init__(
                _markup=f"<style>{tools.style}{_STYLE}</style>{tools.markup}",
                _data=tools.data,
                charged=forecast.inventory.cloudtrail_writes == "charged",
            )

        @traitlets.validate("bucket_keys")  # type: ignore[untyped-decorator]
        def _check_bucket_keys(self, proposal: dict[str, Any]) -> str:
            known = (self._data.get("what_if") or {}).get("bucket_keys", ["as it is"])
            if proposal["value"] not in known:
                found = f"{proposal['value']!r}; expected one of {', '.join(known)}"
                raise traitlets.TraitError(f"bucket_keys: found {found}")
            return str(proposal["value"])

        def _repr_mimebundle_(self, **options: Any) -> Any:
            bundle = super()._repr_mimebundle_(**options)
            data = bundle[0] if isinstance(bundle, tuple) else bundle
            if data is not None:
                # a notebook that is only read, as on GitHub, runs no widget
                data["text/html"] = self.forecast._repr_html_()
            return bundle

        def __repr__(self) -> str:
            return f"<Explorer of {self.forecast!r}>"

    return Explorer
