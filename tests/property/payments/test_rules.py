"""Laws of sharing, of taking back, and of words on refunds in any order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradeline.payments import (
    DifferenceKind,
    RefundResult,
    RefundState,
    plan_returns,
    plan_sharing,
)
from tradeline.payments.rules import judge_refund_result

MINOR = st.integers(min_value=0, max_value=10**9)
ENDS = (RefundState.SUCCEEDED, RefundState.CLOSED)


@given(
    st.lists(st.integers(min_value=-(10**6), max_value=10**9), max_size=60),
    MINOR,
    st.integers(min_value=0, max_value=10_000),
    st.data(),
)
def test_a_plan_keeps_the_ceiling_and_loses_nothing(
    wants: list[int], captured: int, ratio_bp: int, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(min_value=0, max_value=captured))
    plan = plan_sharing(wants, captured_minor=captured, ratio_bp=ratio_bp, refunded_minor=refunded)

    assert sum(plan.shares) <= min(captured * ratio_bp // 10_000, captured - refunded)
    assert sum(share > 0 for share in plan.shares) <= 50
    for want, share, left in zip(wants, plan.shares, plan.left, strict=True):
        assert 0 <= share <= max(want, 0)
        assert share + left == max(want, 0)
    # Whoever is left with something to wait for wants no more than whoever has all.
    whole = [want for want, left in zip(wants, plan.left, strict=True) if left == 0 < want]
    waiting = [want for want, left in zip(wants, plan.left, strict=True) if left > 0]
    assert not whole or not waiting or min(whole) >= max(waiting)


@given(st.lists(MINOR, max_size=8), st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_refunds_of_all_take_back_all_and_never_more(shares: list[int], refunds: list[int]) -> None:
    remaining, have = sum(refunds), list(shares)

    for refund in refunds:
        back = plan_returns(have, refund_minor=refund, remaining_minor=remaining)
        assert all(0 <= part <= rest for part, rest in zip(back, have, strict=True))
        have = [rest - part for rest, part in zip(have, back, strict=True)]
        remaining -= refund

    assert not any(have)


@given(
    st.lists(MINOR, min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=8),
    st.data(),
)
def test_what_one_bears_alone_is_taken_of_no_other_and_all_that_all_bear_still_comes_back(
    shares: list[int], refunds: list[tuple[int, int]], data: st.DataObject
) -> None:
    remaining, have = sum(map(sum, refunds)) + 1, list(shares)

    for common, borne in refunds:
        bearer = data.draw(st.none() | st.integers(0, len(shares) - 1))
        back = plan_returns(
            have,
            refund_minor=common + borne,
            remaining_minor=remaining,
            borne_minor=borne,
            bearer=bearer,
        )
        alone = plan_returns(
            have,
            refund_minor=borne,
            remaining_minor=remaining,
            borne_minor=borne,
            bearer=bearer,
        )
        assert alone == tuple(
            min(have[at], borne) if at == bearer else 0 for at in range(len(shares))
        )
        left = [rest - part for rest, part in zip(have, alone, strict=True)]
        then = plan_returns(left, refund_minor=common, remaining_minor=remaining - borne)
        assert back == tuple(one + other for one, other in zip(alone, then, strict=True))
        have = [rest - part for rest, part in zip(have, back, strict=True)]
        remaining -= common + borne

    assert not any(
        rest - part
        for rest, part in zip(
            have, plan_returns(have, refund_minor=1, remaining_minor=1), strict=True
        )
    )


@given(st.lists(st.sampled_from(RefundState), max_size=12))
def test_a_refund_ends_once_whatever_is_said_in_whatever_order(words: list[RefundState]) -> None:
    state, ended = RefundState.REQUESTED, []
    for word in words:
        mismatch, changes = judge_refund_result(
            state, 5, RefundResult(number="R", merchant_id="1", state=word, amount_minor=5)
        )
        if changes:
            assert state not in ENDS
            state = word
            ended += [word] if word in ENDS else []
        elif mismatch is not None:
            assert (state, word) == (RefundState.CLOSED, RefundState.SUCCEEDED)

    assert len(ended) <= 1
    if RefundState.SUCCEEDED in words and RefundState.CLOSED not in words:
        assert state is RefundState.SUCCEEDED


@given(st.sampled_from(RefundState), st.sampled_from(RefundState))
def test_another_sum_than_ours_never_changes_a_refund(
    state: RefundState, word: RefundState
) -> None:
    told = RefundResult(number="R", merchant_id="1", state=word, amount_minor=6)

    assert judge_refund_result(state, 5, told) == (DifferenceKind.REFUND_AMOUNT, False)
