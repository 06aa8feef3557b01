"""`/credits usage`, `why` and `rate`, through the whole bot."""

import pytest

from bot.playground.people import MANAGER, MEMBER
from handlers import ids, parsing
from handlers.call import _told
from handlers.parsing import UsageError
from store import keys
from store.pools import Pool, label, month_number
from store.records import UsageRecord
from store.report import Part, Period
from tests.store.rating import card
from tests.world import BOSS, REF, World, texts_in, usd

CALL = "5b1f0a52-0000-4000-8000-00000000000a"
RATE = "rate 00ff00ff00 44 15000 60/60 0 120"


async def call(world: World) -> None:
    """A call to the United Kingdom, today."""
    now_ms = await world.services.usage.now_ms()
    line = UsageRecord(
        CALL, usd("0.03"), now_ms, "United Kingdom", "", "calling", 61, "+447700900123", "anna@contoso.example", "Sales"
    )
    line = UsageRecord(**{**{name: getattr(line, name) for name in line.__slots__}, "basis": RATE})
    await world.services.ledger.post_records(REF, [line], actor="test")


async def test_usage_is_shown_at_once(world: World) -> None:
    """Also what was charged a moment ago; a button shows it divided otherwise, in place."""
    await call(world)

    answer = await world.answer(MANAGER, "/credits usage month destination")

    assert {"data_visualization", "data_table"} <= {block["type"] for block in answer["blocks"]}
    assert "United Kingdom" in texts_in(answer)
    await world.press(MANAGER, answer, ids.USAGE_PARTS["centre"])
    await world.playground.wait_for(lambda: "Sales" in texts_in(world.playground.messages(answer["channel"], MANAGER)))
    assert len(world.playground.messages(answer["channel"], MANAGER)) == 1


async def test_usage_is_plain_where_slack_takes_no_chart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same figures, in words."""
    await call(world)

    async def refuses(url: str, answer: dict[str, object]) -> bool:
        return "data_table" not in str(answer) and await _told(url, answer)

    monkeypatch.setattr("handlers.call._told", refuses)

    answer = await world.answer(MANAGER, "/credits usage 7d destination")

    assert {block["type"] for block in answer["blocks"]} <= {"header", "section", "context", "actions"}
    assert "$0.03*  United Kingdom · 1 call" in texts_in(answer)


@pytest.mark.parametrize("service", ["resumed", "toll-free", "fax"])
async def test_service_of_any_name_is_shown(world: World, service: str) -> None:
    """Whoever reports calls names their service, also as one of our texts is named; what it says keeps to its line."""
    now_ms = await world.services.usage.now_ms()
    line = UsageRecord(CALL, usd("0.03"), now_ms, "Paris\n\n*Approved*", service=service)
    await world.services.ledger.post_records(REF, [line], actor="test")

    used = texts_in(await world.answer(MANAGER, "/credits usage 7d service"))
    told = texts_in(await world.answer(MANAGER, f"/credits why {CALL}"))

    shown = "Toll-free" if service == "toll-free" else service
    assert shown in used
    assert f"{shown} to Paris *Approved* ·" in told


@pytest.mark.parametrize("plain", [False, True])
async def test_usage_says_what_pools_gave(world: World, monkeypatch: pytest.MonkeyPatch, *, plain: bool) -> None:
    """Each pool's minutes of this month, used and left, as the ledger counts them; also without blocks of late."""
    pools = [Pool("audio", ("conference",), 3_600, 25), Pool("abroad", ("calling",), 600, 10)]
    await world.services.plans.set_pools(BOSS, REF, pools, operation_id="pools")
    month = label(month_number(await world.services.usage.now_ms(), "UTC"))
    await world.redis.hset(keys.pooled(REF), f"audio:{month}", "40500 0")

    async def refuses(url: str, answer: dict[str, object]) -> bool:
        return "data_table" not in str(answer) and await _told(url, answer)

    if plain:
        monkeypatch.setattr("handlers.call._told", refuses)
        await call(world)

    answer = texts_in(await world.answer(MANAGER, "/credits usage"))

    assert "▰▰▰▰▱▱▱▱▱▱ 45%  *audio* (Conference dial-out): 675 of 1,500 minutes used, 825 left" in answer
    assert "▱▱▱▱▱▱▱▱▱▱ 0%  *abroad* (Calling): 0 of 100 minutes used, 100 left" in answer


async def test_why_tells_managers_more(world: World) -> None:
    """Who called and the whole number are not for everyone."""
    await call(world)

    told = texts_in(await world.answer(MANAGER, f"/credits why {CALL}"))
    assert "+447700900123" in told
    assert "anna@contoso.example" in told
    assert "$0.015 × 120 s ÷ 60 = $0.03" in told
    told = texts_in(await world.answer(MEMBER, f"/credits warum {CALL}"))
    assert "+447700900***" in told
    assert "anna" not in told


async def test_unknown_id_is_told(world: World) -> None:
    """With what an id is."""
    assert "I find no call" in texts_in(await world.answer(MANAGER, "/credits why 5b1f0a52"))
    assert "Type the id" in texts_in(await world.answer(MANAGER, "/credits why"))


async def test_rate_is_told(world: World) -> None:
    """By the card that is valid now, with the arithmetic."""
    await world.services.cards.load(BOSS, REF.tenant, card({"44": 15_000, "447": 320_000}))

    told = texts_in(await world.answer(MANAGER, "/credits rate +44 7700 900123"))

    assert "$0.32 a minute" in told
    assert "5:07: $0.32 × 360 s ÷ 60 = $1.92" in told
    assert "The digits behind it decide" in texts_in(await world.answer(MANAGER, "/credits rate 0044"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", (Period.WEEK, Part.SERVICE)),
        ("30d", (Period.DAYS, Part.SERVICE)),
        ("Monat Ziel", (Period.MONTH, Part.DESTINATION)),
        ("cost-centre 7t", (Period.WEEK, Part.CENTRE)),
    ],
)
def test_period_is_read(typed: str, expected: tuple[Period, Part]) -> None:
    """In any order and both languages."""
    assert parsing.usage(typed) == expected


@pytest.mark.parametrize(
    ("typed", "digits", "whole", "service"),
    [
        ("+44 7700 900123", "447700900123", True, "calling"),
        ("0044 7700 900123 toll-free", "447700900123", True, "toll-free"),
        ("+44 77", "4477", False, "calling"),
        ("+49", "49", False, "calling"),
    ],
)
def test_number_is_read(typed: str, digits: str, whole: bool, service: str) -> None:
    """With its country; the beginning of a number is one, too."""
    found = parsing.number(typed, "en-US")

    assert (found.digits, found.whole, found.service) == (digits, whole, service)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        *(
            ("", "rate-missing"),
            ("hello", "rate-no-number"),
            ("+44 77***", "rate-no-number"),
            ("+", "rate-no-number"),
        ),
        *(("07700 900123", "rate-no-country"), ("+999 123456", "rate-bad-country")),
        ("+44 7700 900123 No_Service", "rate-no-number"),
    ],
)
def test_no_number_is_told(typed: str, key: str) -> None:
    """And which country is meant is asked, never guessed."""
    with pytest.raises(UsageError) as told:
        parsing.number(typed, "en-GB")

    assert told.value.key == key
    if key == "rate-no-country":
        assert told.value.variables["proposed"] == "+44 7700 900123"
