"""The committed supergraph is what the services' schemas compose to."""

import pytest

from services.gateway.federation import load_supergraph
from tools.supergraph.composition import compose, is_available
from tools.supergraph.subgraphs import (
    SUPERGRAPH,
    committed_subgraphs,
    printed_sdl,
    sdl_file,
    services_with_a_schema,
)


@pytest.mark.parametrize("service", services_with_a_schema())
def test_the_committed_sdl_is_what_the_schema_prints(service: str) -> None:
    assert printed_sdl(service) == sdl_file(service).read_text(), "run `make supergraph`"


def test_the_supergraph_is_of_these_services() -> None:
    assert set(load_supergraph(SUPERGRAPH.read_text()).subgraphs) == set(services_with_a_schema())


@pytest.mark.skipif(not is_available(), reason="node and tools/supergraph's packages")
def test_the_supergraph_is_what_the_committed_sdl_composes_to() -> None:
    assert compose(committed_subgraphs()) == SUPERGRAPH.read_text()
