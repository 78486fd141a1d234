"""`python -m tools.supergraph`: writes each service's SDL and the supergraph composed of them."""

import sys

from tools.supergraph.composition import CompositionError, compose
from tools.supergraph.subgraphs import SUPERGRAPH, printed_subgraphs, sdl_file


def main() -> None:
    subgraphs = list(printed_subgraphs())
    for subgraph in subgraphs:
        sdl_file(subgraph.name).write_text(subgraph.sdl)
    try:
        SUPERGRAPH.write_text(compose(subgraphs))
    except CompositionError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.write(f"{SUPERGRAPH} from {', '.join(subgraph.name for subgraph in subgraphs)}\n")


main()
