-- How often do the sides insult, threaten or refuse before the ruling, and how do those disputes end?
-- 双方在判定前辱骂、威胁、拒绝的情况与结果如何？
-- Look at crude shares: they do not hold evidence constant.
-- 看：这是未调整的占比，没有控制证据。
with acts as (
    select
        dispute_id,
        sender,
        bool_or(insult) as insulted,
        bool_or(threat) as threatened,
        bool_or(refusal) as refused
    from core.messages
    where
        counted
        and sender in ('buyer', 'seller')
    group by
        dispute_id,
        sender
)

select
    acts.sender,
    act,
    count(*) as n,
    round(100 * avg(cast(disputes.outcome = 'buyer_wins' as integer)), 1) as buyer_wins_pct
from acts unpivot (is_so for act in (insulted, threatened, refused)) as acts
inner join core.disputes using (dispute_id)
where
    is_so
    and disputes.is_ruled
group by
    acts.sender,
    act
order by
    acts.sender,
    act;
