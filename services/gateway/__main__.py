"""`python -m services.gateway`: this service alone."""

from services.gateway.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    run([COMPONENT])
