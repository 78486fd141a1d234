import pytest

from services.packages.domain.people import PersonDetails, check_details
from shared.errors import InvalidInput


def test_blanks_are_trimmed_and_empty_contacts_are_none() -> None:
    details = check_details(PersonDetails("  आशा   राव ", " asha@example.org ", ""))
    assert details == PersonDetails("आशा राव", "asha@example.org", None)


def test_names_of_any_script_are_kept_as_written() -> None:
    for name in ("Zoë Ångström", "அனிதா", "মীনা", "O’Neil", "ലക്ഷ്മി\u200dക്"):
        assert check_details(PersonDetails(name)).name == name


@pytest.mark.parametrize(
    "details",
    [
        PersonDetails("   "),
        PersonDetails("x" * 201),
        PersonDetails("Asha\x00Rao"),
        PersonDetails("Asha", email="asha"),
        PersonDetails("Asha", email="@example.org"),
        PersonDetails("Asha", email="a" * 250 + "@example.org"),
        PersonDetails("Asha", phone="call me"),
        PersonDetails("Asha", phone="+91" + "0" * 40),
        PersonDetails("Asha", phone="()"),
    ],
)
def test_what_nobody_can_be_reached_by_is_refused(details: PersonDetails) -> None:
    with pytest.raises(InvalidInput):
        check_details(details)
