"""The page: its sections in the order in which they are read."""

from flows.report import words
from flows.report.alike import alike_section
from flows.report.answer import answer_section
from flows.report.blocks import Page
from flows.report.claims import claims_section
from flows.report.data import ReportData
from flows.report.disclosure import disclose
from flows.report.duration import duration_section
from flows.report.effects import strength_section
from flows.report.foretold import foretold_section
from flows.report.interactions import interactions_section
from flows.report.kinds import kinds_section
from flows.report.levels import extra_section, levels_section
from flows.report.method import method_section, run_section
from flows.report.misleading import misleading_section
from flows.report.months import trend_section
from flows.report.names import NOT_RECORDED
from flows.report.quality import quarantine_section, thin_section, validation_section
from flows.report.rates import rates_section
from transforms.registry import Label

TITLE = Label("Who wins disputes, and what goes with it", "纠纷谁胜出，与什么有关")


def build_page(data: ReportData) -> Page:
    """Turn what was read into what is shown, in both languages.

    Args:
        data: What was read from the release.

    Returns:
        The page, the same for the same data.
    """
    disclosure = disclose(data)
    months = sorted(
        rate.value for rate in data.outcomes if rate.slice == "month" and rate.value != NOT_RECORDED and rate.n_total
    )
    sections = (
        answer_section(data, disclosure),
        rates_section(data, disclosure),
        duration_section(data, disclosure),
        strength_section(data, disclosure),
        levels_section(data, disclosure),
        extra_section(data, disclosure),
        claims_section(data),
        interactions_section(data),
        kinds_section(data),
        trend_section(data, disclosure),
        alike_section(data, disclosure),
        foretold_section(data),
        misleading_section(data),
        thin_section(data, disclosure),
        quarantine_section(data),
        validation_section(data),
        method_section(),
        run_section(data.run),
    )
    subtitle = words.subtitle(data.run, months[0] if months else None, months[-1] if months else None)
    return Page(TITLE, subtitle, tuple(section for section in sections if section is not None))
