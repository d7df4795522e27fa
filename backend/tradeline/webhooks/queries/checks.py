"""What is always true of what endpoints are told; over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import Invariant

# Whoever turns an endpoint on while an event is noted may have it noted or not: the moment of
# either is that of the beginning of its unit of work.
TOLD = Invariant(
    code="webhooks.whoever_asked_is_told",
    title_en="Each event of the last week was noted for each endpoint that asked for it",
    title_zh="近一周的事件均已登记给订阅它的回调地址",
    broken_en="Event {event_id} ({topic}) of network {network_id} was not noted for endpoint"
    " {endpoint_id}.",
    broken_zh="网络 {network_id} 的事件 {event_id}（{topic}）未登记给回调地址 {endpoint_id}。",
    sql="""
    SELECT event.network_id, event.id AS event_id, event.topic, endpoint.id AS endpoint_id
      FROM webhooks.endpoint AS endpoint
      JOIN kernel.outbox_event AS event
        ON event.network_id = endpoint.network_id
       AND event.topic = ANY(endpoint.topics)
       AND endpoint.org_id IN ((event.payload ->> 'seller_org_id')::bigint,
                               (event.payload ->> 'buyer_org_id')::bigint)
     WHERE endpoint.is_active
       AND event.occurred_at > now() - interval '7 days'
       AND event.delivered_at > endpoint.changed_at + interval '1 minute'
       AND NOT EXISTS (SELECT
                         FROM webhooks.delivery AS delivery
                        WHERE delivery.network_id = event.network_id
                          AND delivery.endpoint_id = endpoint.id
                          AND delivery.event_id = event.id)
     ORDER BY 1, 2, 4
    """,
)

# Few are sent at once to the endpoints of an organization, the oldest first. So one may have to
# wait for long, but not while nothing else of the organization's is sent either.
SENT = Invariant(
    code="webhooks.what_is_due_is_sent",
    title_en="What is due to an endpoint is sent within an hour, or others of its organization are",
    title_zh="到期的通知在一小时内发送（或同组织的其他通知正在发送）",
    broken_en="{count} due deliveries of endpoint {endpoint_id} of network {network_id} have waited"
    " since {due_at}, and nothing is sent to its organization; see whether a worker runs.",
    broken_zh="网络 {network_id} 的回调地址 {endpoint_id} 有 {count} 条通知自 {due_at} 起应发未发，"
    "其组织也没有任何通知在发送；请检查 worker 是否在运行。",
    sql="""
    SELECT endpoint.network_id, endpoint.id AS endpoint_id, count(*) AS count,
           min(greatest(due.next_try_at, endpoint.changed_at)) AS due_at
      FROM webhooks.endpoint AS endpoint
      JOIN webhooks.delivery AS due
        ON due.network_id = endpoint.network_id
       AND due.endpoint_id = endpoint.id
       AND due.state = 'waiting'
       AND due.next_try_at < now() - interval '1 hour'
     WHERE endpoint.is_active
       AND endpoint.changed_at < now() - interval '1 hour'
       AND NOT EXISTS (SELECT
                         FROM webhooks.endpoint AS own
                         JOIN webhooks.delivery AS other
                           ON other.network_id = own.network_id
                          AND other.endpoint_id = own.id
                        WHERE own.network_id = endpoint.network_id
                          AND own.org_id = endpoint.org_id
                          AND greatest(other.tried_at, other.leased_until)
                              > now() - interval '1 hour')
     GROUP BY endpoint.network_id, endpoint.id
     ORDER BY 1, 2
    """,
)

# What was being sent when it was turned off may still arrive.
SILENT = Invariant(
    code="webhooks.whoever_is_off_is_not_told",
    title_en="Nothing is noted for, or sent to, an endpoint that is off",
    title_zh="已停用的回调地址不再登记或发送通知",
    broken_en="Delivery {id} of network {network_id} was noted at {created_at} and sent at"
    " {tried_at}, but endpoint {endpoint_id} has been off since {changed_at}.",
    broken_zh="网络 {network_id} 的通知 {id} 登记于 {created_at}、发送于 {tried_at}，但回调地址"
    " {endpoint_id} 自 {changed_at} 起已停用。",
    sql="""
    SELECT delivery.network_id, delivery.id, delivery.endpoint_id, delivery.created_at,
           delivery.tried_at, endpoint.changed_at
      FROM webhooks.endpoint AS endpoint
      JOIN webhooks.delivery AS delivery
        ON delivery.network_id = endpoint.network_id AND delivery.endpoint_id = endpoint.id
     WHERE NOT endpoint.is_active
       AND greatest(delivery.created_at, delivery.tried_at)
           > endpoint.changed_at + interval '2 minutes'
     ORDER BY 1, 2
    """,
)

OF_PARTIES = Invariant(
    code="webhooks.only_parties_are_told",
    title_en="Only the parties of an order are told of it",
    title_zh="订单只通知其交易双方",
    broken_en="Delivery {id} of network {network_id} tells organization {org_id} of order"
    " {order_id}, to which it is no party.",
    broken_zh="网络 {network_id} 的通知 {id} 向组织 {org_id} 告知了与其无关的订单 {order_id}。",
    sql="""
    SELECT delivery.network_id, delivery.id, endpoint.org_id,
           delivery.payload ->> 'order_id' AS order_id
      FROM webhooks.delivery AS delivery
      JOIN webhooks.endpoint AS endpoint
        ON endpoint.network_id = delivery.network_id AND endpoint.id = delivery.endpoint_id
      LEFT JOIN ordering.trade_order AS trade_order
        ON trade_order.network_id = delivery.network_id
       AND trade_order.id = (delivery.payload ->> 'order_id')::bigint
     WHERE delivery.payload ? 'order_id'
       AND endpoint.org_id IS DISTINCT FROM trade_order.seller_org_id
       AND endpoint.org_id IS DISTINCT FROM trade_order.buyer_org_id
     ORDER BY 1, 2
    """,
)

INVARIANTS = (TOLD, SENT, SILENT, OF_PARTIES)
