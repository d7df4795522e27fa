"""Campaigns: what coupons they issue, where, and who bears them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tradeline.kernel import Actor, Connection, PageRequest
from tradeline.marketing.model import Campaign, CampaignShare, CampaignState, NewCampaign

_CAMPAIGN = """
    SELECT campaign.id, campaign.org_id, campaign.code, campaign.name, campaign.name_en,
           campaign.value_minor, campaign.threshold_minor, campaign.currency,
           campaign.valid_from, campaign.valid_to, campaign.quantity_max, campaign.issued_count,
           campaign.per_member_max, campaign.state, campaign.created_at,
           ARRAY(SELECT place.store_id
                   FROM marketing.campaign_store AS place
                  WHERE place.network_id = $1 AND place.campaign_id = campaign.id
                  ORDER BY place.store_id) AS store_ids,
           ARRAY(SELECT (share.org_id, share.basis_points, share.agreed_at)
                   FROM marketing.campaign_share AS share
                  WHERE share.network_id = $1 AND share.campaign_id = campaign.id
                  ORDER BY share.org_id) AS shares
      FROM marketing.campaign AS campaign
"""

# Its parties: whoever made it, whoever bears a part, and whose stores it is for.
_IS_PARTY = """
       AND (campaign.org_id = $2
            OR EXISTS (SELECT
                         FROM marketing.campaign_share AS mine
                        WHERE mine.network_id = $1
                          AND mine.campaign_id = campaign.id
                          AND mine.org_id = $2)
            OR EXISTS (SELECT
                         FROM marketing.campaign_store AS place
                         JOIN channels.store AS store
                           ON store.network_id = $1 AND store.id = place.store_id
                        WHERE place.network_id = $1
                          AND place.campaign_id = campaign.id
                          AND store.org_id = $2))
"""

FETCH_CAMPAIGNS = (
    _CAMPAIGN + " WHERE campaign.network_id = $1 AND campaign.id = ANY($3::bigint[])" + _IS_PARTY
)

LIST_CAMPAIGNS = (
    _CAMPAIGN
    + " WHERE campaign.network_id = $1 AND ($3::bigint IS NULL OR campaign.id < $3)"
    + _IS_PARTY
    + " ORDER BY campaign.id DESC LIMIT $4"
)

# Whoever agrees, ends or claims locks it: of what is counted by it, one at a time is decided. What
# whoever had it before us agreed to is read by a statement of its own afterwards.
LOCK_CAMPAIGN = """
    SELECT
      FROM marketing.campaign
     WHERE network_id = $1 AND id = $2
       FOR NO KEY UPDATE
"""

# A code that is taken returns no row.
INSERT_CAMPAIGN = """
    INSERT INTO marketing.campaign
           (network_id, org_id, code, name, name_en, value_minor, threshold_minor, currency,
            valid_from, valid_to, quantity_max, per_member_max, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT ON CONSTRAINT one_campaign_for_each_code DO NOTHING
    RETURNING id
"""

INSERT_STORES = """
    INSERT INTO marketing.campaign_store (network_id, campaign_id, store_id)
    SELECT $1, $2, store_id FROM unnest($3::bigint[]) AS place (store_id)
"""

INSERT_SHARES = """
    INSERT INTO marketing.campaign_share
           (network_id, campaign_id, org_id, basis_points, agreed_at)
    SELECT $1, $2, share.org_id, share.basis_points,
           CASE WHEN share.org_id = $3 THEN now() END
      FROM unnest($4::bigint[], $5::integer[]) AS share (org_id, basis_points)
"""

AGREE = """
    UPDATE marketing.campaign_share
       SET agreed_at = now()
     WHERE network_id = $1 AND campaign_id = $2 AND org_id = $3 AND agreed_at IS NULL
"""

SET_STATE = """
    UPDATE marketing.campaign
       SET state = $3
     WHERE network_id = $1 AND id = $2
"""


async def fetch_campaigns(
    conn: Connection, actor: Actor, ids: Sequence[int]
) -> dict[int, Campaign]:
    rows = await conn.fetch(FETCH_CAMPAIGNS, actor.network_id, actor.org_id, list(ids))
    return {row["id"]: _campaign(row) for row in rows}


async def list_campaigns(conn: Connection, actor: Actor, page: PageRequest) -> list[Campaign]:
    after = None if page.after is None else page.after[0]
    rows = await conn.fetch(LIST_CAMPAIGNS, actor.network_id, actor.org_id, after, page.limit)
    return [_campaign(row) for row in rows]


async def lock_campaign(conn: Connection, actor: Actor, id: int) -> Campaign | None:
    await conn.execute(LOCK_CAMPAIGN, actor.network_id, id)
    return (await fetch_campaigns(conn, actor, [id])).get(id)


async def insert_campaign(
    conn: Connection, actor: Actor, campaign: NewCampaign, state: CampaignState
) -> int | None:
    """Its id; None if its code is taken. Of the shares the actor's own is agreed to."""
    id: int | None = await conn.fetchval(
        INSERT_CAMPAIGN,
        actor.network_id,
        actor.org_id,
        campaign.code,
        campaign.name,
        campaign.name_en,
        campaign.value.minor,
        campaign.threshold.minor,
        campaign.value.currency,
        campaign.valid_from,
        campaign.valid_to,
        campaign.quantity_max,
        campaign.per_member_max,
        state.value,
    )
    if id is None:
        return None
    await conn.execute(INSERT_STORES, actor.network_id, id, list(campaign.store_ids))
    await conn.execute(
        INSERT_SHARES,
        actor.network_id,
        id,
        actor.org_id,
        [share.org_id for share in campaign.shares],
        [share.basis_points for share in campaign.shares],
    )
    return id


async def agree(conn: Connection, actor: Actor, id: int) -> None:
    """The caller has locked the campaign."""
    await conn.execute(AGREE, actor.network_id, id, actor.org_id)


async def set_state(conn: Connection, actor: Actor, id: int, state: CampaignState) -> None:
    """The caller has locked the campaign, and seen that it is a party's."""
    await conn.execute(SET_STATE, actor.network_id, id, state.value)


def _campaign(row: Any) -> Campaign:
    values = dict(row)
    values["state"] = CampaignState(values["state"])
    values["store_ids"] = tuple(values["store_ids"])
    values["shares"] = tuple(CampaignShare(*share) for share in values["shares"])
    return Campaign(**values)
