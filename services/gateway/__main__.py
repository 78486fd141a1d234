"""Runs the gateway alone."""

from services.gateway.component import COMPONENT
from shared.runtime.running import run

run([COMPONENT])
