"""All suites, by the stage that runs them."""

from expectations import disputes, evidence, factor_scores, ingest_counts, messages, reputation, violations
from expectations.model import Suite

# Before scoring: what was staged from the export, and whether its rows reconcile.
EXPORT_SUITES: tuple[Suite, ...] = (
    disputes.SUITE,
    evidence.SUITE,
    violations.SUITE,
    messages.SUITE,
    reputation.SUITE,
    ingest_counts.SUITE,
)
# After scoring; the view of the disputes is needed beside that of the scores.
SCORE_SUITES: tuple[Suite, ...] = (factor_scores.SUITE,)
ALL_SUITES: tuple[Suite, ...] = (*EXPORT_SUITES, *SCORE_SUITES)
