"""Where the victim's rows are: its ids, what people would know again, and all that it has."""

from tests.factories_consumers import CONSUMER_ROWS
from tests.factories_replenishment import REPLENISHMENT_ROWS

# Where the rows of each type of the graph are, for the victim's ids.
HOUSE_ROWS = {
    "Account": "SELECT account_id FROM identity.membership WHERE network_id = $1",
    "AccountEntry": "SELECT id FROM settlement.obligation WHERE network_id = $1",
    "Adjustment": "SELECT id FROM settlement.adjustment WHERE network_id = $1",
    "ApiClient": "SELECT id FROM identity.api_client WHERE network_id = $1",
    "Assortment": "SELECT id FROM catalog.assortment WHERE network_id = $1",
    "Category": "SELECT id FROM catalog.category WHERE network_id = $1",
    "Dispute": "SELECT id FROM ordering.dispute WHERE network_id = $1",
    "Invitation": "SELECT id FROM identity.invitation WHERE network_id = $1",
    "Journal": "SELECT id FROM settlement.journal WHERE network_id = $1",
    "LedgerAccount": "SELECT id FROM settlement.account WHERE network_id = $1",
    "LegalEntity": "SELECT id FROM organizations.legal_entity WHERE network_id = $1",
    "Member": "SELECT id FROM identity.membership WHERE network_id = $1",
    "Membership": "SELECT id FROM identity.membership WHERE network_id = $1",
    "Order": "SELECT id FROM ordering.trade_order WHERE network_id = $1",
    "OrderDraft": "SELECT id FROM ordering.order_draft WHERE network_id = $1",
    "OrderEvent": "SELECT id FROM ordering.order_event WHERE network_id = $1",
    "OrderLine": "SELECT id FROM ordering.order_line WHERE network_id = $1",
    "OrderList": "SELECT id FROM ordering.order_list WHERE network_id = $1",
    "OrderReturn": "SELECT id FROM ordering.order_return WHERE network_id = $1",
    "OrderSubstitute": "SELECT id FROM ordering.substitute WHERE network_id = $1",
    "Organization": "SELECT id FROM organizations.organization WHERE network_id = $1",
    "Pack": "SELECT id FROM catalog.pack WHERE network_id = $1 ORDER BY sku_id, units",
    "Payment": "SELECT id FROM settlement.payment WHERE network_id = $1",
    "Price": "SELECT id FROM pricing.price WHERE network_id = $1",
    "PriceList": "SELECT id FROM pricing.price_list WHERE network_id = $1",
    "Product": "SELECT id FROM catalog.product WHERE network_id = $1",
    "Relationship": "SELECT id FROM organizations.relationship WHERE network_id = $1",
    "ReplenishmentAlert": "SELECT id FROM replenishment.alert WHERE network_id = $1",
    "Role": "SELECT id FROM identity.role WHERE network_id = $1 AND org_id IS NOT NULL",
    "Shipment": "SELECT id FROM ordering.shipment WHERE network_id = $1",
    "Sku": "SELECT id FROM catalog.sku WHERE network_id = $1 ORDER BY id",
    "Statement": "SELECT id FROM settlement.statement WHERE network_id = $1",
    "StockHold": "SELECT DISTINCT reference_id FROM inventory.stock_hold"
    " WHERE network_id = $1 AND reference_type = 'hold'",
    "StockMovement": "SELECT id FROM inventory.stock_movement WHERE network_id = $1",
    "StockReservation": "SELECT id FROM inventory.stock_hold WHERE network_id = $1",
    "Warehouse": "SELECT id FROM inventory.warehouse WHERE network_id = $1",
    "Webhook": "SELECT id FROM webhooks.endpoint WHERE network_id = $1",
    "WebhookDelivery": "SELECT id FROM webhooks.delivery WHERE network_id = $1",
}
ROWS = CONSUMER_ROWS | REPLENISHMENT_ROWS | HOUSE_ROWS

# What people of the victim's would know again: names, codes, numbers, notes.
NAMES = """
    SELECT name FROM organizations.organization WHERE network_id = $1
     UNION SELECT name FROM organizations.legal_entity WHERE network_id = $1
     UNION SELECT name FROM catalog.sku WHERE network_id = $1
     UNION SELECT code FROM catalog.sku WHERE network_id = $1
     UNION SELECT name FROM pricing.price_list WHERE network_id = $1
     UNION SELECT name FROM inventory.warehouse WHERE network_id = $1
     UNION SELECT number FROM ordering.trade_order WHERE network_id = $1
     UNION SELECT note FROM ordering.order_draft WHERE network_id = $1
     UNION SELECT name FROM ordering.order_list WHERE network_id = $1
     UNION SELECT number FROM settlement.statement WHERE network_id = $1
     UNION SELECT number FROM settlement.payment WHERE network_id = $1
     UNION SELECT name FROM channels.store WHERE network_id = $1
     UNION SELECT url FROM webhooks.endpoint WHERE network_id = $1
     UNION SELECT account.email FROM identity.account AS account
             JOIN identity.membership AS membership ON membership.account_id = account.id
            WHERE membership.network_id = $1
"""
# Every row of the victim's network, and every account, as one line of text each.
TABLES = """
    SELECT format('%I.%I', namespace.nspname, class.relname) AS name,
           EXISTS (SELECT FROM pg_attribute AS attribute
                    WHERE attribute.attrelid = class.oid
                      AND attribute.attname = 'network_id') AS has_network
      FROM pg_class AS class
      JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
     WHERE class.relkind = 'r'
       AND namespace.nspname IN ('organizations', 'identity', 'catalog', 'pricing', 'inventory',
                                 'settlement', 'ordering', 'channels', 'members', 'marketing',
                                 'sourcing', 'payments', 'shopping', 'replenishment',
                                 'webhooks')
       -- Counts whoever tries, as it should; and where anybody plans for themselves.
       AND class.relname NOT IN ('sign_in_failure', 'desk')
     ORDER BY 1
"""
