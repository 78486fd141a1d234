"""What the bot says, as plain text. Amounts come as the gateway displays them, a placeholder under the freeze."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.dates import format_date

from shared.auth.viewer import Role
from shared.period import Month

LOCALE = "en_IN"
LINES_SHOWN = 40
"""Forty lines of the longest names stay below Telegram's 4,096 characters."""
_LONGEST_NAME = 60

COMMANDS = {
    "mypay": "This month's sessions and pay so far",
    "lowpackages": "Packages that are running low",
    "help": "What I can do for you",
    "stop": "Unlink this chat",
}
_FOR_ROLE = {
    Role.TUTOR: ("mypay", "help", "stop"),
    Role.PARENT: ("lowpackages", "help", "stop"),
    Role.COORDINATOR: ("lowpackages", "help", "stop"),
}

LINK_IS_OVER = "This link has been used or has expired. Please create a new one in your workspace."
NOT_LINKED = "This chat is not linked to anyone. Please open the link that your workspace creates for you."
UNLINKED = "This chat is unlinked. You will not hear from me any more."
TUTORS_ONLY = "/mypay is for tutors."
FAMILIES_ONLY = "/lowpackages is for parents and coordinators."
TRY_LATER = "I cannot reach the office at the moment. Please try again in a minute."


@dataclass(frozen=True, slots=True)
class Pay:
    """A tutor's month. `sessions_completed` includes the add-ons; without a `status` the month is not closed yet."""

    month: Month
    sessions_completed: int
    addon_sessions: int
    rate: str
    gross: str
    net: str
    status: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a family's packages."""

    parent_name: str
    remaining: int
    total_sessions: int


def welcome(role: Role) -> str:
    return f"Welcome! This chat is linked.\n\n{help_for(role)}"


def help_for(role: Role) -> str:
    return "\n".join(f"/{name} – {COMMANDS[name]}" for name in _FOR_ROLE[role])


def pay(current: Pay, last_payout: Pay | None) -> str:
    parts = [_pay(f"{_month(current.month)}, so far", current)]
    if last_payout is not None:
        parts.append(_pay(_month(last_payout.month), last_payout))
    return "\n\n".join(parts)


def low_packages(low: Sequence[Balance], total_count: int) -> str:
    """The coordinators' list, least left first; `total_count` counts also what `low` leaves out."""
    if not low:
        return "No family is running low."
    ordered = sorted(low, key=lambda balance: (balance.remaining, balance.parent_name))[:LINES_SHOWN]
    heading = "1 family is running low:" if total_count == 1 else f"{total_count} families are running low:"
    lines = [heading, *(f"• {_short(balance.parent_name)}: {_left(balance)}" for balance in ordered)]
    if total_count > len(ordered):
        lines.append(f"… and {total_count - len(ordered)} more in the coordinator's alerts.")
    return "\n".join(lines)


def own_balance(balance: Balance, low: bool) -> str:
    if balance.total_sessions == 0:
        return "You have no package yet."
    state = "Your sessions are running low" if low else "Your sessions are not running low"
    return f"{state}: {_left(balance)}."


def low_alert_for_parent(balance: Balance) -> str:
    return f"Your sessions are running low: {_left(balance)}. Please ask your coordinator for a new package."


def low_alert_for_coordinator(balance: Balance) -> str:
    return f"{_short(balance.parent_name)} is running low: {_left(balance)}."


def _pay(heading: str, pay: Pay) -> str:
    sessions = f"Sessions completed: {pay.sessions_completed}"
    if pay.addon_sessions:
        sessions += f" (of which add-ons: {pay.addon_sessions})"
    status = pay.status.lower() if pay.status else "the month is not closed yet"
    return f"{heading}\n{sessions}\nRate per session: {pay.rate}\nGross: {pay.gross}\nNet: {pay.net}\nPayout: {status}"


def _month(month: Month) -> str:
    return format_date(month.first_day, "MMMM yyyy", LOCALE)


def _left(balance: Balance) -> str:
    return f"{balance.remaining} of {balance.total_sessions} left"


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
