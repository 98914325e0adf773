-- from score_of('D…'): the parts that each score of a dispute is the sum of, the weightiest first.
create or replace macro main.score_of(id) as table
    select
        party,
        factor,
        part,
        points
    from core.score_parts
    where dispute_id = id
    order by
        party,
        factor,
        abs(points) desc,
        part;
