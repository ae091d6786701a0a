"""With PPFLOW_TEST_NO_SKIPS=1 a skipped test fails: a check that could not run is no pass."""

import os
from collections.abc import Generator

import pytest

IS_FORBIDDEN = os.environ.get("PPFLOW_TEST_NO_SKIPS") == "1"


def _failed_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if IS_FORBIDDEN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipping is forbidden here: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _failed_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _failed_if_skipped(report)
    return report
