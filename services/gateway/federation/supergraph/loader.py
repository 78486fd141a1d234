"""Supergraph SDL (join v0.3 to v0.5) → `Supergraph`."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    parse_type,
    print_ast,
    value_from_ast_untyped,
)

from services.gateway.federation.errors import SupergraphError
from services.gateway.federation.operation.selection import Field, Selections, parse_field_set
from services.gateway.federation.supergraph.api_schema import build_api_schema
from services.gateway.federation.supergraph.model import (
    FieldJoin,
    FieldModel,
    Key,
    Override,
    SubgraphAddress,
    Supergraph,
    TypeModel,
)

_Fielded = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode
_Composite = _Fielded | UnionTypeDefinitionNode
_Arguments = dict[str, Any]


def load_supergraph(sdl: str) -> Supergraph:
    """Raises SupergraphError when the text is not a composed supergraph."""
    try:
        document = parse(sdl, no_location=True)
        return _Loader(document).load()
    except KeyError as error:
        raise SupergraphError(f"the supergraph cannot be loaded: it names {error}, which it has not") from error
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(f"the supergraph cannot be loaded: {error}") from error


class _Loader:
    def __init__(self, document: DocumentNode) -> None:
        self.document = document
        self.subgraphs = dict(_subgraphs(document))
        if not self.subgraphs:
            raise SupergraphError("no join__Graph: this is a plain schema, not a composed supergraph")

    def load(self) -> Supergraph:
        types = {node.name.value: self.type_model(node) for node in _composites(self.document)}
        supergraph = Supergraph(
            subgraphs={address.name: address for address in self.subgraphs.values()},
            types=types,
            roots=dict(_roots(self.document, types)),
            api_schema=build_api_schema(self.document),
        )
        for name in types:
            supergraph.names_of(name)  # what leads nowhere is found now, and not while somebody waits for a plan
        return supergraph

    def type_model(self, node: _Composite) -> TypeModel:
        keys = self.keys(node)
        fielded = None if isinstance(node, UnionTypeDefinitionNode) else node
        fields = {
            one.name.value: self.field_model(one, tuple(keys)) for one in (fielded.fields if fielded else ()) or ()
        }
        return TypeModel(
            name=node.name.value,
            is_abstract=not isinstance(node, ObjectTypeDefinitionNode),
            keys=keys,
            fields=dict(_with_externals(fields)),
            implements=self.grouped(node, "join__implements", "interface"),
            members=self.grouped(node, "join__unionMember", "member"),
        )

    def keys(self, node: _Composite) -> dict[str, tuple[Key, ...]]:
        keys: dict[str, list[Key]] = defaultdict(list)
        for arguments in _directives(node, "join__type"):
            known = keys[self.name(arguments)]
            if "key" in arguments:
                resolvable = arguments.get("resolvable", True)
                of_interface_object = arguments.get("isInterfaceObject", False)
                known.append(Key(parse_field_set(arguments["key"]), resolvable, of_interface_object))
        return {name: tuple(found) for name, found in keys.items()}

    def grouped(self, node: _Composite, directive: str, argument: str) -> dict[str, frozenset[str]]:
        groups: dict[str, set[str]] = defaultdict(set)
        for arguments in _directives(node, directive):
            groups[arguments[argument]].add(self.name(arguments))
        return {name: frozenset(subgraphs) for name, subgraphs in groups.items()}

    def field_model(self, node: FieldDefinitionNode, owners: tuple[str, ...]) -> FieldModel:
        directives = list(_directives(node, "join__field"))
        joins = {self.name(arguments): _join(arguments) for arguments in directives if "graph" in arguments}
        # Without any join__field every owner of the type resolves the field; one without a graph marks a field that
        # a concrete type has only through an interface object.
        if not directives:
            joins = {owner: FieldJoin() for owner in owners}
        return FieldModel(node.name.value, _named(node.type), print_ast(node.type), joins)

    def name(self, arguments: _Arguments) -> str:
        return self.subgraphs[arguments["graph"]].name


def _join(arguments: _Arguments) -> FieldJoin:
    type_text = arguments.get("type")
    override = _override(arguments)
    return FieldJoin(
        requires=_field_set(arguments, "requires"),
        provides=_field_set(arguments, "provides"),
        external=arguments.get("external", False),
        overridden=override.takes_over if override else arguments.get("usedOverridden", False),
        override=override,
        type_name=_named(parse_type(type_text, no_location=True)) if type_text else None,
        type_text=type_text,
    )


def _with_externals(fields: dict[str, FieldModel]) -> Iterator[tuple[str, FieldModel]]:
    """What a subgraph requires it has not got, although not every composer says so."""
    required = {
        (one.name, subgraph)
        for model in fields.values()
        for subgraph, join in model.joins.items()
        for one in join.requires
        if isinstance(one, Field) and not one.selections
    }
    for name, model in fields.items():
        joins = {
            subgraph: replace(join, external=True) if (name, subgraph) in required else join
            for subgraph, join in model.joins.items()
        }
        yield name, replace(model, joins=joins)


def _override(arguments: _Arguments) -> Override | None:
    """A progressive one has the same label on both sides; without a label only the side that answers is composed."""
    label = arguments.get("overrideLabel")
    return Override(label, bool(arguments.get("override"))) if label else None


def _field_set(arguments: _Arguments, name: str) -> Selections:
    return parse_field_set(arguments[name]) if arguments.get(name) else ()


def _subgraphs(document: DocumentNode) -> Iterator[tuple[str, SubgraphAddress]]:
    """The values of `enum join__Graph`, by the enum value's own name."""
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            for value in node.values or ():
                for arguments in _arguments(value.directives, "join__graph"):
                    yield value.name.value, SubgraphAddress(arguments["name"], arguments["url"])


def _composites(document: DocumentNode) -> Iterator[_Composite]:
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | UnionTypeDefinitionNode):
            yield node


def _roots(document: DocumentNode, types: dict[str, TypeModel]) -> Iterator[tuple[str, str]]:
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode) and node.operation_types:
            yield from ((one.operation.value, one.type.name.value) for one in node.operation_types)
            return
    defaults = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
    yield from ((kind, name) for kind, name in defaults.items() if name in types)


def _directives(node: _Composite | FieldDefinitionNode, name: str) -> Iterator[_Arguments]:
    return _arguments(node.directives, name)


def _arguments(directives: tuple[ConstDirectiveNode, ...] | None, name: str) -> Iterator[_Arguments]:
    value: Callable[..., Any] = value_from_ast_untyped
    for directive in directives or ():
        if directive.name.value == name:
            yield {one.name.value: value(one.value) for one in directive.arguments or ()}


def _named(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)  # noqa: S101 - all that is left by the grammar
    return node.name.value
