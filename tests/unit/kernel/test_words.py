"""Problems read well in both languages, the words of the trade among them."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from tradeline import (
    catalog,  # noqa: F401 - they define problems
    identity,  # noqa: F401
    inventory,  # noqa: F401
    kernel,
    ordering,  # noqa: F401
    organizations,  # noqa: F401
    pricing,  # noqa: F401
    settlement,  # noqa: F401
)
from tradeline.kernel import (
    AlreadyExists,
    InvalidValue,
    Locale,
    NotFound,
    Problem,
    Rejected,
    WrongState,
    refuse,
)
from tradeline.kernel.words import CHINESE


def kinds(of: type[Problem] = Problem) -> list[type[Problem]]:
    found = [kind for child in of.__subclasses__() for kind in (child, *kinds(child))]
    # A dataclass with slots replaces the class that it was made from, of which a ghost remains.
    return [kind for kind in found if "__slots__" in vars(kind) and hasattr(kind, "zh")]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_problem_is_worded_in_both_languages_with_its_own_fields(
    kind: type[Problem],
) -> None:
    names = {field.name for field in fields(kind)}
    for text in (kind.zh, kind.en):
        blanks = {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}
        assert blanks <= names, f"{kind.__name__}: {text}"
        assert text.endswith(("。", ".")), f"{kind.__name__} is no sentence: {text}"
    assert any("一" <= letter <= "鿿" for letter in kind.zh)
    assert not any("一" <= letter <= "鿿" for letter in kind.en)


def test_chinese_knows_the_words_of_the_trade() -> None:
    problem = NotFound(subject="legal entity")

    assert problem.message(Locale.EN) == "There is no such legal entity; check what you sent."
    assert problem.message(Locale.ZH) == "找不到核算主体；请核对后重试。"


def test_states_are_translated_too() -> None:
    message = WrongState(subject="order", state="to_ship").message(Locale.ZH)

    assert message == "订单当前为“待发货”，不能执行此操作；请刷新后查看。"


@pytest.mark.parametrize(
    ("field", "english", "chinese"),
    [
        ("amount", "amount", "金额"),
        ("requestedOn", "requested day", "要求到货日"),
        ("trackingNumber", "tracking number", "运单号"),
        ("isOdd", "is odd", "isOdd"),
        ("amount.currency", "amount.currency", "amount.currency"),
    ],
)
def test_a_field_is_called_as_people_call_it_and_stays_what_programs_know(
    field: str, english: str, chinese: str
) -> None:
    problem = InvalidValue(path=(field,), field=field, rule="write more", rule_zh="请多写")

    assert problem.message(Locale.EN) == f"{english} cannot be used: write more."
    assert problem.message(Locale.ZH) == f"“{chinese}”不可用：请多写。"
    assert (problem.field, problem.path) == (field, (field,))


def test_what_a_person_typed_stays_as_it_is() -> None:
    problem = AlreadyExists(subject="SKU", code="{order}")

    assert "{order}" in problem.message(Locale.EN)
    assert "{order}" in problem.message(Locale.ZH)


def test_a_rejection_holds_all_of_its_reasons() -> None:
    problems = [
        NotFound(path=("lines", 0), subject="SKU"),
        InvalidValue(path=("first",), field="first", rule="ask for less", rule_zh="请减少"),
    ]

    assert Rejected(problems).problems == tuple(problems)
    assert str(Rejected(problems)) == (
        "There is no such SKU; check what you sent.; first cannot be used: ask for less."
    )
    assert refuse(problems[0]).problems == (problems[0],)


def test_a_rejection_without_a_reason_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Rejected([])


def called_with(path: Path) -> Iterator[str]:
    """What problems in a file are said to be about, wherever that is said outright."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        named = [word.value for word in node.keywords if word.arg == "subject"]
        judged = getattr(node.func, "id", "") in {"judge_found", "judge_once"}
        for said in [*named, *(node.args[:1] if judged else [])]:
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value


def test_whatever_a_problem_is_about_has_a_word_in_chinese() -> None:
    package = Path(kernel.__file__).parents[1]
    subjects = {said for path in package.rglob("*.py") for said in called_with(path)}

    assert {"cart", "coupon", "relationship", "SKU"} <= subjects
    assert sorted(subjects - CHINESE.keys()) == []
