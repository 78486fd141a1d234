"""`python -m services.invoicing`: this service alone."""

from services.invoicing.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    run([COMPONENT])
