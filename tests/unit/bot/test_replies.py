"""What the bot says where whole conversations (tests/services/bot/conversations) do not come by."""

from datetime import date
from decimal import Decimal

import pytest
from markupsafe import Markup

from services.bot.catalogues import read_catalogues
from services.bot.domain.balance import Lot, Lots, UnpaidInvoice, balance_message, bar, next_invoice, own_state
from services.bot.domain.catalogue import Catalogue
from services.bot.domain.commands import COMMANDS_OF, MEANINGS, Command, parse
from services.bot.domain.languages import Language
from services.bot.domain.low_packages import PER_PAGE, LowFamily, LowPage, low_message
from services.bot.domain.messages import LONGEST_TEXT, Button, Message, parted
from services.bot.domain.pay import Pay, pay_message
from services.bot.domain.presses import Acknowledge, Press, ShowLowPackages, Speak, read, written
from services.bot.domain.replies import help_for, short
from shared.auth.viewer import Role
from shared.ids import new_id
from shared.period import Month
from tests.bot_api.html import read_html

ENGLISH = read_catalogues("en_IN")[Language.ENGLISH]
ALL = list(read_catalogues("en_IN").values())
IDLE = Pay(Month(2026, 10), "INR", 0, 0, Decimal(300), Decimal(0), Decimal(0), None)


def lot(bought: int, remaining: int, status: str = "ACTIVE", expires_on: date | None = None, expired: int = 0) -> Lot:
    return Lot(date(2026, 10, bought), None, 10, remaining, expired, status, expires_on)


def lots_said(*lots: Lot) -> list[str]:
    """The first line, then each lot's heading and last line."""
    said = read_html(balance_message(ENGLISH, Lots(lots), Markup("-")).text)
    heading, *rest, _ = said.split("\n\n")
    return [heading, *(f"{each.splitlines()[0]}: {each.splitlines()[-1]}" for each in rest)]


def test_a_month_without_sessions_is_short() -> None:
    assert read_html(pay_message(ENGLISH, IDLE, IDLE).text) == (
        "October 2026, so far\nNo sessions.\n\nOctober 2026\nNo sessions."
    )


@pytest.mark.parametrize(
    ("status", "said"),
    [("PENDING", "Payout: pending"), ("PROCESSED", "Payout: on its way"), (None, "Payout: when the month is closed")],
)
def test_each_payout_status_has_its_words(status: str | None, said: str) -> None:
    pay = Pay(Month(2026, 10), "INR", 1, 0, Decimal(300), Decimal(300), Decimal(300), status)
    assert read_html(pay_message(ENGLISH, IDLE, pay).text).endswith(said)


def test_lots_come_in_the_order_in_which_they_are_used() -> None:
    assert lots_said(
        lot(1, 0, "EXHAUSTED"),
        lot(2, 0, "EXPIRED", date(2026, 10, 9), expired=3),
        lot(3, 4),
        lot(4, 4, expires_on=date(2026, 12, 31)),
        lot(5, 4, expires_on=date(2026, 11, 30)),
    ) == [
        "Your packages: 12 of 30 sessions left",
        "5 Oct 2026: Valid until 30 Nov 2026",
        "4 Oct 2026: Valid until 31 Dec 2026",
        "3 Oct 2026: No expiry",
        "2 Oct 2026: Expired after 9 Oct 2026, 3 sessions unused",
        "1 Oct 2026: Used up",
    ]


def test_without_a_usable_lot_nothing_is_left() -> None:
    assert lots_said(lot(1, 0, "EXHAUSTED"))[0] == "Your packages: nothing left"
    assert "no package yet" in balance_message(ENGLISH, Lots([]), Markup("-")).text
    assert own_state(ENGLISH, 0, 0, low=False).text == "You have no package yet."


def test_older_lots_that_were_not_read_are_counted() -> None:
    assert "… and 1 older package in" in balance_message(ENGLISH, Lots([lot(1, 1)], 1), Markup("-")).text


@pytest.mark.parametrize(
    ("remaining", "total", "full"), [(0, 5, 0), (5, 5, 10), (1, 1000, 1), (999, 1000, 9), (1, 2, 5), (10, 10, 10)]
)
def test_a_bar_is_never_full_nor_empty_without_reason(remaining: int, total: int, full: int) -> None:
    assert bar(remaining, total) == "▰" * full + "▱" * (10 - full)


def test_the_next_invoice_is_the_oldest_unpaid_one() -> None:
    unpaid = [
        UnpaidInvoice("NV/2627/000007", Month(2026, 10), False, Decimal(450), "INR"),
        UnpaidInvoice("NV/2627/000003", Month(2026, 9), True, None, "INR"),
    ]
    assert read_html(next_invoice(ENGLISH, unpaid, Month(2026, 11))).splitlines() == [
        "Next invoice",
        "NV/2627/000003 for September 2026: partly paid",
        "To pay: Unavailable during the beta",
        "… and 1 more unpaid invoice",
    ]
    assert "November 2026" in next_invoice(ENGLISH, [], Month(2026, 11))


@pytest.mark.parametrize("catalogue", ALL, ids=lambda catalogue: catalogue.language)
def test_a_page_of_the_longest_names_fits_one_message(catalogue: Catalogue) -> None:
    families = [LowFamily(new_id(), "<&>" * 200, 100, 1000, seen=False) for _ in range(PER_PAGE)]
    message = low_message(catalogue, LowPage(12_500, families, 100_000))
    assert parted(message) == [message]
    assert all(len(button.press.encode()) <= 64 for button in message.buttons)
    assert len(read_html(message.text)) < LONGEST_TEXT


def test_a_long_message_is_parted_between_lines_and_nothing_is_lost() -> None:
    line = "₹ 𝟙 &amp; " * 20
    text = Markup("\n").join([Markup(f"<b>{number}</b> {line}") for number in range(60)])  # noqa: S704
    button = Button("on", "low:2")
    parts = parted(Message(text, ((button,),)))
    assert len(parts) > 2
    assert "\n".join(part.text for part in parts) == text
    assert all(len(part.text.encode("utf-16-le")) // 2 <= LONGEST_TEXT for part in parts)
    assert [part.buttons for part in parts] == [[]] * (len(parts) - 1) + [[button]]
    assert parted(Message(Markup("short"))) == [Message(Markup("short"))]


def test_a_hundred_lots_go_in_several_messages() -> None:
    lots = [lot(1 + number % 28, 5, expires_on=date(2026, 12, 31)) for number in range(100)]
    parts = parted(balance_message(ENGLISH, Lots(lots), Markup("-")))
    assert len(parts) > 1
    assert sum(part.text.count("Valid until") for part in parts) == 100


def test_help_names_only_what_the_role_can_use() -> None:
    assert "/mypay" in help_for(ENGLISH, Role.TUTOR).text
    assert "/lowpackages" not in help_for(ENGLISH, Role.TUTOR).text
    assert "/mypay" not in help_for(ENGLISH, Role.PARENT).text
    assert "/balance" not in help_for(ENGLISH, Role.COORDINATOR).text
    assert {name for names in COMMANDS_OF.values() for name in names} == set(MEANINGS)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/start abc", Command("start", "abc")),
        ("/MyPay@Nivaa_Bot  please now ", Command("mypay", "please now", "nivaa_bot")),
        ("  /help\nme", Command("help", "me")),
        ("hello /help", Command("")),
        ("/", Command("")),
        ("", Command("")),
    ],
)
def test_what_is_written_is_read_as_a_command(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize("press", [ShowLowPackages(12), Acknowledge(new_id(), 99_999), Speak(Language.HINDI)])
def test_a_button_says_what_it_was_made_to_say(press: Press) -> None:
    assert read(written(press)) == press
    assert len(written(press).encode()) <= 64


def test_long_names_are_cut() -> None:
    assert short("a" * 60) == "a" * 60
    assert short("a" * 61) == "a" * 59 + "…"
