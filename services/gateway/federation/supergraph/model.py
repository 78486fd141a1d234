"""The supergraph as a value: which subgraph can resolve which field of which type, and by which keys.

Type and field names are the supergraph's. Subgraphs are known by the name they were composed under.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graphql import GraphQLSchema

from services.gateway.federation.operation.selection import Selections, print_compact


@dataclass(frozen=True, slots=True)
class SubgraphAddress:
    """A subgraph's name and the URL that the supergraph gives for it."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """One `@key` of a type in one subgraph."""

    selections: Selections
    resolvable: bool
    of_interface_object: bool


@dataclass(frozen=True, slots=True)
class Override:
    """One side of a progressive `@override`: the field moves to the side that `takes_over` while the label is on."""

    label: str
    takes_over: bool


@dataclass(frozen=True, slots=True)
class FieldJoin:
    """How one subgraph takes part in a field. `type_name` and `type_text` are its type there, if it differs.

    `overridden`: another subgraph resolves the field; where there is an `override`, as things are with its label off.
    """

    requires: Selections = ()
    provides: Selections = ()
    external: bool = False
    overridden: bool = False
    override: Override | None = None
    type_name: str | None = None
    type_text: str | None = None


@dataclass(frozen=True)
class FieldModel:
    """A field of the supergraph. `type_text` is its type as SDL, `type_name` the named type in it."""

    name: str
    type_name: str
    type_text: str
    joins: Mapping[str, FieldJoin]

    @property
    def is_list(self) -> bool:
        return "[" in self.type_text

    @cached_property
    def resolvers(self) -> frozenset[str]:
        """The subgraphs that resolve the field for whoever brings a key, and what else it may require."""
        return frozenset(name for name, join in self.joins.items() if not join.external and not join.overridden)

    def type_in(self, subgraph: str) -> tuple[str, str]:
        """The named type and the whole type as the subgraph declares them."""
        join = self.joins.get(subgraph)
        if join is None or join.type_name is None or join.type_text is None:
            return self.type_name, self.type_text
        return join.type_name, join.type_text


@dataclass(frozen=True)
class TypeModel:
    """An object, interface or union; `keys` has an entry for every subgraph that knows the type."""

    name: str
    is_abstract: bool
    keys: Mapping[str, tuple[Key, ...]] = field(default_factory=dict)
    fields: Mapping[str, FieldModel] = field(default_factory=dict)
    implements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def _interface_objects(self) -> frozenset[str]:
        return frozenset(name for name, keys in self.keys.items() if any(key.of_interface_object for key in keys))

    @property
    def is_interface_object_somewhere(self) -> bool:
        return bool(self._interface_objects)

    def is_interface_object_in(self, subgraph: str) -> bool:
        return subgraph in self._interface_objects


@dataclass(frozen=True)
class Supergraph:
    """Immutable; everything that planning looks up. `roots` maps `query`, `mutation`, `subscription` to types."""

    subgraphs: Mapping[str, SubgraphAddress]
    types: Mapping[str, TypeModel]
    roots: Mapping[str, str]
    api_schema: GraphQLSchema

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Of progressive overrides, in order."""
        joins = (join for model in self.types.values() for one in model.fields.values() for join in one.joins.values())
        return tuple(sorted({join.override.label for join in joins if join.override}))

    @cached_property
    def _possible(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Abstract type → the object types it can be → the subgraphs that say so."""
        possible: dict[str, dict[str, frozenset[str]]] = {
            name: dict(model.members) for name, model in self.types.items() if model.is_abstract
        }
        for model in self.types.values():
            if not model.is_abstract:
                for interface, subgraphs in model.implements.items():
                    possible[interface][model.name] = subgraphs
        return possible

    @cached_property
    def _names(self) -> Mapping[str, frozenset[str]]:
        names = {name: {name} for name in self.types}
        for abstract, members in self._possible.items():
            for member in members:
                names[member].add(abstract)
        return {name: frozenset(others) for name, others in names.items()}

    @cached_property
    def _names_to_enter_by(self) -> Mapping[str, tuple[str, ...]]:
        return {
            name: (name, *(one for one in sorted(others - {name}) if self.types[one].is_interface_object_somewhere))
            for name, others in self._names.items()
        }

    def names_to_enter_by(self, type_name: str) -> tuple[str, ...]:
        """The type itself, and the interfaces of it that are interface objects somewhere."""
        return self._names_to_enter_by[type_name]

    def names_of(self, type_name: str) -> frozenset[str]:
        """The names that fragments may call an object of this type by."""
        return self._names[type_name]

    def is_abstract(self, type_name: str) -> bool:
        return self.types[type_name].is_abstract

    def possible_types(self, type_name: str) -> tuple[str, ...]:
        """The object types that a value of this type can have anywhere."""
        return tuple(self._possible[type_name]) if self.is_abstract(type_name) else (type_name,)

    def possible_types_in(self, type_name: str, subgraph: str) -> tuple[str, ...]:
        """The object types that one subgraph can answer for a value of this type."""
        if not self.is_abstract(type_name):
            return (type_name,)
        return tuple(name for name, subgraphs in self._possible[type_name].items() if subgraph in subgraphs)

    def field(self, type_name: str, field_name: str) -> FieldModel | None:
        return self.types[type_name].fields.get(field_name)

    def join(self, type_name: str, field_name: str, subgraph: str) -> FieldJoin | None:
        """How the subgraph takes part in the field; None when it does not know the field."""
        model = self.field(type_name, field_name)
        return model.joins.get(subgraph) if model else None


def print_supergraph(supergraph: Supergraph) -> str:
    """Each type with its keys, and each field with the subgraphs that can resolve it and on what terms."""
    lines = [f"{one.name} at {one.url or 'no address'}" for one in supergraph.subgraphs.values()]
    for name, model in supergraph.types.items():
        lines += ["", f"{name} in {', '.join(_print_keys(subgraph, keys) for subgraph, keys in model.keys.items())}"]
        lines += [_print_field(one) for one in model.fields.values()]
        lines += [f"  {member} in {', '.join(sorted(graphs))}" for member, graphs in model.members.items()]
    return "\n".join(lines)


def _print_keys(subgraph: str, keys: tuple[Key, ...]) -> str:
    return f"{subgraph} ({'; '.join(_print_key(key) for key in keys)})" if keys else subgraph


def _print_key(key: Key) -> str:
    kind = "interface object by" if key.of_interface_object else "by"
    return f"{kind} {print_compact(key.selections)}{'' if key.resolvable else ', not resolvable'}"


def _print_field(model: FieldModel) -> str:
    joins = (f"{subgraph}{_print_terms(join)}" for subgraph, join in model.joins.items())
    return f"  {model.name}: {model.type_text} in {', '.join(joins)}"


def _print_terms(join: FieldJoin) -> str:
    terms = [
        *(["external"] if join.external else []),
        *_print_override(join),
        *([f"requires {print_compact(join.requires)}"] if join.requires else []),
        *([f"provides {print_compact(join.provides)}"] if join.provides else []),
    ]
    return f" ({'; '.join(terms)})" if terms else ""


def _print_override(join: FieldJoin) -> Iterator[str]:
    if join.override:
        yield f"while {join.override.label} is {'on' if join.override.takes_over else 'off'}"
    elif join.overridden:
        yield "overridden"
