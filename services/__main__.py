"""`python -m services`: all five in one process."""

from services.embedded import COMPONENTS
from shared.runtime.running import run

if __name__ == "__main__":
    run(COMPONENTS)
