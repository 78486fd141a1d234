"""`python -m services.billing`: this service alone."""

from services.billing.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    run([COMPONENT])
