"""Charts: what is drawn is what was computed; no pyplot, no formula, the same bytes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from estimator import KmscostError, forecast, load_inventory, plot, report, simulate
from estimator.report.charts import KINDS as ALL_KINDS
from estimator.report.charts import chart_of
from estimator.report.charts.chart import NARROW, apart
from estimator.report.charts.picture import png_bytes, svg_text
from estimator.report.charts.sankey import sankey_chart
from tests.cli.test_commands import kmscost, python
from tests.report.material import EXAMPLE, HOSTILE, MONTH
from tests.report.verdicts import SMALL, write

# those that draw an inventory; attribution draws logs and has tests of its own
KINDS = [kind for kind in ALL_KINDS if kind != "attribution"]


def parse_svg(text):
    """Our own SVG as elements."""
    return ElementTree.fromstring(text)  # noqa: S314 (our own)


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_figure_with_a_text_alternative(kind):
    """SVG with text as text, a title and a description; PNG; the same bytes again."""
    chart = chart_of(EXAMPLE, kind, MONTH)
    text = svg_text(chart.draw(920), chart.title, chart.description)
    root = parse_svg(text)
    assert root.get("role") == "img"
    found = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    assert [found[name] for name in root.get("aria-labelledby").split()] == [
        chart.title,
        chart.description,
    ]
    assert root.findall(f".//{SVG}text")
    assert svg_text(chart.draw(920), chart.title, chart.description) == text
    assert png_bytes(chart.draw(NARROW)).startswith(b"\x89PNG")


def test_bars_are_as_high_as_the_cost():
    """The bars of each month sum to its expected cost, keys and requests apart."""
    result, drawn = forecast(EXAMPLE, MONTH, 6), simulate(EXAMPLE, MONTH, 6)
    bars = plot(EXAMPLE, "cost", MONTH, 6).axes[0].patches
    heights = np.array([bar.get_height() for bar in bars]).reshape(2, 6)
    assert heights[0] == pytest.approx(result.monthly["cost_usd_keys"].to_numpy())
    assert heights.sum(axis=0) == pytest.approx(drawn.monthly["mean_cost_usd"].to_numpy())


def test_the_fan_is_as_wide_as_the_draws():
    """The outer band goes from the 5th to the 95th percentile of each month."""
    result = simulate(EXAMPLE, MONTH, 4)
    outer = plot(EXAMPLE, "fan", MONTH, 4).axes[0].collections[0].get_paths()[0].vertices
    rows = result.quantiles[
        (result.quantiles["measure"] == "cost_usd") & result.quantiles["month"].notna()
    ]
    for position, (_, month) in enumerate(rows.groupby("month")):
        at = outer[np.isclose(outer[:, 0], position)][:, 1]
        assert at.min() == pytest.approx(month["value"].min())
        assert at.max() == pytest.approx(month["value"].max())


def test_the_fan_of_a_report_is_of_what_its_verdict_is_of(tmp_path):
    """The reader alone: 40,000 gets x 31 days x 0.000003 = 3.72, x 30 days = 3.60, of 3.00."""
    limits = "{name: whole, usd_per_month: 50}, {name: gets, usd_per_month: 3.0, reader: siem}"
    path = write(tmp_path, f"{SMALL}budgets: [{limits}]\n")
    document = report(path, MONTH, months_ahead=1, draws=100, advice=False).document
    fan = next(
        block
        for section in document.sections
        for block in section.blocks
        if getattr(block, "name", "") == "fan"
    )
    assert fan.title == "KMS cost of reader siem in USD, month by month"
    assert "expected USD 3.72 in 2026-10, 3.60 in 2026-11" in fan.description
    assert fan.description.endswith("budget gets 3.00, broken from 2026-10")


def test_quantiles_of_a_part_that_is_everything_are_those_of_everything(tmp_path):
    """A payer's budget where there is one payer."""
    ranged = SMALL.replace("gets_per_day: 40000", "gets_per_day: {low: 20000, high: 60000}")
    text = f'{ranged}budgets: [{{name: all-of-it, usd_per_month: 5, payer: "111122223333"}}]\n'
    drawn = simulate(write(tmp_path, text), MONTH, 2, draws=200)
    rows = drawn.quantiles[
        (drawn.quantiles["measure"] == "cost_usd") & drawn.quantiles["month"].notna()
    ]
    found = drawn.quantiles_spent["all-of-it"]
    assert found.T.ravel() == pytest.approx(rows["value"].to_numpy())
    assert (found[0] < found[-1]).all()


def test_nothing_leaks_into_pyplot():
    """No pyplot is loaded, so that no figure stays open; importing charts loads no matplotlib."""
    code = (
        "import sys\n"
        "from estimator import plot\n"
        "assert 'matplotlib' not in sys.modules\n"
        f"figure = plot({str(EXAMPLE)!r}, 'sankey', '2026-10')\n"
        "assert figure._repr_svg_().startswith('<?xml')\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    assert python(code).strip() == "False"


def test_drawing_changes_no_setting():
    """Whoever draws charts of his own finds matplotlib as he left it."""
    from matplotlib import rcParams

    before = dict(rcParams)
    svg_text(plot(EXAMPLE, "cost", MONTH, 2))
    assert dict(rcParams) == before


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_others_are_no_formula_and_no_markup(kind, tmp_path):
    """Dollar signs, tags and backslashes in names are drawn as they are."""
    path = tmp_path / "hostile.yaml"
    path.write_text(HOSTILE, encoding="utf-8")
    chart = chart_of(path, kind, MONTH)
    text = svg_text(chart.draw(920), chart.title, chart.description)
    tags = {element.tag.removeprefix(SVG) for element in parse_svg(text).iter()}
    assert tags <= {
        "svg",
        "title",
        "desc",
        "defs",
        "style",
        "g",
        "path",
        "text",
        "use",
        "clipPath",
        "rect",
    }
    if kind == "drivers":
        assert "trails[</title><script>alert(6)</script>].files_per_day" in "".join(
            element.text or "" for element in parse_svg(text).iter(f"{SVG}text")
        )


@pytest.mark.parametrize("months", [1, 2, 40])
@pytest.mark.parametrize("kind", ["cost", "requests", "fan"])
def test_short_and_long_spans(kind, months):
    """One month and forty: every label of a month is readable, none beside another."""
    chart = chart_of(EXAMPLE, kind, MONTH, months)
    for width in (920, NARROW):
        labels = chart.draw(width).axes[0].get_xticklabels()
        assert 1 <= len(labels) <= 14


@pytest.mark.parametrize("width", [920, NARROW])
def test_months_stand_on_one_line_and_years_below(width):
    """October is as high as November, whatever a release of matplotlib does with two lines."""
    chart = chart_of(EXAMPLE, "cost", MONTH, 6)
    heights = {
        element.text: round(float(element.get("y")), 1)
        for element in parse_svg(svg_text(chart.draw(width), "a", "b")).iter(f"{SVG}text")
        if element.text in ("Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "2026", "2027")
    }
    months = {height for text, height in heights.items() if not text.startswith("20")}
    years = set(heights.values()) - months
    assert len(months) == len(years) == 1
    assert years.pop() - months.pop() == pytest.approx(14)


def test_a_picture_without_ranges_says_what_to_do(tmp_path):
    """Nothing is uncertain, so nothing spreads: the words say what is to be written."""
    path = tmp_path / "exact.yaml"
    path.write_text(
        'version: 1\naccounts: [{id: "111122223333", regions: [us-east-1]}]\n'
        "keys: [{id: k, region: us-east-1}]\ntrails: [{name: t, key: k}]\n",
        encoding="utf-8",
    )
    words = "no assumption is a range; write low and high for what is not known"
    assert chart_of(path, "drivers", MONTH, 1).description == f"nothing to draw: {words}"


def test_the_command(tmp_path):
    """SVG to stdout, PNG by its ending, the numbers to stderr; a wrong kind is a usage error."""
    answer = kmscost("plot", EXAMPLE, "--kind", "fan", "--from", MONTH)
    assert answer.exit_code == 0
    assert parse_svg(answer.stdout.encode()).get("role") == "img"
    assert re.search(
        r"note: How sure.*: expected USD 5\.52 in 2026-10, 7\.61 in 2027-09; 5\.50 to 5\.57 and",
        answer.stderr,
    )
    output = tmp_path / "a.png"
    assert kmscost("plot", EXAMPLE, "--output", output).exit_code == 0
    assert output.read_bytes().startswith(b"\x89PNG")
    wrong = kmscost("plot", EXAMPLE, "--kind", "fann")
    assert wrong.exit_code == 2
    assert "did you mean fan?" in wrong.stderr
    with pytest.raises(KmscostError, match="kind"):
        plot(EXAMPLE, "pie")


def test_labels_keep_apart():
    """Labels are moved no further than they must, and keep their order."""
    places = apart([1.0, 1.0, 2.0, 50.0], 10.0)
    assert places == pytest.approx([-26 / 3, 4 / 3, 34 / 3, 50.0])
    assert np.diff(places).min() == pytest.approx(10.0)


PLAIN = """
version: 1
payer: "111122223333"
regions: [us-east-1]
accounts:
  - {id: "111122223333", name: payer}
  - {id: "222222222222", name: logs}
  - {id: "333333333333", name: logs}
keys: [{id: k, region: us-east-1}]
trails: [{name: org, key: k, files_per_day: {low: 250, high: 320}}]
"""


def written_words(chart):
    """Every text of a wide chart."""
    root = parse_svg(svg_text(chart.draw(920), chart.title, chart.description))
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_accounts_of_one_name_are_two_nodes(tmp_path):
    """Two accounts called logs: each has its flow, and its id beside the name."""
    path = tmp_path / "names.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    words = " ".join(written_words(chart_of(path, "sankey", MONTH)))
    assert "logs 222222222222" in words
    assert "logs 333333333333" in words
    assert "payer: " in words
    assert "payer 111122223333" not in words


def test_drivers_that_are_too_thin_are_called_drivers(tmp_path):
    """300 drivers, none of them half a percent of the whole, are drivers and not accounts."""
    path = tmp_path / "thin.yaml"
    path.write_text(PLAIN, encoding="utf-8")
    rows = pd.DataFrame(
        {
            "account": "222222222222",
            "driver": [f"r{number}" for number in range(300)],
            "billed_account": "111122223333",
            "cause": "get",
            "unit": "request",
            "quantity": 1000.0,
            "cost": 1.0,
        }
    )
    chart = sankey_chart(rows, load_inventory(path), "USD", MONTH)
    assert "by what: 300 drivers 100 %" in chart.description
    assert "300 drivers" in " ".join(written_words(chart))


def test_budgets_whose_names_shorten_alike_stay_apart(tmp_path):
    """Both limits are drawn and named, though their names differ only where they are cut."""
    path = tmp_path / "budgets.yaml"
    budgets = (
        "budgets:\n"
        "  - {name: kms-of-the-first-unit-of-the-organization-in-2027, usd_per_month: 1.1}\n"
        "  - {name: kms-of-the-other-unit-of-the-organization-in-2027, usd_per_month: 1.2}\n"
    )
    path.write_text(PLAIN + budgets, encoding="utf-8")
    chart = chart_of(path, "fan", MONTH, 2)
    for name in ("first", "other"):
        assert f"budget kms-of-the-{name}-unit-of-the-organization-in-2027 1." in chart.description
    labels = [word for word in written_words(chart) if word.endswith((" 1.10", " 1.20"))]
    assert len(labels) == 2
    assert labels[0][:-5] != labels[1][:-5]
