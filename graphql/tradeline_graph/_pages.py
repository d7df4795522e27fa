"""Connections: pages of long lists, in Relay's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import strawberry

from tradeline import kernel
from tradeline_graph._scope import Scope, scoped

Node = TypeVar("Node")
Item = TypeVar("Item")


@strawberry.type(
    description="Whether more follow, and behind which cursor.", directives=scoped(Scope.VALUE)
)
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type(description="One item of a page.", directives=scoped(Scope.VALUE))
class Edge(Generic[Node]):
    node: Node
    cursor: str


@strawberry.type(
    description="A page of a list. Pass `pageInfo.endCursor` as `after` for the next.",
    directives=scoped(Scope.VALUE),
)
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo

    @classmethod
    def of(cls, page: kernel.Page[Item], to_node: Callable[[Item], Node]) -> Connection[Node]:
        edges = [
            Edge(node=to_node(item), cursor=cursor)
            for item, cursor in zip(page.items, page.cursors, strict=True)
        ]
        end_cursor = page.cursors[-1] if page.cursors else None
        return cls(
            edges=edges, page_info=PageInfo(has_next_page=page.has_next, end_cursor=end_cursor)
        )
