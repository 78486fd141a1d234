"""A payout's lines in the canonical form of domain/digest.py, written by the database: a month may have a million."""

PAYOUT_LINE_ORDER = "kind, day, session_id, deduction_id"
"""Within one payout."""

_QUOTED = """coalesce('"' || {}::text || '"', 'null')"""

CANONICAL_PAYOUT_LINE = " || ',' || ".join(
    [
        """'["pay","' || kind || '"'""",
        _QUOTED.format("session_id"),
        _QUOTED.format("deduction_id"),
        _QUOTED.format("day"),
        "coalesce(amount_minor, 0)::text || ']'",
    ]
)
"""An expression over a row that has a payout line's columns. What no rate covers counts as nothing earned."""
