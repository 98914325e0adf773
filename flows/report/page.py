"""The page: its sections in the order in which they are read."""

from flows.report import words
from flows.report.alike import alike_section
from flows.report.answer import answer_section
from flows.report.blocks import Page, Section
from flows.report.charts import unchecked
from flows.report.claims import claims_section
from flows.report.compare import changed_in_short, changes_section
from flows.report.data import ReportData
from flows.report.disclosure import Disclosure, disclose
from flows.report.duration import duration_section
from flows.report.effects import strength_section
from flows.report.foretold import foretold_section
from flows.report.interactions import interactions_section
from flows.report.kinds import kinds_section
from flows.report.levels import extra_section, levels_section
from flows.report.method import method_section, run_section
from flows.report.misleading import misleading_section
from flows.report.months import trend_section
from flows.report.moved import moved_section
from flows.report.names import NOT_RECORDED
from flows.report.quality import quarantine_section, thin_section, validation_section
from flows.report.rates import rates_section
from flows.report.snapshot import Snapshot, take_snapshot
from transforms.registry import Label

TITLE = Label("Who wins disputes, and what goes with it", "纠纷谁胜出，与什么有关")


def build_page(data: ReportData, now: Snapshot | None = None, before: Snapshot | None = None) -> Page:
    """Turn what was read into what is shown, in both languages.

    Args:
        data: What was read from the release.
        now: The same in numbers; taken here if it is not given.
        before: Numbers of the release to compare with, if there is one.

    Returns:
        The page, the same for the same data.
    """
    disclosure = disclose(data)
    now = now or take_snapshot(data, disclosure)
    months = sorted(
        rate.value for rate in data.outcomes if rate.slice == "month" and rate.value != NOT_RECORDED and rate.n_total
    )
    with unchecked():
        sections = _sections(data, disclosure, now, before)
    subtitle = words.subtitle(data.run, months[0] if months else None, months[-1] if months else None)
    return Page(TITLE, subtitle, tuple(section for section in sections if section is not None))


def _sections(
    data: ReportData, disclosure: Disclosure, now: Snapshot, before: Snapshot | None
) -> tuple[Section | None, ...]:
    """The sections in the order in which they are read; None where there is nothing to say."""
    return (
        answer_section(data, disclosure, changed_in_short(now, before) if before else None),
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
        changes_section(now, before),
        moved_section(data.moves),
        thin_section(data, disclosure),
        quarantine_section(data),
        validation_section(data),
        method_section(),
        run_section(data.run, disclosure),
    )
