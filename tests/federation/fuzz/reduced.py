"""A difference made small: parts of the operation, then of the world, go as long as it stays one."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NameNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.federation.fuzz.compared import Bench, Comparison, OpenWorld
from tests.federation.fuzz.operations import Asked
from tests.federation.fuzz.world import World

Differs = Callable[[Comparison], bool]


async def reduced(bench: Bench, world: World, asked: Asked, differs: Differs) -> tuple[World, Comparison]:
    """The smallest world and operation found, from where it differs already."""
    async with bench.opened(world) as opened:
        assert opened
        found = await _smallest_operation(opened, asked, differs)
    index = 0
    while (smaller := _without(world, index)) is not None:
        async with bench.opened(smaller) as opened:
            again = await _answered(opened, found.asked) if opened else None
        if again and differs(again):
            world, found = smaller, again
        else:
            index += 1
    return world, found


async def _smallest_operation(opened: OpenWorld, asked: Asked, differs: Differs) -> Comparison:
    found = await _answered(opened, asked)
    assert found
    candidates = _smaller_operations(asked)
    while (candidate := next(candidates, None)) is not None:
        again = await _answered(opened, candidate) if len(candidate.query) < len(found.asked.query) else None
        if again and differs(again):
            found, candidates = again, _smaller_operations(candidate)
    return found


async def _answered(opened: OpenWorld, asked: Asked) -> Comparison | None:
    document = parse(asked.query)
    return None if validate(opened.schema, document) else await opened.compare(asked, document)


def _without(world: World, index: int) -> World | None:
    """The world without one of its fields."""
    smaller = deepcopy(world)
    places = [(place, name) for place, part in smaller.parts.items() for name in part.fields]
    if index >= len(places):
        return None
    place, name = places[index]
    del smaller.parts[place].fields[name]
    return smaller


def _smaller_operations(asked: Asked) -> Iterator[Asked]:
    document = parse(asked.query, no_location=True)
    sets: list[SelectionSetNode] = []
    visit(document, _SelectionSets(sets))
    for one in sets:
        for index, selection in enumerate(one.selections):
            for instead in _instead_of(selection):
                selections = (*one.selections[:index], *instead, *one.selections[index + 1 :])
                if selections:
                    yield _tidied(asked, visit(document, _Change(one, SelectionSetNode(selections=selections))))


def _instead_of(selection: SelectionNode) -> Iterator[tuple[SelectionNode, ...]]:
    yield ()
    if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
        yield selection.selection_set.selections
        yield (_changed(selection, selection_set=_TYPENAME),)
    if selection.directives:
        yield (_changed(selection, directives=()),)
    if isinstance(selection, FieldNode) and selection.alias:
        yield (_changed(selection, alias=None),)
    if isinstance(selection, FieldNode) and selection.arguments:
        yield (_changed(selection, arguments=()),)


def _changed(node: Any, **changes: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **changes})


_TYPENAME = SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")),))


class _SelectionSets(Visitor):
    def __init__(self, found: list[SelectionSetNode]) -> None:
        super().__init__()
        self.found = found

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        self.found.append(node)


class _Change(Visitor):
    def __init__(self, old: SelectionSetNode, new: SelectionSetNode) -> None:
        super().__init__()
        self.old, self.new = old, new

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode | None:
        return self.new if node is self.old else None


def _tidied(asked: Asked, document: DocumentNode) -> Asked:
    """Without the fragments and variables that nothing uses any more."""
    used = _Used()
    visit(document, used)
    text = print_ast(visit(document, _Tidy(used)))
    variables = {name: value for name, value in asked.variables.items() if name in used.variables}
    return replace(asked, query=text, variables=variables)


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.fragments: set[str] = set()
        self.variables: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.fragments.add(node.name.value)

    def enter_variable(self, node: VariableNode, _key: object, parent: object, *_: object) -> None:
        if not isinstance(parent, VariableDefinitionNode):
            self.variables.add(node.name.value)


class _Tidy(Visitor):
    def __init__(self, used: _Used) -> None:
        super().__init__()
        self.used = used

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> Any:
        return None if node.name.value in self.used.fragments else REMOVE

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> Any:
        return None if node.variable.name.value in self.used.variables else REMOVE
