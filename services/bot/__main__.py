"""`python -m services.bot`: this service alone."""

from services.bot.component import COMPONENT
from shared.runtime.alone import run_alone

if __name__ == "__main__":
    run_alone(COMPONENT)
