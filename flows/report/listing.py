"""The statements that list the disputes behind a number; any tool that opens the database runs them."""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.claims.columns import INSPECTED, PICTURED, PROMISED
from transforms.claims.model import Part
from transforms.registry.facts import BUYER, SELLER, has_kind

_SHOWN = "dispute_id, outcome, category, claim, opened_at, ruled_at"
_IS_RULED = "is_ruled"


@dataclass(frozen=True)
class Bounds:
    """Where the groups by rank of the claims end, by name of the group; what has no such group is not there."""

    by_name: Mapping[str, tuple[str, str, float]]

    def condition(self, name: str) -> str | None:
        """The group as a condition; None where it does not exist."""
        if name not in self.by_name:
            return None
        column, comparison, bound = self.by_name[name]
        return f"{column} {comparison} {bound:.12g}"


def quoted(text: str) -> str:
    """Text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _named(column: str) -> str:
    """A column; one that a profile names freely is quoted."""
    is_plain = column.isidentifier() and column.isascii() and column.islower()
    return column if is_plain else '"' + column.replace('"', '""') + '"'


def of_group(slice_name: str, value: str, *, only_ruled: bool = True) -> str:
    """The disputes of a group of the tables of rates."""
    rows = f"from disputes_in({quoted(slice_name)}, {quoted(value)})"
    return f"{rows} where is_ruled" if only_ruled else rows


def of_level(factor: str, level: str) -> str:
    """The ruled disputes at a level of a factor."""
    return f"from disputes_at({quoted(factor)}, {quoted(level)})"


def where(*conditions: str, columns: str = "") -> str:
    """The disputes that meet all conditions; ``columns`` are shown beside the usual ones."""
    shown = f"{_SHOWN}, {columns}" if columns else _SHOWN
    return f"select {shown} from dispute_sheet() where {' and '.join(conditions)}"


def of_advantage(factor: str) -> str:
    """The ruled disputes with a factor recorded, in the order of the buyer's advantage."""
    column = _named(f"{factor}_advantage")
    return where(_IS_RULED, f"{column} is not null", columns=column)


def of_extra_factor(name: str) -> str:
    """The ruled disputes with an extra factor recorded."""
    column = _named(name)
    return where(_IS_RULED, f"{column} is not null", columns=column)


def of_fact(fact: str) -> str:
    """The ruled disputes of which a fact is recorded, with the fact."""
    return where(_IS_RULED, f"{fact} is not null", columns=fact)


def of_newest(cut_at: str) -> str:
    """The rulings that the models are judged on."""
    return where(_IS_RULED, f"coalesce(ruled_at, opened_at) >= timestamptz {quoted(cut_at)}")


def _in(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(quoted(value) for value in values)})"


_PHOTO, _VIDEO = has_kind(BUYER, "photo"), has_kind(BUYER, "video")
#: Populations of the models of claims; groups by rank come from ``Bounds``.
_POPULATIONS = {
    "is_pictured_claim": _in("claim", PICTURED),
    "is_promised_claim": _in("claim", PROMISED),
    "is_filmed_fault": (
        f"claim = 'functional_fault' and ({has_kind(BUYER, 'full_process_video')} or ({_PHOTO} and not {_VIDEO}))"
    ),
    "is_damage_alleged": "buyer_alleged_deliberate_damage",
    "is_at_fault": _in("outcome", ("partial", "buyer_wins")),
    "is_inspected_category": _in("category", INSPECTED),
}
_BREACHES = {
    "seller_misdescribed": (
        "seller_alleged_false_description or seller_alleged_concealed_defect",
        "seller_proven_false_description, seller_proven_concealed_defect",
    ),
    "seller_broke_off_platform_deal": ("seller_alleged_off_platform_deal", "seller_proven_off_platform_deal"),
    "buyer_broke_malicious_return": ("buyer_alleged_malicious_return", "buyer_proven_malicious_return"),
}
_REPORT = has_kind(BUYER, "inspection_report")
_LISTING, _PURCHASE = has_kind(SELLER, "listing_snapshot"), has_kind(SELLER, "purchase_proof")
#: Terms that are no column of the sheet: what must be known, and the columns that show them.
_TERMS = {
    "buyer_clear_media": (f"({_PHOTO} or {_VIDEO}) is not null", has_kind(BUYER, "clear_media")),
    "buyer_full_process": (f"{_PHOTO} is not null", has_kind(BUYER, "full_process_video")),
    "buyer_report_inspected": (f"{_REPORT} is not null", has_kind(BUYER, "accredited_report")),
    "buyer_report_elsewhere": (f"{_REPORT} is not null", has_kind(BUYER, "accredited_report")),
    "seller_listing_or_purchase": (f"({_LISTING} or {_PURCHASE}) is not null", f"{_LISTING}, {_PURCHASE}"),
    "is_low_seller_tone": ("seller_tone is not null", "seller_tone"),
    "frequent_x_buyer_evidence": (
        "buyer_evidence is not null and buyer_is_frequent_claimant is not null",
        "buyer_evidence, buyer_is_frequent_claimant",
    ),
    "buyer_tone_x_buyer_evidence": (
        "buyer_tone is not null and buyer_evidence is not null",
        "buyer_tone, buyer_evidence",
    ),
    "seller_reputation_x_seller_evidence": (
        "seller_reputation is not null and seller_evidence is not null",
        "seller_reputation, seller_evidence",
    ),
    **{name: (f"({alleged}) is not null", proofs) for name, (alleged, proofs) in _BREACHES.items()},
}


def of_claim(part: Part, population: str, bounds: Bounds, cut_at: str | None = None) -> str | None:
    """The disputes that the estimate of a part of a claim is about.

    Args:
        part: The part.
        population: Column that says which disputes its model is fitted on; empty for all ruled ones.
        bounds: Groups by rank.
        cut_at: First moment of the rulings that models are judged on.

    Returns:
        The statement; None where there are no such disputes.
    """
    if part.claim_id == "G2f":
        return None if cut_at is None else of_newest(cut_at)
    if part.model == "duration":
        return where("hours_to_close is not null", "buyer_reputation is not null", columns="hours_to_close")
    conditions = [_condition(name, bounds) for name in (population, "" if part.others else part.among) if name]
    if part.others:
        # a contrast: its two places together are all disputes with a category
        conditions.append("category is not null")
    known = [_TERMS.get(term, (f"{_named(_column(term))} is not null", _named(_column(term)))) for term in part.focal]
    if any(condition is None for condition in conditions):
        return None
    needed = [condition for condition in conditions if condition] + [condition for condition, _ in known]
    if part.outcome.value == "refund_ratio":
        needed.append("refund_ratio is not null")
    shown = list(dict.fromkeys(columns for _, columns in known))
    return where(_IS_RULED, *dict.fromkeys(needed), columns=", ".join(shown))


def _column(term: str) -> str:
    """The column of a term; that of an extra factor has the name that its profile gives it."""
    return term.removeprefix("X_")


def _condition(name: str, bounds: Bounds) -> str | None:
    return _POPULATIONS.get(name) or bounds.condition(name)
