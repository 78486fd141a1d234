"""Selections: the one value that operations, keys, requirements and fetches are all written in.

A selection set is a tuple of fields and fragments. Fragments spreads, `@skip` and `@include` are gone by the time
that a selection exists; a `Fragment` remains only where it narrows an interface or a union.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse, print_ast

TYPENAME = "__typename"
ABOUT_THE_SCHEMA = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Field:
    """`key: name(arguments) { selections }`; `arguments` is printed GraphQL, `variables` are those it names."""

    name: str
    key: str
    arguments: str = ""
    variables: tuple[str, ...] = ()
    selections: "Selections" = ()
    _hash: int | None = field(default=None, init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        """Computed once: the planner looks up whole trees of fields again and again."""
        if self._hash is None:
            of_all = hash((self.name, self.key, self.arguments, self.variables, self.selections))
            object.__setattr__(self, "_hash", of_all)
        return self._hash or 0


@dataclass(frozen=True, slots=True)
class Fragment:
    """`... on type { selections }`."""

    on: str
    selections: "Selections"


Selection = Field | Fragment
Selections = tuple[Selection, ...]


def parse_field_set(text: str) -> Selections:
    """The selections of a `join__FieldSet` such as `id organisation { id }`."""
    definition = parse("{" + text + "}", no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)  # noqa: S101 - a brace always starts an operation
    return _from_ast(definition.selection_set)


def _from_ast(selection_set: SelectionSetNode | None) -> Selections:
    return tuple(_selections_from_ast(selection_set)) if selection_set else ()


def _selections_from_ast(selection_set: SelectionSetNode) -> Iterator[Selection]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            arguments = ", ".join(print_ast(argument) for argument in node.arguments or ())
            yield Field(node.name.value, node.name.value, arguments, (), _from_ast(node.selection_set))
        elif isinstance(node, InlineFragmentNode):
            inner = _from_ast(node.selection_set)
            if node.type_condition:
                yield Fragment(node.type_condition.name.value, inner)
            else:
                yield from inner


def merge(selections: Iterable[Selection]) -> Selections:
    """Fields with one response key become one field, in order of first appearance."""
    merged: dict[object, Selection] = {}
    for one in selections:
        place: object = one.key if isinstance(one, Field) else one
        known = merged.get(place)
        merged[place] = replace(one, selections=merge(known.selections + one.selections)) if known else one
    return tuple(merged.values())


def collect(selections: Selections, names: frozenset[str]) -> tuple[Field, ...]:
    """The fields that an object answers, merged; `names` are its type's own and those of its abstract types."""
    plain = {one.key: one for one in selections if isinstance(one, Field)}
    if len(plain) == len(selections):
        return tuple(plain.values())
    return tuple(one for one in merge(_applicable(selections, names)) if isinstance(one, Field))


def _applicable(selections: Selections, names: frozenset[str]) -> Iterator[Field]:
    for selection in selections:
        if isinstance(selection, Field):
            yield selection
        elif selection.on in names:
            yield from _applicable(selection.selections, names)


def count_leaves(selections: Iterable[Selection]) -> int:
    """How many leaf fields there are, the measure of what is still to be planned."""
    return sum(1 if _is_leaf(selection) else count_leaves(selection.selections) for selection in selections)


def _is_leaf(selection: Selection) -> bool:
    return isinstance(selection, Field) and not selection.selections


def variables_of(selections: Iterable[Selection]) -> Iterator[str]:
    """The variables used, in order of appearance, repeated ones too."""
    for selection in selections:
        if isinstance(selection, Field):
            yield from selection.variables
        yield from variables_of(selection.selections)


def fields_of(selections: Iterable[Selection]) -> Iterator[Field]:
    """Those of fragments too, whatever type they are for."""
    for one in selections:
        if isinstance(one, Field):
            yield one
        else:
            yield from fields_of(one.selections)


def find_field(selections: Selections, name: str) -> Field | None:
    """The plain field of that name, outside of fragments."""
    return next((field for field in selections if isinstance(field, Field) and field.name == name), None)


def disagree(ours: Iterable[Selection], theirs: Iterable[Selection]) -> bool:
    """Whether the two ask for the same field with different arguments, which one answer cannot hold."""
    known = {one.name: one for one in fields_of(ours)}
    return any(
        one.name in known
        and (known[one.name].arguments != one.arguments or disagree(known[one.name].selections, one.selections))
        for one in fields_of(theirs)
    )


def print_selections(selections: Selections, indent: str = "") -> str:
    """Readable GraphQL, one selection per line."""
    return "\n".join(_print_lines(selections, indent))


def _print_lines(selections: Selections, indent: str) -> Iterator[str]:
    for selection in selections:
        head = f"{indent}{print_head(selection)}"
        if not selection.selections:
            yield head
            continue
        yield f"{head} {{"
        yield from _print_lines(selection.selections, indent + "  ")
        yield f"{indent}}}"


def print_head(selection: Selection) -> str:
    """A selection without what is inside it."""
    if isinstance(selection, Fragment):
        return f"... on {selection.on}"
    alias = "" if selection.key == selection.name else f"{selection.key}: "
    arguments = f"({selection.arguments})" if selection.arguments else ""
    return f"{alias}{selection.name}{arguments}"


def print_compact(selections: Selections) -> str:
    """GraphQL on one line, as it is sent to subgraphs."""
    parts = (
        f"{print_head(one)} {{ {print_compact(one.selections)} }}" if one.selections else print_head(one)
        for one in selections
    )
    return " ".join(parts)
