"""Documents that came before: parsed, validated, and with the plans that were made for them."""

from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    parse,
    specified_rules,
    visit,
)
from strawberry.schema.schema import validate_document

from shared.graphql.execution import Plans
from shared.graphql.limits import MOST_TOKENS, ReasonableDocument

KEPT_DOCUMENTS = 512
RULES: tuple[type[ASTValidationRule], ...] = (*specified_rules, ReasonableDocument)


@dataclass(frozen=True, slots=True)
class Document:
    """`node` is None where the text does not parse; with any errors it is not executed. `plans` are kept where nothing
    but the text decides what is asked for."""

    node: DocumentNode | None
    errors: list[GraphQLError]
    plans: Plans | None = None

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The one of that name; the first one where none is given."""
        definitions = self.node.definitions if self.node else ()
        operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
        named = [each for each in operations if name is None or (each.name and each.name.value == name)]
        return named[0] if named else None


class Documents:
    """Of one schema, kept by their texts: to tell one tree from another takes longer."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.of = lru_cache(KEPT_DOCUMENTS)(self._of)

    def _of(self, text: str) -> Document:
        try:
            node = parse(text, max_tokens=MOST_TOKENS)
        except GraphQLError as error:
            return Document(None, [error])
        except Exception as error:  # noqa: BLE001 -- nested so deep that it is no document
            return Document(None, [GraphQLError(str(error), original_error=error)])
        choices = _Choices()
        visit(node, choices)
        return Document(node, validate_document(self._schema, node, RULES), None if choices.are_there else Plans())


class _Choices(Visitor):
    """Whether anything in a document is asked for or not by a directive."""

    are_there = False

    def enter_directive(self, *_: object) -> None:
        self.are_there = True
