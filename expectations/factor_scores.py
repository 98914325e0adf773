"""What must hold of the factor scores."""

from expectations.model import Check, Severity, Suite
from expectations.rules import DISPUTE_LOOKUP, STAGING_FAULT, declared_checks, refers_to_dispute, row_rule
from transforms.registry import output_table
from transforms.registry.enumerations import FACTOR

TABLE = output_table("core.factor_scores")
# Scores and advantage are each rounded to four decimals, so they may differ by three halves of the last one.
ROUNDING = 1.5e-4 + 1e-9


def _advantage_is_difference(factor: str) -> Check:
    buyer, seller, advantage = f"buyer_{factor}", f"seller_{factor}", f"{factor}_advantage"
    return row_rule(
        f"{advantage}_is_buyer_minus_seller",
        Severity.STOP,
        f"{advantage} is {buyer} minus {seller}, and null if either is",
        column=advantage,
        applies=f"coalesce({buyer}, {seller}, {advantage}) is not null",
        holds=f"""case when {buyer} is null or {seller} is null then {advantage} is null
            else abs({advantage} - ({buyer} - {seller})) <= {ROUNDING} end""",
        shows=(buyer, seller, advantage),
        remedy=STAGING_FAULT,
    )


EVERY_DISPUTE_IS_SCORED = Check(
    name="every_dispute_is_scored",
    severity=Severity.STOP,
    description="every dispute has a row of scores",
    expectation="UnexpectedRowsExpectation",
    column="dispute_id",
    arguments={
        "unexpected_rows_query": """
            select
                (select count(*) from dispute_keys) as n_checked,
                count(*) as n_unexpected,
                min(parent_id, 3) as examples
            from dispute_keys anti join {batch} on dispute_id = parent_id
            having count(*) > 0
        """
    },
    measure="disputes",
    remedy=STAGING_FAULT,
)

SUITE = Suite(
    table=TABLE,
    checks=(
        *declared_checks(TABLE, when_empty=Severity.STOP),
        refers_to_dispute(),
        *(_advantage_is_difference(factor) for factor in FACTOR.values),
        EVERY_DISPUTE_IS_SCORED,
    ),
    lookup=DISPUTE_LOOKUP,
    needs=("dispute_keys",),
)
