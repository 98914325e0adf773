"""What each kind of evidence, and each breach of a rule, goes with."""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import polars as pl

from transforms.registry.enumerations import EVIDENCE_KIND, PARTY, RULE
from transforms.registry.facts import BUYER, SELLER, alleged, has_kind, proven
from transforms.statistics.comparison import BUYER_WINS, SELLER_WINS, Comparison, Question, compare
from transforms.statistics.multiplicity import benjamini_hochberg
from transforms.statistics.specs import NOT_RECORDED, OUTCOMES
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Term

PROVEN, ALLEGED = "proven", "alleged"
_WINS = {BUYER: BUYER_WINS, SELLER: SELLER_WINS}
_LOSES = {BUYER: SELLER_WINS, SELLER: BUYER_WINS}


@dataclass(frozen=True)
class _Answer:
    """What both tables say of a comparison; numbers are None where ``status`` says why."""

    favoured: str
    n: int
    n_clusters: int
    n_with: int
    n_without: int
    share_with: float | None
    favoured_with: float | None
    favoured_without: float | None
    n_fitted: int
    effect_pp: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    q_value: float | None
    status: str


def evidence_kinds(frame: pl.LazyFrame) -> pl.DataFrame:
    """Say what goes with having shown each kind of evidence, for each side.

    The effect is that on the side's own victory, adjusted for all other kinds of both sides, the advantages in rules,
    tone and reputation, category, claim, price and month.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the
            advantages and the facts of evidence. The order of rows does not matter.

    Returns:
        One row per kind and party: kind, party and the columns of the answer; ``q_value`` by Benjamini-Hochberg over
        the table.
    """
    keys = [(kind, party) for kind in EVIDENCE_KIND.values for party in PARTY.values]
    names = [has_kind(party, kind) for kind, party in keys]
    questions = [
        Question(name, pl.col(name), ~pl.col(name), _WINS[party]) for name, (_, party) in zip(names, keys, strict=True)
    ]
    recorded = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in names))
    answers = _answer(frame, recorded, questions, _others("evidence"))
    return pl.DataFrame(keys, schema=["kind", "party"], orient="row").hstack(answers)


def violation_rules(frame: pl.LazyFrame) -> pl.DataFrame:
    """Say what goes with having broken each rule, for each side.

    A breach that is proven is compared with none alleged; breaches that are alleged only are told apart in the model.
    Where proof is not recorded for any breach, those that are alleged are compared with none. The effect is that on the
    victory of the *other* side, adjusted for all other breaches of both sides, the advantages in evidence, tone and
    reputation, category, claim, price and month.

    Args:
        frame: As for ``evidence_kinds``, with the facts of rules.

    Returns:
        One row per rule and party: rule, party, ``compared`` (``proven`` or ``alleged``), ``n_alleged``, ``n_proven``
        and the columns of the answer.
    """
    keys = [(rule, party) for rule in RULE.values for party in PARTY.values]
    said, shown = ([name(party, rule) for rule, party in keys] for name in (alleged, proven))
    recorded = frame.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in said))
    counts = _count_breaches(recorded, said, shown)
    has_proof = any(known for *_, known in counts)
    questions = [
        Question(
            name,
            pl.col(proof).fill_null(value=False) if has_proof else pl.col(name),
            ~pl.col(name),
            _LOSES[party],
        )
        for name, proof, (_, party) in zip(said, shown, keys, strict=True)
    ]
    answers = _answer(frame, recorded, questions, _others("rules"))
    compared = PROVEN if has_proof else ALLEGED
    rows = [(*key, compared, n_said, n_shown) for key, (n_said, n_shown, _) in zip(keys, counts, strict=True)]
    columns = ["rule", "party", "compared", "n_alleged", "n_proven"]
    return pl.DataFrame(rows, schema=columns, orient="row").hstack(answers)


def _others(factor: str) -> list[Term]:
    """The terms beside the questions: the advantages but for the one that the questions take apart, and controls."""
    return [*(term for term in ADVANTAGES if term.name != f"{factor}_advantage"), *CONTROLS]


def _count_breaches(recorded: pl.LazyFrame, said: Sequence[str], shown: Sequence[str]) -> list[tuple[int, int, int]]:
    """Disputes in which each breach is alleged, proven, and alleged with proof known either way."""
    ruled = recorded.filter(pl.col("outcome").is_in(OUTCOMES))
    sums = []
    for name, proof in zip(said, shown, strict=True):
        known = pl.col(name) & pl.col(proof).is_not_null()
        sums += [
            expression.sum().cast(pl.Int64).alias(f"{kind} {name}")
            for kind, expression in (("said", pl.col(name)), ("shown", pl.col(proof)), ("known", known))
        ]
    row = ruled.select(sums).collect().row(0)
    return [(row[place], row[place + 1], row[place + 2]) for place in range(0, len(row), 3)]


def _answer(
    frame: pl.LazyFrame, recorded: pl.LazyFrame, questions: Sequence[Question], others: Sequence[Term]
) -> pl.DataFrame:
    """Answer the questions on the disputes for which they are recorded."""
    ruled = frame.filter(pl.col("outcome").is_in(OUTCOMES)).select(pl.len()).collect().item()
    rows = [
        _row(question, comparison, "nothing_ruled" if ruled == 0 else NOT_RECORDED)
        for question, comparison in zip(questions, compare(recorded, questions, others), strict=True)
    ]
    types: dict[object, pl.DataType] = {str: pl.String(), int: pl.Int64()}
    schema = {field.name: types.get(field.type, pl.Float64()) for field in fields(_Answer)}
    table = pl.DataFrame([astuple(row) for row in rows], schema=schema, orient="row")
    p_values = table["p_value"].fill_null(math.nan).to_numpy()
    return table.with_columns(pl.Series("q_value", benjamini_hochberg(p_values)).fill_nan(None))


def _row(question: Question, found: Comparison, why_nothing: str) -> _Answer:
    return _Answer(
        favoured=question.favoured,
        n=found.n,
        n_clusters=found.n_clusters,
        n_with=found.n_with,
        n_without=found.n_without,
        share_with=found.n_with / found.n if found.n else None,
        favoured_with=found.favoured_with,
        favoured_without=found.favoured_without,
        n_fitted=found.n_fitted,
        effect_pp=found.effect_pp,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        p_value=found.p_value,
        q_value=None,
        status=found.status if found.n else why_nothing,
    )
