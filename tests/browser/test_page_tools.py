"""What the page's script does, in a real Chromium: accounts, sliders, values of charts, paper."""

from __future__ import annotations

import csv
import io
import json
import random
import time

import pytest

from benchmarks.forecast import write_inventory
from estimator import compare, forecast, load_inventory, report, simulate
from estimator.figures import count, money, money_like
from estimator.inventory.means import with_means
from estimator.report.columns import in_column
from estimator.report.monthly.interactive import read_text
from tests.browser.chromium import open_page
from tests.report.material import BILL, EXAMPLE, MONTH, Page, slide


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The page of the example with its bill."""
    path = tmp_path_factory.mktemp("page") / "example.html"
    path.write_text(report(EXAMPLE, MONTH, bill=BILL, advice=False).html(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def means():
    """The example with each range at its mean."""
    return with_means(load_inventory(EXAMPLE))


@pytest.fixture(scope="module")
def simulated():
    """What is expected of the example, month by month."""
    return simulate(EXAMPLE, MONTH, 13)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The page of 10,000 accounts."""
    folder = tmp_path_factory.mktemp("large")
    path = folder / "large.html"
    inventory = write_inventory(folder, 10_000, "csv")
    path.write_text(report(inventory, MONTH, months_ahead=1).html(), encoding="utf-8")
    return path


def unfold(driver, name):
    """Open a part by the keyboard: its heading takes the focus, Enter opens it."""
    summary = driver.find_element("css selector", f"#{name} summary")
    driver.execute_script("arguments[0].focus()", summary)
    summary.send_keys("\n")
    assert driver.find_element("css selector", f"#{name} details").get_attribute("open")


def set_control(driver, name, value):
    """Set a control and tell the page, as a hand does."""
    driver.execute_script(
        "const control = document.getElementById(arguments[0]);"
        "if (control.type === 'checkbox') control.checked = arguments[1];"
        "else if (control.tagName === 'SELECT') control.selectedIndex = arguments[1];"
        "else control.value = arguments[1];"
        "control.dispatchEvent(new Event('input'));"
        "control.dispatchEvent(new Event('change'))",
        name,
        value,
    )


def what_if_costs(driver):
    """The amounts that the sliders' part shows, in its order."""
    return [element.text for element in driver.find_elements("css selector", "#w-out strong")]


@pytest.mark.parametrize(
    ("files", "gets", "bucket_key", "charged"),
    [
        (1, 1, False, True),
        (2, 1, False, True),
        (0.1, 0.05, False, True),  # most of it is free
        (1, 0, True, True),  # all of it is free but the keys
        (3.5, 2.25, True, False),
        (1.3, 4, False, False),
        (0.5, 1.5, True, True),
    ],
)
def test_sliders_agree_with_compare_to_the_cent(
    driver, page, means, simulated, files, gets, bucket_key, charged
):
    """The month, the whole span, the other interpretation: the report's, moved as `compare` does.

    Each range is at its mean, as in the report. What the simulation expects of a month beyond the
    cost of the means, a few requests that draws leave free, stays in proportion to it.
    """
    open_page(driver, page)
    unfold(driver, "what-if")
    set_control(driver, "w-files", files)
    set_control(driver, "w-gets", gets)
    set_control(driver, "w-keys", int(bucket_key))
    set_control(driver, "w-writes", charged)
    begin = slide(1, 1, False, True, means) | {"name": "at the means"}
    slid = slide(files, gets, bucket_key, charged, means)
    of_means, moved_to = compare(EXAMPLE, [begin, slid], MONTH, 13).others

    def months(writes):
        name = f"cost_usd_writes_{writes}"
        moved = moved_to.monthly[name] / of_means.monthly[name]
        return (simulated.monthly[f"mean_{name}"] * moved).tolist()

    now, other = ("charged", "exempt") if charged else ("exempt", "charged")
    assert what_if_costs(driver) == [
        money(amount) for amount in (months(now)[0], sum(months(now)), sum(months(other)))
    ]


def test_sliders_of_an_inventory_without_ranges_are_compare_itself(driver, tmp_path):
    """GROUPED: 26,784 puts of October, 6,784 billable: USD 0.020352; the key 1.00.

    Twice the files: 53,568 - 20,000 = 33,568 x 0.000003 = 0.100704 more than the key.
    """
    inventory, path = tmp_path / "grouped.yaml", tmp_path / "grouped.html"
    inventory.write_text(GROUPED, encoding="utf-8")
    result = report(inventory, MONTH, months_ahead=0, advice=False)
    path.write_text(result.html(), encoding="utf-8")
    open_page(driver, path)
    unfold(driver, "what-if")
    assert what_if_costs(driver) == ["1.02", "1.00"]
    set_control(driver, "w-files", 2)
    assert what_if_costs(driver) == ["1.10", "1.00"]


def test_sliders_begin_and_end_at_the_report(driver, page, simulated):
    """Untouched they show what the report expects; the button brings back to it; arrows move."""
    mean = simulated.monthly
    expected = [
        money(mean["mean_cost_usd"].iloc[0]),
        money(mean["mean_cost_usd"].sum()),
        money(mean["mean_cost_usd_writes_exempt"].sum()),
    ]
    open_page(driver, page)
    unfold(driver, "what-if")
    assert what_if_costs(driver) == expected
    slider = driver.find_element("id", "w-files")
    slider.send_keys("\ue014")  # the right arrow
    assert driver.find_element("id", "w-files-o").text.endswith(" 1.05")
    assert what_if_costs(driver) != expected
    driver.find_element("id", "w-reset").click()
    assert what_if_costs(driver) == expected


def rows_of(driver):
    """The cells of the table of accounts."""
    return driver.execute_script(
        "return [...document.querySelectorAll('#a-table tbody tr')].map((row) => "
        "[...row.cells].map((cell) => cell.textContent))"
    )


def unfold_accounts(driver):
    """Open the part of the accounts: its table is made a moment later, when the browser says so."""
    from selenium.webdriver.support.ui import WebDriverWait

    unfold(driver, "accounts")
    WebDriverWait(driver, 20).until(rows_of)


def test_accounts_are_searched_sorted_and_grouped(driver, page):
    """Each account once, the total of the month; groups of what the inventory has, same total.

    The README's reconcile has 1,179,267 requests, USD 5.5133, at 1.05 gets of the SIEM for each of
    75,268 files. Their mean is 1.05 x (e^(s^2/2) F(s) + e^(r^2/2) F(-r)), s = ln(1.3/1.05)/1.645,
    r = ln(1.05)/1.645: 1.0447 x 1.05, so 3,533 requests and USD 0.0106 more.
    """
    open_page(driver, page)
    unfold_accounts(driver)
    *rows, total = rows_of(driver)
    assert [row[1] for row in rows] == ["security", "prod", "management", "data"]
    assert total[0] == "total"
    assert [total[2], total[4]] == ["5.52", "5.28"]
    assert float(total[3].replace(",", "")) == pytest.approx(1_182_800, abs=5)
    set_control(driver, "a-search", "PRO")
    assert [row[1] for row in rows_of(driver)] == ["prod", ""]
    assert driver.find_element("id", "a-count").text == "1 of 4 accounts."
    set_control(driver, "a-search", "")
    driver.execute_script("document.querySelectorAll('#a-table th button')[1].click()")
    assert [row[1] for row in rows_of(driver)] == ["data", "management", "prod", "security", ""]
    names = driver.execute_script(
        "return [...document.querySelectorAll('#a-group option')].map((option) => option.text)"
    )
    assert names[0] == "account"
    assert {"Region", "trail, reader or key", "account that is billed", "cause"} <= set(names)
    for position in range(1, len(names)):
        set_control(driver, "a-group", position)
        assert rows_of(driver)[-1][-3] == "5.52"
        assert rows_of(driver)[-1][-2] == total[3]


def test_of_many_accounts_the_first_are_shown_and_all_are_saved(driver, large, tmp_path):
    """500 of 10,000 and one row of all others; the CSV has 10,000, with the same sum."""
    open_page(driver, large)
    driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    unfold_accounts(driver)
    rows = rows_of(driver)
    assert len(rows) == 502
    assert rows[500][0] == "9,500 more"
    driver.find_element("id", "a-save").click()
    path = tmp_path / "accounts.csv"
    for _ in range(100):
        if path.exists():
            break
        time.sleep(0.1)
    saved = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    assert len(saved) == 10_000
    total = float(rows[501][2].replace(",", ""))
    assert sum(float(row["USD"]) for row in saved) == pytest.approx(total, abs=0.02)
    assert driver.get_log("browser") == []


GROUPED = """
version: 1
payer: "111122223333"
regions: [us-east-1]
accounts:
  - {id: "111122223333", name: payer, ou: Root, tags: {team: core}}
  - {id: "222222222222", name: logs, ou: Workloads, tags: {team: core, env: prod}}
  - {id: "333333333333", name: "a, \\"b\\"", ou: Workloads, tags: {team: "<b>&lt;x"}}
keys: [{id: k, region: us-east-1}]
trails: [{name: org, key: k}]
"""


def test_groups_by_ou_and_tag_where_accounts_have_them(driver, tmp_path):
    """An OU and each tag are ways to group; what names say is text, also through the CSV.

    Puts: 3 x 31 x 288 = 26,784, 6,784 of them billable at USD 0.000003: 0.020352, a third each; the
    key's USD 1.00 is the payer's.
    """
    inventory, path = tmp_path / "grouped.yaml", tmp_path / "grouped.html"
    inventory.write_text(GROUPED, encoding="utf-8")
    path.write_text(report(inventory, MONTH, advice=False).html(), encoding="utf-8")
    open_page(driver, path)
    unfold_accounts(driver)
    assert [row[1] for row in rows_of(driver)] == ["payer", "logs", 'a, "b"', ""]
    names = driver.execute_script(
        "return [...document.querySelectorAll('#a-group option')].map((option) => option.text)"
    )
    assert names[:4] == ["account", "OU", "tag env", "tag team"]
    set_control(driver, "a-group", 1)
    rows = {row[0]: float(row[1]) for row in rows_of(driver)}
    assert rows.keys() == {"Root", "Workloads", "total"}
    assert rows["Root"] == pytest.approx(1.006784, abs=0.005)
    assert rows["Workloads"] == pytest.approx(0.013568, abs=0.005)
    set_control(driver, "a-group", 3)
    assert {row[0] for row in rows_of(driver)} == {"core", "<b>&lt;x", "total"}
    set_control(driver, "a-group", 2)
    assert {row[0] for row in rows_of(driver)} == {"prod", "(none)", "total"}


HALVES = """version: 1
payer: "111122223333"
other_kms_requests_per_month: 20000
accounts:
  - {id: "111122223333", name: payer, files_per_day: 12500}
  - {id: "222222222222", name: logs, files_per_day: 83.34895}
  - {id: "333333333333", name: quiet, files_per_day: 1}
regions: [us-east-1]
keys: [{id: k, region: us-east-1}]
trails: [{name: org, key: k}]
"""


def test_every_account_reads_as_the_table_of_the_report(driver, tmp_path):
    """30 days at USD 0.000003, nothing free: 375,000 puts are 1.125, with the key 2.125.

    A half falls to the even digit: 2.12. 83.34895 x 30 = 2,500.4685 puts are 2,500, not 2,501 by
    way of 2,500.5, and 0.0075; 30 are 0.00009, which is not nothing.
    """
    inventory, path = tmp_path / "halves.yaml", tmp_path / "halves.html"
    inventory.write_text(HALVES, encoding="utf-8")
    monthly = report(inventory, "2026-11", advice=False)
    path.write_text(monthly.html(), encoding="utf-8")
    open_page(driver, path)
    unfold_accounts(driver)
    rows = [[row[0], *row[2:]] for row in rows_of(driver)]
    assert rows == [
        ["111122223333", "2.12", "375,000", "1.00"],
        ["222222222222", "0.01", "2,500", "0.00"],
        ["333333333333", "<0.01", "30", "0.00"],
        ["total", "2.13", "377,530", "1.00"],
    ]
    table = Page(path.read_text(encoding="utf-8")).table("By account where it happens")[1:]
    assert [[row[0], row[2], row[5], row[4]] for row in table] == rows


def test_the_script_rounds_as_the_report(driver, tmp_path):
    """Every column and every amount alone, halves, tiny and huge ones, as in the tables."""
    columns = [
        [0.125, 4.125, 2.675, 8.575],  # in binary 2.675 is a little less, 8.575 a little more
        [0.4359261, 0.0001585, 0.0],
        [0.0021, 3.5],
        [0.99999, 0.05, 0.100704],
        [0.0005, 0.00025, 3e-10],
        [44708.4685, 518.4, 0.5],
        [518.4, 0.25],
        [2.0, 0.25],
        [1_234_567_890.125, 999_999.995],
        [0.0],
    ]
    # and any others, the same at each run: of all sizes that a report has, and halves of them
    draw = random.Random(7)  # noqa: S311  no secret
    columns += [
        [
            draw.choice([draw.randrange(10**6) + 0.5, 10 ** draw.uniform(0, 13)])
            / 10 ** draw.randrange(7)
            for _ in range(draw.randrange(1, 6))
        ]
        for _ in range(500)
    ]
    path = tmp_path / "empty.html"
    path.write_text("<!doctype html><title>numbers</title>", encoding="utf-8")
    open_page(driver, path)
    found = driver.execute_script(
        f"{read_text('tools.js')}"
        "const column = (values, isMoney) => "
        "values.map((value) => inColumn(value, decimalsOfColumn(values, isMoney)));"
        "return arguments[0].map((all) => [column(all, true), column(all, false), all.map(money), "
        "all.map((value) => moneyLike(value, all[0]))])",
        columns,
    )
    assert found == [
        [
            in_column([money(value) for value in values]),
            in_column([count(value) for value in values]),
            [money(value) for value in values],
            [money_like(value, values[0]) for value in values],
        ]
        for values in columns
    ]
    assert found[0][0] == ["0.12", "4.12", "2.68", "8.58"]


def test_values_of_a_chart_by_the_keyboard_and_under_the_pointer(driver, page):
    """Tab reaches the chart, arrows go through its months, each says its values; Escape ends."""
    open_page(driver, page, 1280)
    layer = driver.find_element("css selector", ".first .wide .layer")
    driver.execute_script("arguments[0].focus({ focusVisible: true })", layer)
    layer.send_keys("\ue010")  # End
    tip = driver.find_element("id", "tip")
    assert tip.is_displayed()
    result = forecast(EXAMPLE, MONTH, 13)
    assert tip.text.startswith(f"{result.months.labels[-1]}: USD 7.6")
    assert layer.get_attribute("aria-valuetext") == tip.text
    layer.send_keys("\ue012")  # left
    assert tip.text.startswith(result.months.labels[-2])
    layer.send_keys("\ue00c")
    assert not tip.is_displayed()
    from selenium.webdriver import ActionChains

    ActionChains(driver).move_to_element_with_offset(layer, -200, 0).perform()
    assert tip.is_displayed()
    points = json.loads(
        driver.find_element("css selector", ".first .plot").get_attribute("data-points")
    )
    assert tip.text in points
    assert len(points) == 13


def test_paper_has_all_parts_and_a_first_page_of_its_own(driver, page):
    """Folded parts are printed open, tools are not; the verdict's page is one page; months whole.

    A4 is 210 x 297 mm; less margins of 14 mm there are 182 x 269 mm, 688 x 1,016 px.
    """
    open_page(driver, page, 688)
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        parts = driver.execute_script(
            "return [...document.querySelectorAll('section:not(.tool) .inside')].map((part) => "
            "part.getBoundingClientRect().height)"
        )
        assert len(parts) > 6
        assert min(parts) > 0
        hidden = driver.execute_script(
            "return [...document.querySelectorAll('.tool, .plain, .layer')].map((tool) => "
            "tool.getBoundingClientRect().height)"
        )
        assert set(hidden) == {0}
        first = "return document.querySelector('.first').getBoundingClientRect().bottom"
        assert driver.execute_script(first) < 1016
        assert (
            driver.execute_script(
                "return getComputedStyle(document.querySelector('.first')).breakAfter"
            )
            == "page"
        )
        heights = driver.execute_script(
            "return [...document.querySelectorAll('#ahead tbody th')].map((month) => "
            "month.getBoundingClientRect().height / parseFloat(getComputedStyle(month).lineHeight))"
        )
        assert len(heights) == 12
        assert max(heights) < 2
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_page_is_small(page, large):
    """The example below 150 KB, 10,000 accounts below 1 MB."""
    assert page.stat().st_size < 150_000
    assert large.stat().st_size < 1_000_000
