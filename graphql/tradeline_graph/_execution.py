"""How an operation runs: what is looked at first, and how its errors are worded or masked."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncGenerator
from typing import Any, TypeAlias

import strawberry
import structlog
from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError, default_field_resolver, default_type_resolver, subscribe
from graphql.execution import VariableValues
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from tradeline import kernel
from tradeline_graph._context import Context, Unauthenticated
from tradeline_graph._executor import Executor
from tradeline_graph._inputs import build_inputs_at_once
from tradeline_graph._prepared import Document, Documents, Operation
from tradeline_graph._scalars import UnusableValue
from tradeline_graph._texts import fault_in_text
from tradeline_graph.documents import document_text, require_trust

Variables: TypeAlias = dict[str, Any] | None
Extensions: TypeAlias = dict[str, Any] | None

log = structlog.get_logger("tradeline.graph")


class NoOperation(Exception):
    """The request names nothing that could run: over HTTP answered with 400."""


class Refused(Exception):
    """Nothing runs, for all these reasons."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class Schema(strawberry.Schema):
    """Runs operations the shortest way, by what is known of their documents (ADR 0018)."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        build_inputs_at_once(self._schema)
        self._documents = Documents(self._schema)

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """An error is logged where it is masked, and nowhere else: callers' faults are not ours."""

    async def execute(  # type: ignore[override] # of what it might be given, this is used
        self,
        query: str | None,
        variable_values: Variables = None,
        context_value: Context | None = None,
        *,
        operation_name: str | None = None,
        operation_extensions: Extensions = None,
    ) -> ExecutionResult:
        """Answer a query or mutation. Whatever goes wrong is in the answer, in words.

        Raises:
            NoOperation: nothing is to be done.
        """
        context = _began(context_value)
        try:
            with kernel.timed(kernel.Stage.PARSING):
                document, operation = self._prepare(
                    context, query, operation_name, operation_extensions
                )
                if operation.kind is OperationType.SUBSCRIPTION:
                    raise GraphQLError(
                        "Subscriptions are served over a WebSocket that speaks "
                        "graphql-transport-ws."
                    )
                variables = operation.take(variable_values or {})
            with kernel.timed(kernel.Stage.EXECUTING):
                if isinstance(variables, list):
                    raise Refused(variables)
                result = await self._run(context, document, operation, variables)
        except NoOperation:
            raise
        except Exception as cause:
            return ExecutionResult(None, self._worded(_errors_of(cause), context))
        finally:
            context.loaders = {}  # they lead back to it, and would keep it from being let go
        return ExecutionResult(result.data, self._worded(result.errors, context))

    async def subscribe(  # type: ignore[override]
        self,
        query: str | None,
        variable_values: Variables = None,
        context_value: Context | None = None,
        *,
        operation_name: str | None = None,
        operation_extensions: Extensions = None,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """A subscription's results as they come; a PreExecutionError if it never begins."""
        return self._told(
            _began(context_value), query, variable_values, operation_name, operation_extensions
        )

    async def _told(
        self, context: Context, query: str | None, variables: Variables, *named: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        try:
            document, operation = self._prepare(context, query, *named)
            if operation.kind is not OperationType.SUBSCRIPTION:
                raise NoOperation("Over a WebSocket, subscriptions are served and nothing else.")
            if isinstance(taken := operation.take(variables or {}), list):
                raise Refused(taken)
            results: Any = subscribe(
                self._schema,
                document.node,
                context_value=context,
                variable_values=variables,
                operation_name=operation.name,
                executor_class=Executor,
            )
            if optimized_is_awaitable(results):
                results = await results
            if isinstance(results, CoreResult):
                raise Refused(results.errors or [])
        except Exception as cause:
            yield PreExecutionError(None, self._worded(_errors_of(cause), context))
            return
        async with contextlib.aclosing(results):
            try:
                async for result in results:
                    yield ExecutionResult(result.data, self._worded(result.errors, context))
            except Exception as cause:
                yield ExecutionResult(None, self._worded(_errors_of(cause), context))

    def _prepare(
        self,
        context: Context,
        query: str | None,
        name: str | None,
        extensions: Extensions,
    ) -> tuple[Document, Operation]:
        """What is to run. Raises NoOperation, Refused or GraphQLError, and what parsing raises."""
        text = document_text(query, extensions, context.locale)
        require_trust(text, context.trusted_documents, context.locale)
        if (fault := fault_in_text(name or "", "The operation's name")) is not None:
            raise fault
        if not text:
            raise NoOperation("No GraphQL query found in the request")
        document = self._documents.prepare(text)
        if isinstance(document, list):
            raise Refused(document)
        operation = document.operation(name)
        if operation is None:
            raise NoOperation(
                "The document has several operations; send the operationName of one."
                if name is None
                else f'Unknown operation named "{name}".'
            )
        return document, operation

    async def _run(
        self,
        context: Context,
        document: Document,
        operation: Operation,
        variables: VariableValues,
    ) -> CoreResult:
        executor = Executor(
            self._schema,
            document.fragment_nodes,
            document.fragments,
            None,
            context,
            operation.node,
            variables,
            default_field_resolver,
            default_type_resolver,
            default_field_resolver,
            is_awaitable=optimized_is_awaitable,
        )
        if operation.shapes is not None:
            executor.share(operation.shapes)
        result: Any = executor.execute_operation()
        answered: CoreResult = await result if optimized_is_awaitable(result) else result
        return answered

    def _worded(
        self, errors: list[GraphQLError] | None, context: Context
    ) -> list[GraphQLError] | None:
        if not errors:
            return None
        self._process_errors(errors)
        return [word(error, context.locale) for error in errors]


def _began(context: Context | None) -> Context:
    """Each operation begins with empty loaders, whatever its context was used for before."""
    assert context is not None, "whoever asks says who it is"
    context.loaders = {}
    return context


def _errors_of(cause: Exception) -> list[GraphQLError]:
    if isinstance(cause, Refused):
        return cause.errors
    if isinstance(cause, GraphQLError):
        return [cause]
    return [GraphQLError(str(cause), original_error=cause)]


def word(error: GraphQLError, locale: kernel.Locale) -> GraphQLError:
    """The error as a caller may see it."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        extensions = {"code": "BAD_REQUEST", **(error.extensions or {})}
        return _reworded(error, error.message, extensions)
    if isinstance(cause, (UnusableValue, NoOperation)):
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
    if isinstance(cause, kernel.DatabaseAway):
        log.warning("graph.away", path=error.path, reason=str(cause))
        message = (
            "数据库暂时不可用；请几秒后重发同一请求。"
            if in_chinese
            else "The database is away for a moment; send the same request again in a few seconds."
        )
        return _reworded(error, message, {"code": "UNAVAILABLE"})
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
