"""Telling the systems of organizations what has happened.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.webhooks.errors import TooManyWebhooks
from tradeline.webhooks.jobs import (
    due_deliveries,
    find_violations,
    forget_deliveries,
    note_deliveries,
    settle_delivery,
)
from tradeline.webhooks.model import (
    TEST_TOPIC,
    Attempt,
    Delivery,
    DeliveryState,
    DueDelivery,
    Endpoint,
    OffReason,
    Topic,
)
from tradeline.webhooks.service import (
    NewSecret,
    create_webhook,
    delete_webhook,
    deliveries_of_webhooks,
    list_webhooks,
    rotate_webhook,
    send_test,
    update_webhook,
    webhooks_by_ids,
)
from tradeline.webhooks.signing import (
    WebhookKeys,
    secret_of,
    signatures,
    use_webhook_keys,
    webhook_keys,
)

__all__ = [
    "TEST_TOPIC",
    "Attempt",
    "Delivery",
    "DeliveryState",
    "DueDelivery",
    "Endpoint",
    "NewSecret",
    "OffReason",
    "TooManyWebhooks",
    "Topic",
    "WebhookKeys",
    "create_webhook",
    "delete_webhook",
    "deliveries_of_webhooks",
    "due_deliveries",
    "find_violations",
    "forget_deliveries",
    "list_webhooks",
    "note_deliveries",
    "rotate_webhook",
    "secret_of",
    "send_test",
    "settle_delivery",
    "signatures",
    "update_webhook",
    "use_webhook_keys",
    "webhook_keys",
    "webhooks_by_ids",
]
