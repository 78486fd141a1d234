"""What one process counts of its callers' requests."""

import pytest

from services.gateway.domain.errors import TooManyRequests
from services.gateway.endpoint.rates import OwnMinutes

ANJALI = ("subject", "anjali")
RAVI = ("subject", "ravi")


def test_a_minute_lasts_from_the_first_request_on() -> None:
    minutes = OwnMinutes()
    minutes.count(ANJALI, 1, 2, now=100)
    minutes.count(ANJALI, 1, 2, now=159)
    with pytest.raises(TooManyRequests) as refused:
        minutes.count(ANJALI, 1, 2, now=159.5)
    assert refused.value.details == {"allowed": 2, "retryAfterSeconds": 1}
    minutes.count(ANJALI, 2, 2, now=160)


def test_everybody_has_a_minute_of_their_own() -> None:
    minutes = OwnMinutes()
    minutes.count(ANJALI, 2, 2, now=100)
    minutes.count(RAVI, 2, 2, now=130)
    minutes.count(ANJALI, 2, 2, now=161)
    with pytest.raises(TooManyRequests) as refused:
        minutes.count(RAVI, 1, 2, now=161)
    assert refused.value.details["retryAfterSeconds"] == 29


def test_minutes_that_are_over_are_forgotten() -> None:
    minutes = OwnMinutes()
    for number in range(100):
        minutes.count(("address", str(number)), 1, 2, now=number)
    assert len(minutes) == 60
