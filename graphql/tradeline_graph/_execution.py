"""How an operation runs: its errors are worded or masked, its loaders are its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext

from tradeline import kernel
from tradeline_graph._context import Context, Unauthenticated
from tradeline_graph._limits import LimitDocuments
from tradeline_graph._passed import Passed
from tradeline_graph._scalars import UnusableValue
from tradeline_graph._texts import RefuseNoText
from tradeline_graph.documents import ParseOnce, TrustDocuments, ValidateOnce

# Over HTTP the controller answers these itself, with 400.
NO_OPERATION = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
DOCUMENTS_CACHED = 512

log = structlog.get_logger("tradeline.graph")


class Schema(strawberry.Schema):
    """Logs an error where it is masked, and nowhere else: a caller's fault is not ours to log."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        pass


class OwnLoaders(SchemaExtension):
    """Each operation begins with empty loaders, whatever its context was used for before."""

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context.context
        if isinstance(context, Context):
            context.loaders = {}
        yield


class TimeStages(SchemaExtension):
    """Tells where the time of operations goes; outermost, so that looking into caches counts."""

    def on_parse(self) -> Iterator[None]:
        with kernel.timed(kernel.Stage.PARSING):
            yield

    def on_validate(self) -> Iterator[None]:
        with kernel.timed(kernel.Stage.PARSING):
            yield

    def on_execute(self) -> Iterator[None]:
        with kernel.timed(kernel.Stage.EXECUTING):
            yield


class WordErrors(SchemaExtension):
    """Give each top-level error a code; mask bugs behind a reference that the log holds too."""

    def on_operation(self) -> Iterator[None]:
        locale = getattr(self.execution_context.context, "locale", kernel.Locale.EN)
        try:
            yield
        except NO_OPERATION:
            raise
        except GraphQLError as fault:
            raise word(fault, locale) from None
        except Exception as cause:  # whatever reading the document raised
            raise word(GraphQLError(str(cause), original_error=cause), locale) from None
        _word_all(self.execution_context.result, locale)

    def on_stream_result(self, result: object) -> Iterator[None]:
        """A subscription's results are sent before its operation ends."""
        _word_all(result, getattr(self.execution_context.context, "locale", kernel.Locale.EN))
        yield


def _word_all(result: Any, locale: kernel.Locale) -> None:
    """Errors that are worded already stay as they are."""
    if errors := getattr(result, "errors", None):
        result.errors = [word(error, locale) for error in errors]


def word(error: GraphQLError, locale: kernel.Locale) -> GraphQLError:
    """The error as a caller may see it."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        extensions = {"code": "BAD_REQUEST", **(error.extensions or {})}
        return _reworded(error, error.message, extensions)
    if isinstance(cause, (UnusableValue, *NO_OPERATION)):
        return _reworded(error, error.message, {"code": "BAD_REQUEST"})
    in_chinese = locale is kernel.Locale.ZH
    if isinstance(cause, Unauthenticated):
        message = "请先登录。" if in_chinese else "Sign in first."
        return _reworded(error, message, {"code": "UNAUTHENTICATED"})
    if isinstance(cause, kernel.Forbidden):
        message = (
            "您的角色无此权限；请联系管理员。"
            if in_chinese
            else "Your role does not allow this; ask an administrator."
        )
        return _reworded(error, message, {"code": "FORBIDDEN"})
    if isinstance(cause, kernel.Rejected):
        problems = [
            {"message": problem.message(locale), "path": [str(step) for step in problem.path]}
            for problem in cause.problems
        ]
        message = " ".join(problem.message(locale) for problem in cause.problems)
        return _reworded(error, message, {"code": "REFUSED", "problems": problems})
    reference = secrets.token_hex(6)
    log.error("graph.bug", reference=reference, path=error.path, exc_info=cause)
    message = (
        f"系统出错；联系支持时请提供编号 {reference}。"
        if in_chinese
        else f"Something broke on our side; quote {reference} when you ask for help."
    )
    return _reworded(error, message, {"code": "INTERNAL", "reference": reference})


def _reworded(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


SMALL_ENOUGH = Passed(DOCUMENTS_CACHED)
WELL_WRITTEN = Passed(DOCUMENTS_CACHED)

EXTENSIONS = [
    lambda: TimeStages(),
    lambda: WordErrors(),
    lambda: OwnLoaders(),
    lambda: TrustDocuments(),
    lambda: LimitDocuments(SMALL_ENOUGH),
    lambda: RefuseNoText(WELL_WRITTEN),
    lambda: ParseOnce(maxsize=DOCUMENTS_CACHED),
    lambda: ValidateOnce(maxsize=DOCUMENTS_CACHED),
]
