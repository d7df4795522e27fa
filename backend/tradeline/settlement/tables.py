"""The tables of settlement: who owes whom, and the books that say so. In minor units.

A mirror of the migrations, for Piccolo and for readers; a test compares the two. Of the
constraints, keys and uniqueness are here, the others in the migrations alone. Keys are composite:
Piccolo goes by the last column of each. What the database numbers itself has no default.
"""

from piccolo.columns import BigInt, Boolean, Bytea, Char, Date, Integer, Text, Timestamptz
from piccolo.columns.defaults import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table


class Exposure(Table, tablename="exposure", schema="settlement"):
    """The guarded row of an edge. `owed_minor` is what the buyer owes, or, below zero, its
    deposit; `held_minor` is what open orders will cost, `returnable_minor` what sales have left in
    the buyer's favour and may go back."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(primary_key=True, default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    credit_limit_minor = BigInt(default=0, null=False)
    held_minor = BigInt(default=0, null=False)
    owed_minor = BigInt(default=0, null=False)
    is_blocked = Boolean(default=False, null=False)
    returnable_minor = BigInt(default=0, null=False)


class ExposureHold(Table, tablename="exposure_hold", schema="settlement"):
    """What one document still holds of the exposure; held_minor is their sum."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    reference_type = Text(primary_key=True, default=None, null=False)
    reference_id = BigInt(primary_key=True, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)


class Obligation(Table, tablename="obligation", schema="settlement"):
    """Debtor owes creditor: one row, seen in both books."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    kind = Text(default=None, null=False)
    debtor_entity_id = BigInt(default=None, null=False)
    creditor_entity_id = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    document_type = Text(default=None, null=False)
    document_id = BigInt(default=None, null=False)
    document_number = Text(default=None, null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)
    due_on = Date(default=None, null=True)

    one_obligation_for_each_document = Unique(
        [network_id, relationship_id, kind, document_type, document_id]
    )
    mirrors_can_refer_to_the_sum = Unique([network_id, id, amount_minor, currency])


class PostingQueue(Table, tablename="posting_queue", schema="settlement"):
    """What waits to be posted. Written with the obligation, removed with its journals."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    obligation_id = BigInt(primary_key=True, default=None, null=False)
    queued_at = Timestamptz(default=TimestamptzNow(), null=False)
    retry_at = Timestamptz(default=None, null=True)


class Booking(Table, tablename="booking", schema="settlement"):
    """An entry of one set of books, with no other side."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    kind = Text(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    document_type = Text(default=None, null=False)
    document_id = BigInt(default=None, null=False)
    document_number = Text(default=None, null=False)
    occurred_at = Timestamptz(default=TimestamptzNow(), null=False)

    one_booking_for_each_document = Unique(
        [network_id, entity_id, kind, document_type, document_id]
    )
    transfers_can_refer_to_books_and_sum = Unique(
        [network_id, id, entity_id, amount_minor, currency]
    )


class BookingQueue(Table, tablename="booking_queue", schema="settlement"):
    """The bookings that wait to be posted."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    booking_id = BigInt(primary_key=True, default=None, null=False)
    queued_at = Timestamptz(default=TimestamptzNow(), null=False)
    retry_at = Timestamptz(default=None, null=True)


class PostingRule(Table, tablename="posting_rule", schema="settlement"):
    """How a kind of obligation is booked on either side; "=" is the edge's current account."""

    kind = Text(primary_key=True, default=None, null=False)
    side = Text(primary_key=True, default=None, null=False)
    debit_code = Text(default=None, null=False)
    credit_code = Text(default=None, null=False)


class BookingRule(Table, tablename="booking_rule", schema="settlement"):
    """How a kind of booking is posted."""

    kind = Text(primary_key=True, default=None, null=False)
    debit_code = Text(default=None, null=False)
    credit_code = Text(default=None, null=False)


class Account(Table, tablename="account", schema="settlement"):
    """An account of one set of books. `current` is that with the other side of an edge."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    code = Text(default=None, null=False)
    relationship_id = BigInt(default=None, null=True)
    currency = Char(length=3, default=None, null=False)

    one_account_for_each_code = Unique(
        [network_id, entity_id, code, relationship_id, currency], nulls_distinct=False
    )
    account_books_and_currency_can_be_referred_to = Unique([network_id, id, entity_id, currency])


class Journal(Table, tablename="journal", schema="settlement"):
    """One document's postings in one set of books: of an obligation, or of a booking."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    obligation_id = BigInt(default=None, null=True)
    posted_at = Timestamptz(default=TimestamptzNow(), null=False)
    booking_id = BigInt(default=None, null=True)

    posted_once_in_each_books = Unique([network_id, obligation_id, entity_id])
    journal_and_books_can_be_referred_to = Unique([network_id, id, entity_id, obligation_id])
    journal_books_and_booking_can_be_referred_to = Unique([network_id, id, entity_id, booking_id])


class Transfer(Table, tablename="transfer", schema="settlement"):
    """One balanced movement: one debit and one credit account of the same books."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    journal_id = BigInt(default=None, null=False)
    entity_id = BigInt(default=None, null=False)
    obligation_id = BigInt(default=None, null=True)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    debit_account_id = BigInt(default=None, null=False)
    credit_account_id = BigInt(default=None, null=False)
    booking_id = BigInt(default=None, null=True)

    mirrored_once_in_each_books = Unique([network_id, obligation_id, entity_id])


class Payment(Table, tablename="payment", schema="settlement"):
    """Money that changed hands; it counts when the payee has confirmed it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    payer_org_id = BigInt(default=None, null=False)
    payee_org_id = BigInt(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    method = Text(default=None, null=False)
    reference = Text(default="", null=False)
    state = Text(default=None, null=False)
    recorded_by_org_id = BigInt(default=None, null=False)
    recorded_at = Timestamptz(default=TimestamptzNow(), null=False)
    paid_on = Date(default=None, null=False)
    decided_at = Timestamptz(default=None, null=True)
    refusal_reason = Text(default=None, null=True)

    one_payment_for_each_number = Unique([network_id, number])


class Adjustment(Table, tablename="adjustment", schema="settlement"):
    """What the seller adds to or takes off an account. A credit note counts at once, a charge when
    the buyer has confirmed it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    number = Text(default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    kind = Text(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
    reason = Text(default=None, null=False)
    due_on = Date(default=None, null=True)
    state = Text(default=None, null=False)
    account_id = BigInt(default=None, null=True)
    made_at = Timestamptz(default=TimestamptzNow(), null=False)
    decided_at = Timestamptz(default=None, null=True)
    refusal_reason = Text(default=None, null=True)

    one_adjustment_for_each_number = Unique([network_id, number])


class Statement(Table, tablename="statement", schema="settlement"):
    """A period of an edge's current account, as both sides read it. Signs are the seller's. It
    carries the hash of the one before it."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    id = BigInt(primary_key=True, default=None, null=False)
    relationship_id = BigInt(default=None, null=False)
    number = Text(default=None, null=False)
    sequence = Integer(default=None, null=False)
    currency = Char(length=3, default=None, null=False)
    period_from = Timestamptz(default=None, null=True)
    period_to = Timestamptz(default=None, null=False)
    opening_minor = BigInt(default=None, null=False)
    movement_minor = BigInt(default=None, null=False)
    closing_minor = BigInt(default=None, null=False)
    state = Text(default="issued", null=False)
    issued_at = Timestamptz(default=TimestamptzNow(), null=False)
    seller_confirmed_at = Timestamptz(default=None, null=True)
    buyer_confirmed_at = Timestamptz(default=None, null=True)
    disputed_by_org_id = BigInt(default=None, null=True)
    dispute_reason = Text(default=None, null=True)
    previous_hash = Bytea(default=None, null=False)
    hash = Bytea(default=None, null=False)

    one_statement_for_each_number = Unique([network_id, number])
    statements_follow_one_another = Unique([network_id, relationship_id, sequence])


class StatementLine(Table, tablename="statement_line", schema="settlement"):
    """An obligation stands in one statement."""

    network_id = BigInt(primary_key=True, default=None, null=False)
    statement_id = BigInt(default=None, null=False)
    obligation_id = BigInt(primary_key=True, default=None, null=False)
    amount_minor = BigInt(default=None, null=False)
