-- Those of a member that wait to be paid are counted whenever the member orders.
CREATE INDEX consumer_order_unpaid_by_member
    ON shopping.consumer_order (network_id, member_id) WHERE state = 'to_pay';
