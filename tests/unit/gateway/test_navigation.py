from services.gateway.domain.navigation import ITEMS, items_for
from shared.auth.viewer import Role


def test_every_workspace_has_items_that_show_money_and_items_that_do_not() -> None:
    for workspace in (Role.PARENT, Role.TUTOR, Role.COORDINATOR):
        assert {item.shows_money for item in items_for(workspace)} == {True, False}


def test_keys_are_unique_in_a_workspace() -> None:
    for items in ITEMS.values():
        assert len({item.key for item in items}) == len(items)


def test_services_have_no_navigation() -> None:
    assert items_for(None) == ()
