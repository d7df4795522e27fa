"""How talking to WeChat may fail. Each failure says whether the same call may be made again."""

from __future__ import annotations

from enum import StrEnum

# By these codes WeChat asks for the same request again; everything else stays refused.
RETRYABLE_CODES = frozenset(
    {"SYSTEM_ERROR", "SYSTEMERROR", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "USER_PAYING"}
)


class WeChatError(Exception):
    """`is_retryable`: the same call, with the same number of ours, may be made again later."""

    is_retryable = False


class Unreachable(WeChatError):
    """No answer came. What was asked for may have happened all the same: ask, or repeat it."""

    is_retryable = True


class Untrusted(WeChatError):
    """The answer is not proven to be WeChat's, so nothing may follow from what it says."""


class Malformed(WeChatError):
    """The answer is WeChat's, but not of the shape that its documents promise."""


class Refused(WeChatError):
    """WeChat answered with an error.

    `is_proven` tells whether it was signed. Only then may one act on what it says: that there is
    no such order, say, is worth nothing if anybody on the way could have said so.
    """

    def __init__(
        self, status: int, code: str, message: str, *, is_proven: bool, request_id: str = ""
    ) -> None:
        super().__init__(f"WeChat refused ({status} {code}): {message}")
        self.status = status
        self.code = code
        self.message = message
        self.is_proven = is_proven
        self.request_id = request_id

    @property
    def is_retryable(self) -> bool:  # type: ignore[override]
        return self.status >= 500 or self.status == 429 or self.code in RETRYABLE_CODES

    @property
    def is_final(self) -> bool:
        """WeChat has proved that it said no, and has not done what it was asked for."""
        return self.is_proven and not self.is_retryable


class Fault(StrEnum):
    """What is wrong with something that claims to come from WeChat."""

    HEADERS_MISSING = "headers missing"
    PROBE = "signature probe"
    TIME = "too old, or from the future"
    SERIAL = "unknown serial"
    SIGNATURE = "wrong signature"
    SHAPE = "wrong shape"
    SECRET = "cannot be decrypted"
    RECIPIENT = "meant for somebody else"


class Forged(WeChatError):
    """A message that must not be believed; `fault` says which check it failed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"This is not to be believed: {fault}.")
        self.fault = fault
