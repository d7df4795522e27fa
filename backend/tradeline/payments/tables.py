"""The tables of payments: what consumers paid through a provider, and what becomes of it.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import Array, BigInt, Boolean, Bytea, Char, Date, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Payment(Table, tablename="payment", schema="payments"):
    """One attempt to be paid. `refunded_minor` counts what is refunded, or asked for."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    reference_type = Text(default=None, null=False)
    reference_id = BigInt(default=None, null=False)
    collector_entity_id = BigInt(default=None, null=False)
    merchant_id = Text(default=None, null=False)
    app_id = Text(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    is_shareable = Boolean(default=False, null=False)
    state = Text(default="created", null=False)
    prepay_id = Text(default=None, null=True)
    transaction_id = Text(default=None, null=True)
    refunded_minor = BigInt(default=0, null=False)
    is_surplus = Boolean(default=False, null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(default=None, null=False)
    captured_at = Timestamptz(default=None, null=True)
    shares_at = Timestamptz(default=None, null=True)
    next_poll_at = Timestamptz(default=None, null=True)
    polls = Integer(default=0, null=False)

    one_payment_for_each_number = Unique([number])


class Notice(Table, tablename="notice", schema="payments"):
    """What a provider told us, so that it acts once."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    notice_id = Text(primary_key=True, default=None, null=False)
    kind = Text(default=None, null=False)
    body_hash = Bytea(default=None, null=False)
    received_at = Timestamptz(default=TimestamptzNow(), null=False)


class Refund(Table, tablename="refund", schema="payments"):
    """Money on its way back to the payer, once for each reference."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    payment_id = BigInt(default=None, null=False)
    reference_type = Text(default=None, null=False)
    reference_id = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    reason = Text(default="", null=False)
    state = Text(default="requested", null=False)
    provider_refund_id = Text(default=None, null=True)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    sent_at = Timestamptz(default=None, null=True)
    settled_at = Timestamptz(default=None, null=True)
    next_try_at = Timestamptz(default=TimestamptzNow(), null=True)
    tries = Integer(default=0, null=False)
    last_error = Text(default=None, null=True)
    borne_by_org_id = BigInt(default=None, null=True)
    borne_minor = BigInt(default=0, null=False)

    one_refund_for_each_number = Unique([number])


class Sharing(Table, tablename="sharing", schema="payments"):
    """A captured payment is shared once, and the rest of it unfrozen."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    payment_id = BigInt(default=None, null=False)
    state = Text(default="requested", null=False)
    provider_order_id = Text(default=None, null=True)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    finished_at = Timestamptz(default=None, null=True)
    next_try_at = Timestamptz(default=TimestamptzNow(), null=True)
    tries = Integer(default=0, null=False)
    last_error = Text(default=None, null=True)

    one_sharing_for_each_number = Unique([number])


class Share(Table, tablename="share", schema="payments"):
    """What a party wanted of a payment, what it could be given, and whether it was."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    sharing_id = BigInt(default=None, null=False)
    org_id = BigInt(default=None, null=False)
    receiver_merchant_id = Text(default=None, null=False)
    relationship_ids = Array(base_column=BigInt(), default=None, null=False)
    runs = Text(default=None, null=False)
    wanted_minor = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    returned_minor = BigInt(default=0, null=False)
    state = Text(default="requested", null=False)
    fail_reason = Text(default=None, null=True)

    shared_once_with_each = Unique([network_id, sharing_id, receiver_merchant_id])


class ShareReturn(Table, tablename="share_return", schema="payments"):
    """A share on its way back, for a refund that waits for it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    share_id = BigInt(default=None, null=False)
    refund_id = BigInt(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    state = Text(default="requested", null=False)
    fail_reason = Text(default=None, null=True)
    requested_at = Timestamptz(default=TimestamptzNow(), null=False)
    settled_at = Timestamptz(default=None, null=True)
    next_try_at = Timestamptz(default=TimestamptzNow(), null=True)
    tries = Integer(default=0, null=False)
    last_error = Text(default=None, null=True)

    one_share_return_for_each_number = Unique([number])
    returned_once_for_each_refund = Unique([network_id, refund_id, share_id])


class Bill(Table, tablename="bill", schema="payments"):
    """A day's bill of a merchant, which may have no lines."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    merchant_id = Text(primary_key=True, default=None, null=False)
    bill_date = Date(primary_key=True, default=None, null=False)
    stored_at = Timestamptz(default=TimestamptzNow(), null=False)
    reconciled_at = Timestamptz(default=None, null=True)


class BillLine(Table, tablename="bill_line", schema="payments"):
    """A payment or a refund, as the provider billed it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    merchant_id = Text(default=None, null=False)
    bill_date = Date(default=None, null=False)
    kind = Text(default=None, null=False)
    transaction_id = Text(default=None, null=False)
    number = Text(default=None, null=False)
    occurred_at = Timestamptz(default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    fee_minor = BigInt(default=None, null=False)

    billed_once = Unique([network_id, merchant_id, bill_date, kind, transaction_id])


class Difference(Table, tablename="difference", schema="payments"):
    """Where our word and the provider's differ, until it is resolved."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    merchant_id = Text(default=None, null=False)
    bill_date = Date(default=None, null=False)
    kind = Text(default=None, null=False)
    number = Text(default=None, null=False)
    transaction_id = Text(default="", null=False)
    currency = Char(length=3, default=None, null=False)
    ours_minor = BigInt(default=None, null=True)
    theirs_minor = BigInt(default=None, null=True)
    found_at = Timestamptz(default=TimestamptzNow(), null=False)
    resolved_at = Timestamptz(default=None, null=True)
    resolved_by_account_id = BigInt(default=None, null=True)
    note = Text(default="", null=False)

    named_once = Unique([network_id, merchant_id, bill_date, kind, number, transaction_id])
