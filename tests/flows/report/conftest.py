"""The report of the release that many tests read, built once."""

import pytest

from flows.report.blocks import Page
from flows.report.data import ReportData, read_release
from flows.report.page import build_page
from tests.conftest import Built


@pytest.fixture(scope="session")
def data(release: Built) -> ReportData:
    """What the report reads of the release."""
    return read_release(release.result.database)


@pytest.fixture(scope="session")
def page(data: ReportData) -> Page:
    """The report of the release; it must not be changed."""
    return build_page(data)
