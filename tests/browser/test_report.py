"""The report in a real Chromium: it opens, sorts, switches its theme, and everybody can read it."""

from __future__ import annotations

import pytest

from benchmarks.forecast import write_inventory
from estimator import report
from tests.browser.chromium import AXE, needs_axe, open_page, resize
from tests.report.material import BILL, EXAMPLE, HOSTILE, MONTH, measured

# telephones, a tablet and one upright, a screen of old and of now [px]
WIDTHS = (320, 360, 500, 768, 850, 1000, 1280, 1600)

# letters that a line of a sentence has room for, what overlaps in a chart, what is cut off, what
# is broken off at the end of a line: a number from its unit, a date, a Region
LAYOUT = r"""
const seen = (node) => node.getClientRects().length > 0;
const found = [];
for (const node of document.querySelectorAll("main :is(li, p, td, th, dt, dd, .note)")) {
  if (!seen(node)) continue;
  const size = parseFloat(getComputedStyle(node).fontSize), words = node.textContent.trim();
  if (size < 10) found.push(["small", words]);
  if (words.length > 60 && node.matches(".answers li, p") && node.clientWidth < 12 * size)
    found.push(["narrow", words]);
  if (node.scrollWidth > node.clientWidth + 1) found.push(["cut", words]);
}
const WHOLE = /[\d.,]+\s%|[A-Z]{3}\s[\d.,]+|\d{4}-\d\d(-\d\d)?|[a-z]{2}-[a-z]+-\d/g;
const range = document.createRange();
for (const node of document.querySelectorAll("main :is(li, p, h2, h3, figcaption, .note)")) {
  if (!seen(node)) continue;
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    for (const whole of texts.currentNode.data.matchAll(WHOLE)) {
      range.setStart(texts.currentNode, whole.index);
      range.setEnd(texts.currentNode, whole.index + whole[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top / 8))).size > 1)
        found.push(["broken", whole[0]]);
    }
}
for (const node of document.querySelectorAll(".scroll"))
  if (seen(node) && node.scrollWidth > node.clientWidth + 1)
    found.push(["scrolls", node.closest("figure, details").textContent.trim().slice(0, 40)]);
for (const chart of document.querySelectorAll("svg.chart")) {
  const texts = [...chart.querySelectorAll("text")].filter(seen);
  texts.forEach((text, at) => {
    const a = text.getBoundingClientRect();
    if (a.right > innerWidth || a.left < 0) found.push(["outside", text.textContent]);
    if (parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a < 10)
      found.push(["small", text.textContent]);
    for (const other of texts.slice(at + 1)) {
      const b = other.getBoundingClientRect();
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 5)
        found.push(["overlap", text.textContent, other.textContent]);
    }
  });
}
if (document.documentElement.scrollWidth > innerWidth) found.push(["wider than the window"]);
const drawn = [...document.querySelectorAll(".plot svg")].filter((chart) => chart.clientWidth);
const plots = document.querySelectorAll("figure.plot");
if (drawn.length !== plots.length) found.push(["charts", drawn.length]);
return found;
"""


# ten columns: budgets of a payer, an account and a reader, with shares beyond thousands of percent;
# names without a place to break them
PARTS = """version: 1
accounts:
  - {id: "111122223333", name: prod, tags: {cost_allocation_department_of_the_organization: a}}
  - {id: "222222222222", name: prod}
regions: [us-east-1]
keys: [{id: k, region: us-east-1}]
trails: [{name: organization-trail, key: k, files_per_day: {low: 2000, high: 90000}}]
readers: [{name: security-lake, kind: every-file, account: "222222222222", gets_per_file: 3}]
budgets:
  - {name: everything, usd_per_month: 1000}
  - {name: management, payer: "111122223333", usd_per_month: 0.01}
  - {name: workloads, account: "222222222222", usd_per_month: 20.50}
  - {name: lake, reader: security-lake, usd_per_month: 2.0604}
  - {name: budget_of_the_security_department_for_all_of_its_log_archives, usd_per_month: 900}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The example with measurements and a bill, 10,000 accounts, hostile names, many budgets."""
    folder = tmp_path_factory.mktemp("pages")
    parts = folder / "parts.yaml"
    parts.write_text(PARTS, encoding="utf-8")
    hostile = folder / "hostile.yaml"
    hostile.write_text(HOSTILE, encoding="utf-8")
    reports = {
        "example": report(EXAMPLE, MONTH, measured(), BILL),
        "large": report(write_inventory(folder, 10_000, "csv"), MONTH),
        "hostile": report(hostile, MONTH),
        "parts": report(parts, MONTH),
    }
    paths = {name: folder / f"{name}.html" for name in reports}
    for name, path in paths.items():
        path.write_text(reports[name].html(), encoding="utf-8")
    return paths


@pytest.mark.parametrize("name", ["example", "large", "hostile", "parts"])
def test_it_opens_without_an_error_and_fits(driver, pages, name):
    """From a telephone to a wide screen: no message, all in its place, labels of 10 px and more.

    Sentences have room, tables fit, labels keep apart, and one chart of each three is shown.
    """
    open_page(driver, pages[name], WIDTHS[0])
    open_parts(driver)
    for width in WIDTHS:
        resize(driver, width)
        assert driver.execute_script(LAYOUT) == [], width
    assert driver.get_log("browser") == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_the_first_screen_has_the_first_page(driver, pages):
    """On a wide screen what to do stands beside the chart, not below it; the tables begin below."""
    open_page(driver, pages["example"], 1280)
    first, chart, answers = (
        driver.execute_script(
            f"return document.querySelector('{name}').getBoundingClientRect().toJSON()"
        )
        for name in (".first", ".first .plot", ".answers")
    )
    assert answers["left"] > chart["right"]
    assert answers["top"] == chart["top"]
    assert first["bottom"] < 1000


def open_parts(driver):
    """Unfold all parts of the page, as its button does."""
    driver.find_element("css selector", "#fold button").click()
    assert driver.execute_script(
        "return [...document.querySelectorAll('details')].every((part) => part.open)"
    )


@pytest.mark.parametrize("name", ["example", "hostile", "parts"])
def test_paper_cuts_no_table(driver, pages, name):
    """A4 less margins of 14 mm is 182 mm wide, 688 px: nothing scrolls on paper."""
    open_page(driver, pages[name], 688)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 688
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@needs_axe
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["example", "large", "hostile"])
def test_axe_finds_nothing(driver, pages, name, theme):
    """No finding of axe-core, serious or not, as lists, as tables and beside one another."""
    open_page(driver, pages[name], 320, theme)
    open_parts(driver)
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    # of 10,000 accounts the page has no element that the others have not, and takes long
    for width in (768,) if name == "large" else (320, 768, 1600):
        resize(driver, width)
        found = driver.execute_async_script(
            "const done = arguments[0]; axe.run(document).then((told) => done("
            "told.violations.map((one) => [one.id, one.impact, one.nodes[0].html])))"
        )
        assert found == [], width


def column(driver, caption, at):
    """The cells of a column of the table with this caption, without its sums."""
    return driver.execute_script(
        "const table = [...document.querySelectorAll('figure.sheet')].find((one) => "
        "one.querySelector('figcaption').textContent.startsWith(arguments[0]));"
        "return [...table.querySelectorAll('tbody tr')].map((row) => "
        "row.cells[arguments[1]].textContent)",
        caption,
        at,
    )


def click_head(driver, caption, at):
    """Click on the head of a column; what aria-sort says then."""
    return driver.execute_script(
        "const table = [...document.querySelectorAll('figure.sheet')].find((one) => "
        "one.querySelector('figcaption').textContent.startsWith(arguments[0]));"
        "const head = table.querySelectorAll('thead th')[arguments[1]];"
        "head.querySelector('button').click(); return head.getAttribute('aria-sort')",
        caption,
        at,
    )


def test_tables_sort(driver, pages):
    """Numbers by their value, names by the alphabet, both ways; sums stay at the end."""
    open_page(driver, pages["example"])
    caption = "By account where"
    assert click_head(driver, caption, 2) == "descending"
    numbers = [float(cell.replace(",", "")) for cell in column(driver, caption, 2)]
    assert len(numbers) == 4
    assert numbers == sorted(numbers, reverse=True)
    assert click_head(driver, caption, 2) == "ascending"
    again = [float(cell.replace(",", "")) for cell in column(driver, caption, 2)]
    assert again == sorted(numbers)
    assert click_head(driver, caption, 1) == "ascending"
    names = column(driver, caption, 1)
    assert names == ["data", "management", "prod", "security"]
    assert click_head(driver, "By cause", 2) == "descending"
    # gets (3.2740 + 0.0106) / 5.5239, the key 2 / 5.5239, puts, digests: not by their letters
    assert [cell.split()[0] for cell in column(driver, "By cause", 2)] == [
        "59.5", "36.2", "4.1", "0.3",
    ]  # fmt: skip
    footer = driver.execute_script(
        "return [...document.querySelectorAll('tfoot tr:last-child')].map((r) => r.textContent)"
    )
    # five tables of where it comes from, two of whose the bill is: of one row no sum is needed
    assert sum(row.startswith("total") for row in footer) == 7


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_switch_turns_the_theme(driver, pages, theme):
    """It begins as the reader prefers; one click turns it, another turns it back."""
    open_page(driver, pages["example"], theme=theme)
    colour = "return getComputedStyle(document.body).backgroundColor"
    chart = "return getComputedStyle(document.querySelector('svg text')).fill"
    first, drawn = driver.execute_script(colour), driver.execute_script(chart)
    button = driver.find_element("id", "theme")
    assert button.text == ("Dark" if theme == "light" else "Light")
    button.click()
    assert driver.execute_script(colour) != first
    assert driver.execute_script(chart) != drawn
    button.click()
    assert driver.execute_script(colour) == first


def test_hostile_names_are_text(driver, pages):
    """No script of a name runs, no element is made of it; it stands there letter by letter."""
    open_page(driver, pages["hostile"])
    from selenium.common.exceptions import NoAlertPresentException

    with pytest.raises(NoAlertPresentException):
        driver.switch_to.alert.text  # noqa: B018 (an alert would be found here)
    elements = "main script, main img, main b, main i, svg script, [onmouseover], [onerror]"
    assert driver.find_elements("css selector", elements) == []
    assert "<script>alert(1)</script>" in column(driver, "By account where", 1)
    text = driver.execute_script("return document.querySelector('.wide svg').textContent")
    assert "<script>" not in driver.execute_script("return document.title")
    assert text


def test_it_reads_without_script_and_prints_in_light(driver, pages):
    """With scripts off all is there but the switch; paper is white whatever the screen was."""
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(driver, pages["example"])
        assert len(driver.find_elements("css selector", "table tbody tr")) > 40
        # parts fold and unfold by the browser itself; tools that need the script are not there
        part = driver.find_element("css selector", "section:not(.tool) > details > summary")
        part.click()
        assert part.find_element("xpath", "..").get_attribute("open")
        assert not driver.find_element("id", "what-if").is_displayed()
        assert not driver.find_element("id", "accounts").is_displayed()
        assert not driver.find_element("id", "fold").is_displayed()
        assert not driver.find_element("id", "theme").is_displayed()
        assert driver.find_elements("css selector", "th button") == []
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    open_page(driver, pages["example"], theme="dark")
    dark = {"name": "prefers-color-scheme", "value": "dark"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": [dark]})
    background = "return getComputedStyle(document.body).backgroundColor"
    assert driver.execute_script(background) == "rgb(255, 255, 255)"
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
