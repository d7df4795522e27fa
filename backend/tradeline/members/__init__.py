"""Consumers: one identity over all channels, their consents and addresses.

The names below are the module: others import them from here, and nothing from deeper in.
"""

from tradeline.members.errors import (
    CodeNotUsable,
    NotForGuests,
    TooManyAddresses,
    WeChatUnavailable,
)
from tradeline.members.jobs import forget_past_sessions, is_known_key
from tradeline.members.model import (
    Address,
    AddressDraft,
    Consent,
    LoggedIn,
    Member,
    Merge,
    MergeCause,
    Merged,
    Session,
    contact_phone,
    masked_phone,
    normal_phone,
)
from tradeline.members.sealing import (
    MemberKeys,
    Unsealable,
    lookup_of,
    seal,
    unseal,
    use_member_keys,
)
from tradeline.members.service.logging_in import bind_phone, log_in, start_guest
from tradeline.members.service.merging import (
    family_of,
    list_merges,
    merge_members,
    merges_by_ids,
    openid_of,
    openids_of,
    survivor_ids,
    undo_merge,
)
from tradeline.members.service.profiles import (
    delete_address,
    list_addresses,
    list_consents,
    load_address,
    members_by_ids,
    record_consent,
    save_address,
    update_member,
)
from tradeline.members.service.sessions import (
    issue_session,
    log_out,
    refresh,
    shopper_from_access_tokens,
)

__all__ = [
    "Address",
    "AddressDraft",
    "CodeNotUsable",
    "Consent",
    "LoggedIn",
    "Member",
    "MemberKeys",
    "Merge",
    "MergeCause",
    "Merged",
    "NotForGuests",
    "Session",
    "TooManyAddresses",
    "Unsealable",
    "WeChatUnavailable",
    "bind_phone",
    "contact_phone",
    "delete_address",
    "family_of",
    "forget_past_sessions",
    "is_known_key",
    "issue_session",
    "list_addresses",
    "list_consents",
    "list_merges",
    "load_address",
    "log_in",
    "log_out",
    "lookup_of",
    "masked_phone",
    "members_by_ids",
    "merge_members",
    "merges_by_ids",
    "normal_phone",
    "openid_of",
    "openids_of",
    "record_consent",
    "refresh",
    "save_address",
    "seal",
    "shopper_from_access_tokens",
    "start_guest",
    "survivor_ids",
    "undo_merge",
    "unseal",
    "update_member",
    "use_member_keys",
]
