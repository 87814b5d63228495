"""The browser that a module's tests share."""

import pytest

from tests.browser.chromium import start_browser


@pytest.fixture(scope="module")
def driver():
    """One browser for all."""
    browser = start_browser()
    yield browser
    browser.quit()
