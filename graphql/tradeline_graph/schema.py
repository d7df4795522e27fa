"""The one graph, assembled from the parts."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from tradeline_graph._execution import EXTENSIONS, Schema
from tradeline_graph._scalars import SCALARS
from tradeline_graph._scope import Guard, Scope


@strawberry.type(description="Everything that can be asked.")
class Query:
    """Grows by one base class for each module."""

    @strawberry.field(
        description="Always true; lets a client test its connection.",
        extensions=[Guard(Scope.PUBLIC)],
    )
    def ping(self) -> bool:
        return True


schema = Schema(
    query=Query,
    config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    extensions=EXTENSIONS,
)
