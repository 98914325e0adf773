-- from dispute_sheet() where buyer_has_photo: every dispute with its scores and facts in one row, without the columns
-- that say where the row came from.
create or replace macro main.dispute_sheet() as table
    select
        disputes.* exclude (run_id, file_id, source_row),
        scores.* exclude (dispute_id),
        facts.* exclude (dispute_id)
    from core.disputes as disputes
    left join core.factor_scores as scores using (dispute_id)
    left join core.dispute_facts as facts using (dispute_id)
    order by disputes.dispute_id;
