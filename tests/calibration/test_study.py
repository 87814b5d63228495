"""The simulation study of docs/method.md in small: honest bounds for 42 organizations."""

import pytest

from benchmarks.calibration import study, summary

RUNS = 42


@pytest.fixture(scope="module")
def frames():
    frame = study(RUNS, seed=0)
    return frame, summary(frame).loc[("all", "")]


def test_intervals_hold_about_nine_times_in_ten(frames):
    """Of 42 intervals of requests, and of cost, 33 to 42 hold: so do 98 in 100 such studies.

    A binomial of 42 tries and chance 0.9 is below 33 with 1.7 %; of chance 0.7 it is with 88 %.
    """
    frame, _ = frames
    assert frame["requests_held"].sum() >= 33
    assert frame["cost_held"].sum() >= 33


def test_intervals_are_no_wider_than_they_must_be(frames):
    """Wide intervals that hold are worth nothing: their width is a quarter of the total at most."""
    _, every = frames
    assert every["requests_width"] < 0.25


def test_five_times_better_than_288_and_no_worse_than_rivals(frames):
    """Stream by stream, with 14 days and with 30."""
    frame, _ = frames
    for _, part in frame.groupby("history"):
        mean = part.filter(like="wape_").mean()
        assert 5 * mean["wape_calibrated"] < mean["wape_plain-288"]
        assert mean["wape_calibrated"] <= mean["wape_last-period"]
        assert mean["wape_calibrated"] <= mean["wape_seasonal-naive"]


def test_pooling_helps_accounts_with_little_data(frames):
    """Accounts of four days or fewer: nearer to the truth than their own mean alone."""
    _, every = frames
    assert every["little_calibrated"] < every["little_unpooled"]


def test_sums_are_not_biased(frames):
    """Point forecasts are right on average: within three standard errors of nothing."""
    frame, _ = frames
    error = frame["total_error"]
    assert abs(error.mean()) < 3 * error.std() / RUNS**0.5
