"""What a replay sends, and in which order."""

import pytest

from tests.history_data import HISTORY
from tradeline_server.history import plan
from tradeline_server.history.plan import Sale, TakingBack, plan_replay, request_id
from tradeline_server.history.reading import read_history
from tradeline_server.history.suggestions import suggest


def test_each_dealer_sends_its_invoices_in_the_order_of_the_file() -> None:
    steps = plan_replay(suggest(read_history(HISTORY).lines, "GBP"))

    assert [step.name for step in steps["501"]] == ["7001", "7005", "C7017", "C7018", "7023"]
    assert [type(step) for step in steps["505"]] == [Sale, TakingBack]
    assert next(iter(steps)) == "501", "whoever has most to send comes first"


def test_every_taken_line_is_sent_once() -> None:
    suggestion = suggest(read_history(HISTORY).lines, "GBP")

    sent: list[int] = []
    for steps in plan_replay(suggestion).values():
        for step in steps:
            if isinstance(step, Sale):
                sent += [line.number for line in step.lines]
            else:
                sent += [each.line.number for each in step.cancellations]
    taken = [line.number for line in suggestion.sales]
    taken += [each.line.number for each in suggestion.cancellations]
    assert sorted(sent) == sorted(taken)


def test_an_invoice_longer_than_an_order_is_sent_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "ORDER_LINES_MAX", 1)

    steps = plan_replay(suggest(read_history(HISTORY).lines, "GBP"))

    assert [step.name for step in steps["502"]] == ["7002", "7002-2"]


def test_request_ids_follow_from_file_step_and_name_alone() -> None:
    ids = {request_id(a, b, c) for a in "xy" for b in ("1", "2") for c in ("place", "ship")}

    assert len(ids) == 8
    assert request_id("x", "1", "place") == request_id("x", "1", "place")
    assert all(len(each) <= 64 for each in ids)
