"""How a module says no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import ClassVar

from tradeline.kernel.actor import Locale
from tradeline.kernel.words import CHINESE, field_in_chinese, field_in_english

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One reason why a request was refused, worded so that the person asking can act on it.

    `path` leads to the part of the request at fault, such as ("lines", 3, "quantity"). Each kind
    of problem words itself in both languages, with its own fields as the blanks.
    """

    zh: ClassVar[str]
    en: ClassVar[str]

    path: Path = ()

    def message(self, locale: Locale = Locale.EN) -> str:
        """The problem in a person's language, words of the trade among its fields as well."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        if locale is Locale.EN:
            return self.en.format(**values)
        translated = {k: CHINESE.get(v, v) if isinstance(v, str) else v for k, v in values.items()}
        return self.zh.format(**translated)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound(Problem):
    """What a request names is not there, or not for the actor to see; the two look alike."""

    zh: ClassVar[str] = "找不到{subject}；请核对后重试。"
    en: ClassVar[str] = "There is no such {subject}; check what you sent."

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidValue(Problem):
    """A value that was understood and cannot be used. `rule` says what would be accepted."""

    zh: ClassVar[str] = "“{field}”不可用：{rule_zh}。"
    en: ClassVar[str] = "{field} cannot be used: {rule}."

    field: str
    rule: str
    rule_zh: str

    def message(self, locale: Locale = Locale.EN) -> str:
        """With the word for the field; `field` itself is for programs."""
        in_chinese = locale is Locale.ZH
        spoken = field_in_chinese(self.field) if in_chinese else field_in_english(self.field)
        return Problem.message(replace(self, field=spoken), locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyExists(Problem):
    """A code or pair that must be unique is taken by something the actor may see."""

    zh: ClassVar[str] = "{subject} {code} 已存在；请换一个或修改原有的。"
    en: ClassVar[str] = (
        "{subject} {code} exists already; use another code or change the existing one."
    )

    subject: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongState(Problem):
    """The subject is not in a state in which this can be done to it."""

    zh: ClassVar[str] = "{subject}当前为“{state}”，不能执行此操作；请刷新后查看。"
    en: ClassVar[str] = "The {subject} is {state}, in which this cannot be done; look at it again."

    subject: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReused(Problem):
    """A `requestId` came back with another body. The first answer stands."""

    zh: ClassVar[str] = "requestId {request_id} 已用于另一请求；请为新的请求换一个新的 requestId。"
    en: ClassVar[str] = (
        "requestId {request_id} was used for another request; choose a new one for a new request."
    )

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy(Problem):
    """More arrives than can be done; nothing was looked at, and nothing done."""

    zh: ClassVar[str] = "系统繁忙，请求未处理；请在 {retry_after_seconds} 秒后原样重发。"
    en: ClassVar[str] = (
        "Too much arrives at once and this was not done; send it again in {retry_after_seconds} s."
    )

    retry_after_seconds: int


class Rejected(Exception):
    """A request that was understood and refused. Raising it rolls the unit of work back."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        assert problems, "a rejection needs a reason"
        super().__init__("; ".join(problem.message() for problem in problems))
        self.problems = tuple(problems)


def raise_any(problems: Sequence[Problem]) -> None:
    """Refuse the request if there is any fault in it, with all of them."""
    if problems:
        raise Rejected(problems)


def refuse(problem: Problem) -> Rejected:
    """A rejection for one reason: `raise refuse(NotFound(subject="order"))`."""
    return Rejected([problem])
