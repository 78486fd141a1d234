"""`python -m services.bot`: this service alone."""

from services.bot.component import COMPONENT
from shared.runtime.running import run

if __name__ == "__main__":
    run([COMPONENT])
