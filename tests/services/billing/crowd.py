"""An organisation large enough that closing its month takes a moment, the same each time it is made."""

from datetime import date, timedelta

from tests.services.billing.packages_side import PackagesSide, at

PARENTS = 250
SESSIONS_EACH = 8


def crowd() -> tuple[PackagesSide, list[str]]:
    """October of PARENTS families, and the tutors who need a rate. Only the identifiers differ from time to time."""
    packages = PackagesSide()
    tutors = [packages.person(f"Tutor {number}", "TUTOR") for number in range(10)]
    for number in range(PARENTS):
        parent = packages.person(f"Parent {number}", "PARENT")
        child = packages.person(f"Child {number}", "CHILD", parent)
        lot = packages.sell(parent, 10, 40_000 + number, date(2026, 10, 1))
        for session in range(SESSIONS_EACH):
            day = date(2026, 10, 2) + timedelta(days=3 * session)
            starts_at = at(f"{day} 17:00")
            if session % 2:
                packages.approve((parent, child), tutors[number % 10], starts_at, "PACKAGE", package_id=lot)
            else:
                packages.approve((parent, child), tutors[number % 10], starts_at, "OVERAGE", 30_000 + session)
    return packages, [str(tutor) for tutor in tutors]
