"""Facts through the stages of a run, against plain queries on the tables that they come from."""

import pytest

from tests.builders import ask
from tests.conftest import Built

# Each fact said a second way: from the rows of core, without the code under test.
_AGAIN = {
    "buyer_has_video": "exists (from core.evidence e where e.dispute_id = d.dispute_id and e.counted "
    "and e.admitted is not false and e.party = 'buyer' and e.kind = 'video')",
    "seller_has_pre_shipment_record": "exists (from core.evidence e where e.dispute_id = d.dispute_id and e.counted "
    "and e.admitted is not false and e.party = 'seller' and e.kind = 'pre_shipment_record')",
    "buyer_has_clear_media": "coalesce((select bool_or(e.clear) or (case when count(*) > count(e.clear) then null end) "
    "from core.evidence e where e.dispute_id = d.dispute_id and e.counted and e.admitted is not false "
    "and e.party = 'buyer' and e.kind in ('photo', 'video') having count(*) > 0), "
    "case when not exists (from core.evidence e where e.dispute_id = d.dispute_id and e.counted "
    "and e.admitted is not false and e.party = 'buyer' and e.kind in ('photo', 'video') and e.clear is null) "
    "then false end)",
    "seller_alleged_false_description": "exists (from core.violations v where v.dispute_id = d.dispute_id "
    "and v.counted and v.party = 'seller' and v.rule = 'false_description')",
    "buyer_stalls": "exists (from core.score_parts p where p.dispute_id = d.dispute_id and p.party = 'buyer' "
    "and p.part in ('stalling', 'stalling_to_agent', 'silence') and p.points < 0)",
    "is_closed_by_ruling": "d.is_ruled",
}


@pytest.mark.parametrize("fact", _AGAIN)
def test_a_fact_says_what_the_records_say(release: Built, fact: str) -> None:
    # Hand-written batches lack some tables; simulated disputes have all of them.
    rows = ask(
        release.result.database,
        f"select f.{fact}, {_AGAIN[fact]} from core.disputes d join core.dispute_facts f using (dispute_id) "
        "where d.dispute_id like 'D0%' order by d.dispute_id",
    )
    assert rows
    assert [found for found, _ in rows] == [again for _, again in rows]
    assert len({found for found, _ in rows}) > 1


def test_every_dispute_has_its_facts(release: Built) -> None:
    ((disputes, with_facts),) = ask(
        release.result.database,
        "select count(*), count(f.dispute_id) from core.disputes d full join core.dispute_facts f using (dispute_id)",
    )
    assert disputes == with_facts > 0


def test_what_a_batch_does_not_bring_is_not_recorded(release: Built) -> None:
    # The batch by hand has evidence and messages, but no violations.
    (row,) = ask(
        release.result.database,
        "select buyer_has_photo, seller_has_photo, seller_alleged_item_swap, buyer_proven_item_swap "
        "from core.dispute_facts where dispute_id = 'h1'",
    )
    assert row == (True, False, None, None)
