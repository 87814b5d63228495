"""The widget of notebooks in a real Chromium: the module that anywidget loads, and a model."""

from __future__ import annotations

import base64
import json

import pytest

from estimator import compare, explore
from tests.browser.chromium import AXE, needs_axe, open_page
from tests.extras import needed
from tests.report.material import EXAMPLE, MONTH, slide

needed("anywidget")

# the model that anywidget hands to a module, without a kernel behind it; two views of it
PAGE = """<!doctype html><meta charset="utf-8"><title>notebook</title>
<body style="color: {colour}"><div id="first"></div><div id="second"></div>
<script>
const state = {state};
const listeners = [];
window.saved = [];
window.model = {{
  get: (name) => state[name],
  set: (name, value) => {{
    state[name] = value;
    for (const [of, call] of listeners) if (of === `change:${{name}}`) call();
  }},
  save_changes: () => saved.push([state.files, state.gets, state.bucket_keys, state.charged]),
  on: (name, f) => listeners.push([name, f]),
  off: () => {{}},
}};
import("data:text/javascript;base64,{module}").then(({{ default: widget }}) => {{
  for (const id of ["first", "second"]) {{
    const el = document.createElement("div");
    document.getElementById(id).append(el);
    widget.render({{ model, el }});
  }}
  window.views = ["first", "second"].map((id) => document.querySelector(`#${{id}} > div`));
}});
</script>"""


@pytest.fixture(scope="module")
def widget():
    """The widget of the example over the months of its report."""
    return explore(EXAMPLE, MONTH, 13)


def show(driver, widget, path, colour="black"):
    """Open a page with two views of the widget."""
    from selenium.webdriver.support.ui import WebDriverWait

    names = ("_markup", "_data", "files", "gets", "bucket_keys", "charged")
    state = json.dumps({name: getattr(widget, name) for name in names}).replace("<", "\\u003c")
    module = base64.b64encode(widget._esm.encode()).decode()
    path.write_text(PAGE.format(state=state, module=module, colour=colour), encoding="utf-8")
    open_page(driver, path)
    WebDriverWait(driver, 20).until(
        lambda page: page.execute_script("return !!window.views && !!views[1].dataset.theme")
    )


def run(driver, script, *values):
    """Run a script that has the roots of both views and `slide`."""
    return driver.execute_script(
        "const [one, two] = views.map((view) => view.shadowRoot);"
        "const slide = (root, id, value) => { const control = root.getElementById(id);"
        "if (control.type === 'checkbox') control.checked = value; else control.value = value;"
        "control.dispatchEvent(new Event('input')); control.dispatchEvent(new Event('change')); };"
        f"{script}",
        *values,
    )


def costs(driver, view):
    """The amounts that a view shows, in its order."""
    return run(
        driver,
        f"return [...{view}.querySelectorAll('#w-out strong')].map((amount) => amount.textContent)",
    )


def test_sliders_agree_with_compare_and_with_python(driver, widget, tmp_path):
    """The sums of `compare` to the cent; another view and the model follow."""
    show(driver, widget, tmp_path / "widget.html")
    run(
        driver,
        "slide(one, 'w-files', 1.3); slide(one, 'w-gets', 2.25); slide(one, 'w-keys', 'on');"
        "slide(one, 'w-writes', false)",
    )
    (expected,) = compare(EXAMPLE, slide(1.3, 2.25, True, False), MONTH, 13).others
    amounts = [
        f"{amount:,.2f}"
        for amount in (
            float(expected.monthly["cost_usd"].iloc[0]),
            expected.totals["cost_usd"],
            expected.totals["cost_usd_writes_charged"],
        )
    ]
    assert costs(driver, "one") == costs(driver, "two") == amounts
    assert driver.execute_script("return saved.at(-1)") == [1.3, 2.25, "on", False]
    # set in Python: the views follow; between two steps of a slider the nearest one counts for both
    driver.execute_script("model.set('files', 0.52); model.set('charged', true)")
    (expected,) = compare(EXAMPLE, slide(0.5, 2.25, True, True), MONTH, 13).others
    assert costs(driver, "one")[1] == costs(driver, "two")[1]
    assert costs(driver, "two")[1] == f"{expected.totals['cost_usd']:,.2f}"
    assert driver.execute_script("return saved.at(-1)[0]") == 0.5
    run(driver, "one.getElementById('w-reset').click()")
    assert driver.execute_script("return saved.at(-1)") == [1, 1, "as it is", True]
    assert driver.get_log("browser") == []


def test_accounts_and_the_theme_of_the_notebook(driver, widget, tmp_path):
    """Search and groups work in each view by itself; letters that are light make it dark."""
    show(driver, widget, tmp_path / "dark.html", colour="#eeeeee")
    assert driver.execute_script("return views.map((view) => view.dataset.theme)") == ["dark"] * 2
    rows = (
        "return [...one.querySelectorAll('#a-table tbody tr')].map((row) => "
        "[...row.cells].map((cell) => cell.textContent))"
    )
    run(driver, "slide(one, 'a-group', 'account'); slide(one, 'a-search', 'pro')")
    assert [row[1] for row in run(driver, rows)] == ["prod", ""]
    run(driver, "slide(one, 'a-search', ''); slide(one, 'a-group', 'Region')")
    # the month of the README's reconcile: 1,179,267 requests, USD 5.51
    assert run(driver, rows)[-1][1:3] == ["5.51", "1,179,267"]
    assert run(driver, "return two.querySelectorAll('#a-table tbody tr').length") == 0


@needs_axe
@pytest.mark.parametrize("colour", ["black", "#eeeeee; background: #111111"])
def test_axe_finds_nothing_in_a_view(driver, widget, tmp_path, colour):
    """No finding of axe-core in a light or a dark notebook; the page around it is not ours."""
    show(driver, widget, tmp_path / "axe.html", colour=colour)
    run(driver, "slide(one, 'a-group', 'account'); slide(one, 'w-files', 1.3)")
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "const done = arguments[0]; document.documentElement.lang = 'en'; views[1].remove();"
        "axe.run('#first').then((answer) => done(answer.violations.map((finding) => "
        "[finding.id, finding.nodes[0].html])))"
    )
    assert found == []
