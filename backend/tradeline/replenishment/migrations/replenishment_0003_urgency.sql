-- Proposals by urgency: what runs out first comes first, of what runs out at once what comes to
-- most; what is to be cleared comes last, what lasts longest first. What nobody asks for lasts
-- 9,999 days. In millionths of a day, so that it is exact in a cursor.
CREATE FUNCTION replenishment.urgency(kind text, days_of_cover numeric) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (CASE kind
        WHEN 'clear' THEN 19999 - coalesce(days_of_cover, 9999)
        ELSE coalesce(days_of_cover, 9999)
        END * 1000000)::bigint;
GRANT EXECUTE ON FUNCTION replenishment.urgency(text, numeric) TO tradeline_app;

CREATE INDEX proposal_line_by_urgency
    ON replenishment.proposal_line (
       network_id, org_id, replenishment.urgency(kind, days_of_cover),
       (-coalesce(amount_minor, 0)), id)
 WHERE state = 'open';
