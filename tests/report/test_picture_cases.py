"""Pictures that once misled: each case, and what its picture must show."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

from estimator import load_inventory, plot
from estimator.report.charts import chart_of, draw_alone
from estimator.report.charts.chart import GREY, INK, MEDIUM, MUTED, NARROW, SERIES, WIDE
from estimator.report.charts.inline import VARIABLES
from estimator.report.charts.picture import set_fonts, svg_text
from estimator.report.charts.sankey import sankey_chart
from tests.cli.test_commands import kmscost
from tests.real_data import CASES, needs_cases
from tests.report.material import EXAMPLE, MONTH
from tests.report.test_plots import KINDS, SVG, parse_svg, written_words

REPORT = CASES / "report"


@needs_cases
def test_three_accounts_of_one_name_are_three_nodes():
    """Puts: 80,476, of them 79,930 billable, USD 0.2398 of 5.52 are 4.3 %; the rest 95.7 %."""
    words = " ".join(written_words(chart_of(REPORT / "dup.yaml", "sankey", MONTH)))
    for account in ("222222222222", "333333333333", "111122223333"):
        assert f"prod {account}" in words
    assert "prod 222222222222: 95.7 %" in words
    assert "prod 111122223333: 4.3 %" in words


@needs_cases
def test_the_budget_that_breaks_is_drawn_first():
    """Of four budgets the lowest, which breaks in 2027-01, is drawn; the others are named."""
    chart = chart_of(REPORT / "budgets4.yaml", "fan", MONTH)
    assert "budget board-target 6.00, broken from 2027-01; budget platform-cap" in chart.description
    words = written_words(chart)
    assert "board-target 6.00" in words
    assert "↑ above, not drawn: platform-cap 70.00 and 2 more" in words


@needs_cases
def test_two_budgets_that_are_shortened_alike_are_both_there():
    """5.00 is broken in every month, 7.00 later; both lines have a name that tells them apart."""
    chart = chart_of(REPORT / "budgets_same.yaml", "fan", MONTH)
    assert "platform-security-emea-fy2027 5.00, broken from 2026-10" in chart.description
    assert "platform-network-emea-fy2027 7.00, broken from " in chart.description
    for width in (WIDE, MEDIUM, NARROW):
        words = {text.get_text() for text in chart.draw(width).axes[0].texts}
        assert len([word for word in words if word.endswith((" 5.00", " 7.00"))]) == 2


@needs_cases
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_draw_is_said(kind):
    """An inventory that costs nothing: a word in the picture, and in its text alternative."""
    chart = chart_of(REPORT / "zero.yaml", kind, "2026-11")
    assert chart.description.startswith("nothing to draw: ")
    assert any("nothing to draw" in word for word in written_words(chart))


@needs_cases
@pytest.mark.parametrize(
    ("command", "name", "endings"),
    [
        (("plot", "dup.yaml", "--kind", "fan", "--from", MONTH), "a.docx", ".svg, .png, .pdf"),
        (("report", "tiny_05.yaml", "--month", MONTH, "--no-advice"), "x.pdf", ".md, .html, .json"),
    ],
)
def test_an_ending_that_cannot_be_written_is_refused(command, name, endings, tmp_path):
    """Exit 2, the endings that can be written, and no file."""
    program, inventory, *options = command
    answer = kmscost(program, REPORT / inventory, *options, "--output", tmp_path / name)
    assert answer.exit_code == 2
    assert endings in answer.stderr
    assert not (tmp_path / name).exists()


@needs_cases
def test_a_pdf_is_a_pdf(tmp_path):
    """`plot --output a.pdf` writes one; the same bytes twice."""
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        given = ("--kind", "fan", "--from", MONTH, "--on", "2026-11-02")
        assert kmscost("plot", REPORT / "dup.yaml", *given, "--output", path).exit_code == 0
    assert paths[0].read_bytes().startswith(b"%PDF-")
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_says_what_it_is_where_from_and_when(kind):
    """Title, inventory, when rates were checked, the day; beside a cost the other total."""
    figure = plot(EXAMPLE, kind, MONTH, on=datetime.date(2026, 11, 2))
    words = [element.text or "" for element in parse_svg(figure._repr_svg_()).iter(f"{SVG}text")]
    whole = " ".join(words)
    assert chart_of(EXAMPLE, kind, MONTH).title in whole
    assert re.search(
        r"Source: kmscost from organization\.yaml; rates checked \d{4}-\d\d-\d\d; drawn 2026-11-02",
        whole,
    )
    assert ("If AWS does not charge CloudTrail's own writes" in whole) == (
        kind in ("cost", "fan", "sankey", "timeline")
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [WIDE, MEDIUM, NARROW])
def test_nothing_written_is_smaller_than_twelve_pixels_or_outside(kind, width):
    """Every text is 12 px or more, and inside the picture, at every width."""
    assert inside(chart_of(EXAMPLE, kind, MONTH).draw(width), width)


def inside(figure, width):
    """The words of a picture, none of which is too small or lies outside."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    renderer = FigureCanvasAgg(figure).get_renderer()
    words = []
    for text in figure.findobj(Text):
        if text.get_text() and text.get_visible():
            assert text.get_fontsize() >= 12
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text.get_text()
            assert box.x1 <= width + 1, text.get_text()
            words.append(text.get_text())
    return "\n".join(words)


FAR_BUDGETS = """
version: 1
accounts: [{id: "111122223333", regions: [us-east-1]}]
keys: [{id: logs, region: us-east-1}]
trails: [{name: t, key: logs}]
budgets:
  - {name: platform-security-emea-fiscal-year-2027-kms, usd_per_month: 250.00}
  - {name: platform-network-emea-fiscal-year-2027-kms, usd_per_month: 300.00}
"""


@pytest.mark.parametrize("kind", ["fan", "timeline"])
@pytest.mark.parametrize("width", [WIDE, MEDIUM, NARROW])
def test_budgets_that_are_not_drawn_are_named_inside(tmp_path, kind, width):
    """Of a key-month of 1.00 both are far above all values; their long names stay inside."""
    path = tmp_path / "far.yaml"
    path.write_text(FAR_BUDGETS, encoding="utf-8")
    figure = chart_of(path, kind, MONTH).draw(width)
    words = inside(figure, width)
    assert "↑ above, not drawn: platfor" in words.replace("\n", " ")
    assert [amount in words for amount in ("250.00", "300.00")] == [True, kind == "fan"]


LONG_NAMES = """
version: 1
payer: "111122223333"
accounts:
  - {id: "111122223333", name: security-tooling-production-emea, regions: [us-east-1]}
  - {id: "222222222222", name: payments-production-north-america, regions: [us-east-1]}
keys: [{id: logs, region: us-east-1}]
trails: [{name: organization-trail-of-all-accounts, key: logs, scope: organization}]
readers:
  - {name: security-lake-ingestion-pipeline-eu, kind: fixed, gets_per_day: 60000}
  - name: splunk-heavy-forwarder-cluster-two
    kind: fixed
    account: "222222222222"
    gets_per_day: 4000
"""


@pytest.mark.parametrize("width", [WIDE, 700])
def test_no_name_of_a_flow_lies_over_another(tmp_path, width):
    """Long names of what causes it and of who pays, side by side: cut until both fit."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    path = tmp_path / "long.yaml"
    path.write_text(LONG_NAMES, encoding="utf-8")
    figure = chart_of(path, "sankey", MONTH).draw(width)
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    assert any("splunk" in text for text, _ in boxes)
    over = [
        (text, other)
        for at, (text, box) in enumerate(boxes)
        for other, other_box in boxes[at + 1 :]
        if min(box.x1, other_box.x1) > max(box.x0, other_box.x0)
        and min(box.y1, other_box.y1) > max(box.y0, other_box.y0) + 1
    ]
    assert not over


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour: str, other: str) -> float:
    """Contrast of two colours, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_graphics_stand_out_from_what_lies_under_them():
    """3:1 for every colour of a graphic, 4.5:1 for text: on white, and on a page in the dark."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # a figure often given
    assert all(contrast(colour, "#ffffff") >= 3 for colour in (*SERIES, GREY))
    assert all(contrast(colour, "#ffffff") >= 4.5 for colour in (INK, MUTED))
    monthly = Path(__file__).parents[2] / "estimator" / "report" / "monthly"
    style = "".join(
        (monthly / name).read_text(encoding="utf-8")
        for name in ("interactive/tools.css", "template/style.css")
    )
    drawn = {VARIABLES[colour] for colour in (*SERIES, GREY, INK, MUTED)}
    blocks = re.findall(r"\{[^{}]*--bg: #[^{}]*\}", style)
    assert len(blocks) == 4  # light, dark by the system, dark by the switch, paper
    for block in blocks:
        colours = dict(re.findall(r"(--\w+): (#[0-9a-f]{6})", block))
        for name in drawn:
            least = 4.5 if name in ("--ink", "--muted") else 3
            assert contrast(colours[name], colours["--bg"]) >= least, (name, block)


def organization(path: Path, accounts: int) -> Path:
    """An inventory of so many accounts, all alike."""
    ids = [f"{100_000_000_000 + number}" for number in range(accounts)]
    document = {
        "version": 1,
        "payer": ids[0],
        "regions": ["us-east-1"],
        "accounts": [{"id": number, "name": f"team-{number}"} for number in ids],
        "keys": [{"id": "k", "region": "us-east-1"}],
        "trails": [{"name": "org", "key": "k"}],
    }
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("accounts", "is_flow"), [(7, True), (40, True), (100, False), (400, False)]
)
def test_flows_give_way_to_bars_where_most_accounts_have_no_node(accounts, is_flow, tmp_path):
    """Flows while six accounts with a node cause half of it or more, bars from there on.

    The first has the key, USD 1.00. Puts of 40: (40 x 31 x 288 - 20,000) x 0.000003 = 1.01, so the
    six have (1.00 + 6/40 x 1.01) / 2.01 = 57 %; of 100: 2.62, (1.00 + 0.157) / 3.62 = 32 %.
    """
    chart = chart_of(organization(tmp_path / "i.yaml", accounts), "sankey", MONTH)
    words = written_words(chart)
    assert ("where it happens" in words) == is_flow
    assert ("where it happens, USD" in words) == (not is_flow)


def test_the_rest_is_last_and_grey(tmp_path):
    """What has no name of its own never stands before what has one, however large it is."""
    inventory = load_inventory(organization(tmp_path / "i.yaml", 40))
    ids = [account.id for account in inventory.accounts]
    rows = pd.DataFrame(
        {
            "account": ids,
            "driver": ["org"] * 20 + ["siem"] * 20,
            "billed_account": ids[0],
            "cause": "put",
            "unit": "request",
            "quantity": 1000.0,
            "cost": [10.0] * 6 + [1.5] * 34,  # the rest together: 51 of 111
        }
    )
    chart = sankey_chart(rows, inventory, "USD", MONTH)
    axes = chart.draw(WIDE).axes[0]
    words = [text.get_text() for text in axes.texts]
    assert words[1:8] == [f"team-{number}: 9 %" for number in ids[:6]] + [
        "34 more accounts: 45.9 %"
    ]
    nodes = [patch.get_facecolor() for patch in axes.patches if patch.get_facecolor()[3] == 1]
    from matplotlib.colors import to_rgba

    assert nodes[6] == to_rgba(GREY)


def test_letters_of_other_scripts_find_a_font_or_a_notice(tmp_path, monkeypatch):
    """A letter that no font has is named; once a font with it is installed, it is used.

    The list of fonts that matplotlib keeps is older than the font.
    """
    builder = pytest.importorskip("fontTools.fontBuilder").FontBuilder(1000)
    from matplotlib import font_manager

    letter = "\uf6b5"  # of a private area: no font has it but by chance
    path = tmp_path / "names.yaml"
    text = organization(tmp_path / "i.yaml", 2).read_text(encoding="utf-8")
    path.write_text(text.replace("team-", letter), encoding="utf-8")
    figure = draw_alone(chart_of(path, "sankey", MONTH))
    assert set_fonts(figure) in (letter, "")

    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((500, 700))
    pen.lineTo((900, 0))
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyphOrder([".notdef", "it"])
    builder.setupCharacterMap({ord(letter): "it"})
    builder.setupGlyf({".notdef": glyph, "it": glyph})
    builder.setupHorizontalMetrics({".notdef": (1000, 0), "it": (1000, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Kmscost Test", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    font = tmp_path / "test.ttf"
    builder.save(font)
    before = list(font_manager.fontManager.ttflist)
    monkeypatch.setattr(font_manager, "X11FontDirectories", [str(tmp_path)])
    try:
        figure = draw_alone(chart_of(path, "sankey", MONTH))
        assert set_fonts(figure) == ""
    finally:
        font_manager.fontManager.ttflist[:] = before


def test_alternative_text_of_a_picture_is_that_of_its_chart():
    """Jupyter shows a figure with its title and description for those who cannot see it."""
    chart = chart_of(EXAMPLE, "fan", MONTH)
    root = parse_svg(plot(EXAMPLE, "fan", MONTH)._repr_svg_())
    assert root.find(f"{SVG}desc").text == chart.description
    # WIDE and its edges, in px: a cell that is narrower shrinks it, and cuts nothing off
    assert root.get("width") == "920"
    assert "max-width: 100%" in root.get("style")
    assert svg_text(chart.draw(WIDE)).count("<desc") == 0
