"""`python -m services.gateway`: this service alone; with `--supergraph FILE` the engine over any other supergraph."""

import sys

from services.gateway import standalone
from services.gateway.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    if any(argument.partition("=")[0] == "--supergraph" for argument in sys.argv[1:]):
        standalone.main()
    else:
        run([COMPONENT])
