"""The report that people read: one self-contained HTML file in Chinese and English."""

from flows.report.data import ReportError
from flows.report.render import render_report

__all__ = ["ReportError", "render_report"]
