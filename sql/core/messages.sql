-- Grain: chat message. Key: message_id.
-- Filed by month of the dispute, then in order of delivery: sorting ten million texts would cost more than it helps.
create or replace table core.messages as
select
    message_id,
    dispute_id,
    sender,
    audience,
    sent_at,
    text,
    counted,
    hostility,
    civility,
    insult,
    threat,
    demand,
    refusal,
    stalling,
    courtesy,
    apology,
    offer,
    cooperation,
    __file as file_id,
    __row as source_row
from scored.messages;
