"""What the models read, worked out by hand."""

import polars as pl
import pytest

from transforms.claims.columns import BETWEEN, CUTS, UNKNOWN, complete, cut_groups, derived, measured, otherwise
from transforms.claims.model import Model
from transforms.claims.models import DURATION_MODEL, MODELS
from transforms.statistics.terms import Categorical, Flag, Numeric


def _derived(**columns: list[object]) -> pl.DataFrame:
    n = len(next(iter(columns.values())))
    given = {name: columns[name] for name in columns}
    frame = complete(pl.DataFrame({"dispute_id": [f"D{place}" for place in range(n)], **given}, strict=False).lazy())
    return frame.with_columns(derived(frame.collect_schema().names(), cut_groups(frame))).collect()


def test_with_between_and_unknown() -> None:
    # no picture; sharp; not sharp; sharpness of the only picture not recorded; no evidence table
    found = _derived(
        buyer_has_photo=[False, True, True, False, None],
        buyer_has_video=[False, False, False, True, None],
        buyer_has_clear_media=[False, True, False, None, None],
    )
    assert found["buyer_clear_media"].to_list() == [False, True, False, False, None]
    assert found[f"buyer_clear_media{BETWEEN}"].to_list() == [False, False, True, True, None]
    assert found[f"buyer_clear_media{UNKNOWN}"].to_list() == [False, False, False, True, None]


def test_either_of_two_breaches() -> None:
    # nothing said; one proven; both said, none proven; one said, proof not recorded; no violations table
    found = _derived(
        seller_alleged_false_description=[False, True, True, True, None],
        seller_proven_false_description=[False, True, False, None, None],
        seller_alleged_concealed_defect=[False, False, True, False, None],
        seller_proven_concealed_defect=[False, False, False, False, None],
    )
    assert found["seller_misdescribed"].to_list() == [False, True, False, False, None]
    assert found[f"seller_misdescribed{BETWEEN}"].to_list() == [False, False, True, True, None]
    assert found[f"seller_misdescribed{UNKNOWN}"].to_list() == [False, False, False, True, None]


def test_films_are_compared_with_photos_only() -> None:
    fault = "functional_fault"
    # whole operation; another video; photos only; nothing; not about a fault; no evidence table
    found = _derived(
        claim=[fault, fault, fault, fault, "not_received", fault],
        buyer_has_photo=[True, True, True, False, True, None],
        buyer_has_video=[True, True, False, False, False, None],
        buyer_has_full_process_video=[True, False, False, False, False, None],
    )
    is_in = found["is_filmed_fault"].fill_null(value=False).to_list()
    assert is_in == [True, False, True, False, False, False]
    assert found["buyer_full_process"].to_list() == [True, False, False, False, False, None]


def test_reports_by_category() -> None:
    # accredited in luxury, elsewhere and in an unknown category; not accredited; none
    found = _derived(
        category=["luxury", "home", None, "digital_3c", "digital_3c"],
        buyer_has_inspection_report=[True, True, True, True, False],
        buyer_has_accredited_report=[True, True, True, False, False],
    )
    assert found["buyer_report_inspected"].to_list() == [True, False, None, False, False]
    assert found["buyer_report_elsewhere"].to_list() == [False, True, None, False, False]
    assert found[f"buyer_report_inspected{BETWEEN}"].to_list() == [False, False, False, True, False]


def test_without_points_the_whole_score_is_adjusted_for() -> None:
    found = _derived(buyer_tone=[0.2, None])
    assert found[otherwise("buyer_tone")].to_list() == [0.2, None]


@pytest.mark.parametrize("model", [*MODELS, DURATION_MODEL], ids=lambda model: str(model.name))
def test_every_column_of_a_model_is_there(model: Model) -> None:
    known = set(_derived(seller_id=["S1"]).columns) | set(measured())
    terms = model.terms
    columns = {term.column for term in terms if isinstance(term, Numeric | Flag | Categorical)}
    assert columns <= known
    assert model.population in known | {""}


def test_cuts_are_of_recorded_scores() -> None:
    assert {cut.column for cut in CUTS} <= set(measured())
