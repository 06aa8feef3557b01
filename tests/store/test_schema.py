"""The form in which everything is kept: ours is noted with the first account, another's is told."""

import pytest

from store import keys, records, schema
from store.scripts import Client
from tests.controls import REF, Bank
from tests.everywhere import every_key

PARTITION = keys.partition_of(REF.tenant)


async def test_empty_redis_has_no_other_form(redis: Client) -> None:
    """Nothing is there that could not be read."""
    assert await schema.other_form(redis) is None
    assert await every_key(redis) == []


async def test_our_form_is_noted_with_the_first_account(redis: Client) -> None:
    """So that an earlier or later version can tell."""
    await Bank.open(redis)

    assert await redis.get(keys.form(PARTITION)) == str(schema.FORM)
    assert await schema.other_form(redis) is None


async def test_accounts_without_a_note_are_of_the_first_form(redis: Client) -> None:
    """There was no note then; an account that is opened beside them does not make them ours."""
    await redis.sadd(keys.tenants(PARTITION), "T0OLD")
    await Bank.open(redis)

    assert await schema.other_form(redis) == 1


@pytest.mark.parametrize("form", [schema.FORM - 1, schema.FORM + 1])
async def test_other_form_is_told(redis: Client, form: int) -> None:
    """What an earlier or later version has noted, in whichever partition."""
    await Bank.open(redis)
    await redis.set(keys.form(PARTITION), form)

    assert await schema.other_form(redis) == form


def test_form_goes_with_the_packs_of_entries() -> None:
    """A version that writes packs which the one before cannot read keeps everything in another form."""
    assert (records.FORMAT, schema.FORM) == ("2", 3)
