"""`python -m services.invoicing` runs this service alone."""

from shared.runtime.running import run_alone

from services.invoicing.component import COMPONENT

if __name__ == "__main__":
    run_alone(COMPONENT)
