"""The packages subgraph with graphql-core's own way of answering, for what plans are measured and tested against.

python -m bench.without_plans --port PORT
"""

from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from services.packages.component import COMPONENT
from services.packages.graphql.schema import SCHEMA
from shared.graphql.execution import ByPlans
from shared.runtime.running import run


class WithoutPlans(ByPlans):
    """A resolver for each field of each row."""

    complete_object_value = StrawberryGraphQLCoreExecutionContext.complete_object_value
    complete_list_value = StrawberryGraphQLCoreExecutionContext.complete_list_value


if __name__ == "__main__":
    SCHEMA.execution_context_class = WithoutPlans
    run([COMPONENT])
