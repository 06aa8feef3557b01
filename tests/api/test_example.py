"""The exchange of docs/examples, against a live server: calls are authorised, paid by the minute, and ended in time."""

import importlib.util
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.site import HERE

PLACE = Path(__file__).parents[2] / "docs" / "examples" / "pbx.py"
RATE = Decimal("0.32")


def example() -> Any:
    """The example, as a module."""
    spec = importlib.util.spec_from_file_location("pbx", PLACE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["pbx"] = module
    spec.loader.exec_module(module)
    return module


pbx = example()


class Line:
    """A call that would last so many seconds; its clock runs only as it is waited for."""

    def __init__(self, call_id: str, seconds: int) -> None:
        self.id = call_id
        self.left = seconds
        self.connected = False

    def connect(self) -> None:
        """It begins."""
        self.connected = True

    def lasts_until(self, second: int) -> bool:
        """Whether it does."""
        return self.left > second

    def end(self, second: int) -> None:
        """No longer than that."""
        self.left = min(self.left, second)

    def minutes(self) -> int:
        """Begun ones."""
        return -(-self.left // 60)


class Lossy(httpx.HTTPTransport):
    """Does what is asked and loses the answer, every other time."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, if it is not lost."""
        answer = super().handle_request(request)
        self.count += 1
        if self.count % 2:
            answer.read()
            answer.close()
            raise httpx.ReadError("lost", request=request)
        return answer


@pytest.fixture
def http(live: tuple[str, str]) -> Iterator[httpx.Client]:
    """A client with 99.50 dollars."""
    url, secret = live
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


def account(http: httpx.Client) -> dict[str, Any]:
    """The account as it stands."""
    found: dict[str, Any] = http.get(HERE).json()
    return found


def test_call_is_paid_by_the_minute(http: httpx.Client) -> None:
    """Two and a half minutes cost three; nothing stays set aside."""
    line = Line("call-a", 150)

    assert pbx.pay_for(line, pbx.Credits(http), RATE) == Decimal("0.96")
    assert account(http)["balance"]["amount"] == "99.040000"
    assert account(http)["held"]["amount"] == "0.500000"  # what was open before


def test_call_ends_when_credit_does(http: httpx.Client) -> None:
    """With credit for two minutes, a call of an hour ends after two: paid, and not a second free."""
    line = Line("call-b", 3600)

    assert pbx.pay_for(line, pbx.Credits(http), Decimal(40)) == Decimal(80)
    assert line.left == 120
    assert account(http)["balance"]["amount"] == "20.000000"


def test_call_without_credit_does_not_begin(http: httpx.Client) -> None:
    """Nothing is set aside, and the exception says how much is missing."""
    line, credits_ = Line("call-c", 60), pbx.Credits(http)

    assert pbx.pay_for(line, credits_, Decimal(100)) is None
    assert not line.connected
    with pytest.raises(pbx.InsufficientCreditError) as refused:
        credits_.authorise("call-d", Decimal(100), 60)
    assert refused.value.missing == Decimal("0.50")


def test_lost_answers_cost_nothing(live: tuple[str, str]) -> None:
    """Where every other answer is lost, each step is sent again, and the call is paid once."""
    url, secret = live
    waited: list[float] = []
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=url, headers=headers, transport=Lossy()) as http:
        assert pbx.pay_for(Line("call-e", 150), pbx.Credits(http, sleep=waited.append), RATE) == Decimal("0.96")

    with httpx.Client(base_url=url, headers=headers) as http:
        assert account(http)["balance"]["amount"] == "99.040000"
    assert len(waited) == 4


def test_refusal_that_is_not_about_credit_is_told(http: httpx.Client) -> None:
    """Everything else is an error with its code."""
    credits_ = pbx.Credits(http, currency="EUR")

    with pytest.raises(pbx.CreditsError, match="own currency") as refused:
        credits_.authorise("call-f", RATE, 60)
    assert refused.value.code == "currency_mismatch"
