"""What a statement reads."""

from typing import Any

Row = dict[str, Any]
