"""`python -m services.packages`: this service alone."""

from services.packages.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    run([COMPONENT])
