"""What an operation leaves behind: nothing that would have to be looked for."""

from __future__ import annotations

import gc

import pytest

from tradeline.kernel import Locale
from tradeline_graph._context import Context
from tradeline_graph._execution import NoOperation
from tradeline_graph.schema import schema

OPERATIONS = 50


async def test_operations_leave_nothing_for_the_garbage_collector() -> None:
    """Or their orders would be kept until it comes, which takes longer than to place them."""

    async def run() -> None:
        context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
        result = await schema.execute("{ __typename ping }", context_value=context)
        assert result.data == {"__typename": "Query", "ping": True}

    await run()
    gc.collect()
    gc.disable()
    try:
        for _ in range(OPERATIONS):
            await run()
        left_behind = gc.collect()
    finally:
        gc.enable()

    assert left_behind < OPERATIONS


async def test_what_is_left_out_by_a_variable_is_decided_each_time() -> None:
    """And what is not, once: the second time, an operation goes by what was found the first."""
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    text = "query($no: Boolean!) { ping @skip(if: $no) always: ping }"

    answers = [await schema.execute(text, {"no": no}, context) for no in (True, False, True)]

    both = {"ping": True, "always": True}
    assert [answer.data for answer in answers] == [{"always": True}, both, {"always": True}]


async def test_of_several_operations_none_runs_that_nobody_named() -> None:
    """Which of them was meant is not for us to guess: one may place what another only asks for."""
    context = Context(db=None, locale=Locale.EN)  # type: ignore[arg-type]
    text = "query A { ping } query B { again: ping }"

    with pytest.raises(NoOperation, match="several"):
        await schema.execute(text, context_value=context)

    result = await schema.execute(text, context_value=context, operation_name="B")
    assert result.data == {"again": True}
