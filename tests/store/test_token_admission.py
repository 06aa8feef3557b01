"""API tokens at the door: which of them let a request in, until when, and how many requests."""

from store import token_text
from store.outcomes import Reason, Refused
from store.tokens import Limited, Scope, Tokens
from tests.controls import Bank
from tests.store.admitting import DAY_H, HERE, RATE, admitted, arrange, listed, make, tokens_of
from tests.store.banks import bank_on_clock
from tests.store.clock import Clock

bank = bank_on_clock(arrange)


async def test_made_token_lets_its_holder_in(bank: Bank, clock: Clock) -> None:
    """A request with the token is admitted in its maker's workspace, with its scopes, under its public id."""
    made = await make(bank, scopes=[Scope.RATES_READ, Scope.HOLDS_WRITE, Scope.HOLDS_WRITE])

    found = await admitted(bank, made.secret)

    assert (found.id, found.tenant, found.account, found.name) == (made.id, HERE, "", "PBX")
    assert found.scopes == {Scope.RATES_READ, Scope.HOLDS_WRITE}
    assert found.actor == f"api:{made.id}"


async def test_mistyped_token_does_not_reach_redis(bank: Bank) -> None:
    """Its check tells a token with one wrong letter, and any other text, from a real one without asking Redis."""
    made = await make(bank)
    at = len(made.secret) - 20
    wrong = made.secret[:at] + ("x" if made.secret[at] != "x" else "y") + made.secret[at + 1 :]
    nowhere = Tokens(None, bank.roles)

    assert token_text.tenant_of(made.secret) == HERE
    for each in (wrong, made.secret[:-1], "", "xoxb-1", made.secret.replace(HERE, "T0OTHER"), f"{made.secret}\n"):
        assert await nowhere.admit(each, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


async def test_unknown_token_is_refused(bank: Bank) -> None:
    """A well-formed token that nobody made is refused."""
    invented = token_text.checked(f"crd_{HERE}_{'a' * 32}")

    assert await tokens_of(bank).admit(invented, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


async def test_token_is_nobody_in_another_workspace(bank: Bank) -> None:
    """The same secret under another workspace's name, with a check that fits, is unknown."""
    made = await make(bank)
    elsewhere = token_text.checked(made.secret[:-6].replace(HERE, "T0OTHER"))

    assert token_text.tenant_of(elsewhere) == "T0OTHER"
    assert await tokens_of(bank).admit(elsewhere, per_minute=RATE) == Refused(Reason.UNKNOWN_TOKEN)


async def test_expired_token_is_refused_from_the_very_moment(bank: Bank, clock: Clock) -> None:
    """A millisecond before its end it is good; at its end it is over."""
    made = await make(bank, days=1)

    clock.advance(hours=DAY_H, milliseconds=-1)
    assert (await admitted(bank, made.secret)).id == made.id
    clock.advance(milliseconds=1)
    assert await tokens_of(bank).admit(made.secret, per_minute=RATE) == Refused(Reason.TOKEN_EXPIRED)


async def test_last_use_is_written_once_a_minute(bank: Bank, clock: Clock) -> None:
    """Within a minute after it was noted, further uses write nothing of it."""
    made, began = await make(bank), clock.ms
    await admitted(bank, made.secret)

    clock.advance(seconds=59)
    await admitted(bank, made.secret)
    assert (await listed(bank))[0].seen_ms == began
    clock.advance(seconds=1)
    await admitted(bank, made.secret)
    assert (await listed(bank))[0].seen_ms == clock.ms


async def test_bucket_lets_so_many_in_at_once_and_then_one_by_one(bank: Bank, clock: Clock) -> None:
    """A full minute's requests may come together; then each has to wait until there is room for one."""
    made = await make(bank)
    remaining = [(await admitted(bank, made.secret)).remaining for _ in range(RATE)]

    assert remaining == list(range(RATE - 1, -1, -1))
    refused = await tokens_of(bank).admit(made.secret, per_minute=RATE)
    assert refused == Limited(made.id, retry_in_s=1, full_in_s=60)
    clock.advance(milliseconds=999)
    assert isinstance(await tokens_of(bank).admit(made.secret, per_minute=RATE), Limited)
    clock.advance(milliseconds=1)
    assert (await admitted(bank, made.secret)).remaining == 0
    assert isinstance(await tokens_of(bank).admit(made.secret, per_minute=RATE), Limited)


async def test_bucket_is_full_again_after_a_minute_and_no_fuller(bank: Bank, clock: Clock) -> None:
    """However long nothing came, no more than a minute's requests are let in together."""
    made = await make(bank)
    await admitted(bank, made.secret)

    clock.advance(hours=2)
    found = await admitted(bank, made.secret)

    assert (found.remaining, found.full_in_s) == (RATE - 1, 1)


async def test_rates_of_tokens_are_apart(bank: Bank, clock: Clock) -> None:
    """One token's requests take nothing from another's."""
    one, other = await make(bank, operation_id="a"), await make(bank, operation_id="b")
    await admitted(bank, one.secret, per_minute=1)

    assert isinstance(await tokens_of(bank).admit(one.secret, per_minute=1), Limited)
    assert (await admitted(bank, other.secret, per_minute=1)).remaining == 0
