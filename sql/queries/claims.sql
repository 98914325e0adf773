-- Which pieces of lore hold?
-- 哪些坊间说法站得住？
-- Look at verdict first, then the interval; not_testable says why.
-- 看：先看结论，再看区间；无法检验的会说明原因。
select
    claim_id,
    statement_en,
    n,
    round(estimate_pp, 2) as estimate_pp,
    round(ci_low, 2) as low,
    round(ci_high, 2) as high,
    verdict
from marts.claim_findings
order by claim_id;
