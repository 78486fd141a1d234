"""What the bot says, word for word."""

from services.bot.domain import replies
from services.bot.domain.replies import Balance, Pay
from shared.auth.viewer import Role
from shared.period import Month

OCTOBER = Pay(Month(2026, 10), 5, 1, "₹300.00", "₹1,550.00", "₹1,450.00", None)
SEPTEMBER = Pay(Month(2026, 9), 8, 0, "₹300.00", "₹2,400.00", "₹2,400.00", "PAID")


def test_pay_tells_this_month_and_the_last_payout() -> None:
    assert replies.pay(OCTOBER, SEPTEMBER) == (
        "October 2026, so far\n"
        "Sessions completed: 5 (of which add-ons: 1)\n"
        "Rate per session: ₹300.00\n"
        "Gross: ₹1,550.00\n"
        "Net: ₹1,450.00\n"
        "Payout: the month is not closed yet\n"
        "\n"
        "September 2026\n"
        "Sessions completed: 8\n"
        "Rate per session: ₹300.00\n"
        "Gross: ₹2,400.00\n"
        "Net: ₹2,400.00\n"
        "Payout: paid"
    )


def test_without_an_earlier_payout_there_is_only_this_month() -> None:
    assert "September" not in replies.pay(OCTOBER, None)


def test_coordinators_see_who_has_least_first() -> None:
    low = [Balance("Omar Khan", 1, 10), Balance("Asha Rao", 1, 6), Balance("மீனா", 0, 4)]
    assert replies.low_packages(low, 3) == (
        "3 families are running low:\n• மீனா: 0 of 4 left\n• Asha Rao: 1 of 6 left\n• Omar Khan: 1 of 10 left"
    )
    assert replies.low_packages(low[:1], 1).startswith("1 family is running low:")
    assert replies.low_packages([], 0) == "No family is running low."


def test_a_long_list_of_long_names_still_fits_one_message() -> None:
    text = replies.low_packages([Balance("Ñ" * 200, 100, 1000)] * 100, 2500)
    assert len(text) < 4096
    assert text.endswith("… and 2460 more in the coordinator's alerts.")


def test_parents_see_their_own() -> None:
    assert replies.own_balance(Balance("Asha Rao", 1, 10), low=True) == "Your sessions are running low: 1 of 10 left."
    assert (
        replies.own_balance(Balance("Asha Rao", 9, 10), low=False) == "Your sessions are not running low: 9 of 10 left."
    )
    assert replies.own_balance(Balance("Asha Rao", 0, 0), low=False) == "You have no package yet."


def test_an_alert_speaks_to_its_reader() -> None:
    asha = Balance("Asha Rao", 1, 10)
    assert replies.low_alert_for_parent(asha) == (
        "Your sessions are running low: 1 of 10 left. Please ask your coordinator for a new package."
    )
    assert replies.low_alert_for_coordinator(asha) == "Asha Rao is running low: 1 of 10 left."


def test_help_names_only_what_the_role_can_use() -> None:
    assert "/mypay" in replies.help_for(Role.TUTOR)
    assert "/lowpackages" not in replies.help_for(Role.TUTOR)
    assert "/mypay" not in replies.help_for(Role.PARENT)
    assert replies.help_for(Role.COORDINATOR).splitlines() == [
        "/lowpackages – Packages that are running low",
        "/help – What I can do for you",
        "/stop – Unlink this chat",
    ]
