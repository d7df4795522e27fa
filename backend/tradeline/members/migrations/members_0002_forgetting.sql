-- Guests who never came again are found by when they came last, and deleted; what might refer to them
-- is looked up by an index of all of it, not only of what is alive. The indexes of that are dropped
-- by the next migration, which builds none: meanwhile members are read.
CREATE INDEX guest_by_age ON members.member (last_seen_at) WHERE state = 'guest';

ALTER INDEX members.session_by_member RENAME TO session_alive_by_member;
CREATE INDEX session_by_member ON members.session (network_id, member_id);

ALTER INDEX members.address_by_member RENAME TO address_kept_by_member;
CREATE INDEX address_by_member ON members.address (network_id, member_id);

CREATE INDEX merge_by_from ON members.merge (network_id, from_id);
CREATE INDEX merge_by_into ON members.merge (network_id, into_id);
