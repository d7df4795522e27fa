"""What may follow from a refusal of WeChat's."""

import pytest

from tradeline_server.wechat import Refused


@pytest.mark.parametrize(
    ("status", "code", "is_proven", "is_final"),
    [
        (403, "RULE_LIMIT", True, True),
        (400, "INVALID_REQUEST", True, True),
        (403, "RULE_LIMIT", False, False),
        (429, "FREQUENCY_LIMITED", True, False),
        (500, "SYSTEM_ERROR", True, False),
        (502, "", False, False),
    ],
)
def test_a_refusal_is_final_when_it_is_proven_and_nothing_may_come_of_it_yet(
    status: int, code: str, is_proven: bool, is_final: bool
) -> None:
    refused = Refused(status, code, "不可", is_proven=is_proven)

    assert refused.is_final is is_final
