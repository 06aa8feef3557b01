"""Files: shared in messages, chosen in modals, told to the app and given to it, as Slack does; and the sample month."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.ingest.files import find_in
from bot.playground.files import LARGEST_IN_MODAL, SharedFile
from bot.playground.forms import UnknownInput
from bot.playground.people import GENERAL, MANAGER, MEMBER, OWNER, TELEPHONY, direct_message
from bot.playground.sample import DAYS, NAME, sample
from bot.playground.server import Nonsense, Playground, PlaygroundConfig
from tests.playground.controls import TOKEN, Json, StandInBot, modal, opened, plain, refused, write_manifest

DIRECT = direct_message(OWNER)
SIGN_IN = "Sign in"


@pytest.fixture
def config(config: PlaygroundConfig, tmp_path: Path) -> PlaygroundConfig:
    """A playground whose app may read files, and hears of messages."""
    path = write_manifest(tmp_path, events=("app_home_opened", "message.im", "app_mention"))
    text = path.read_text(encoding="utf-8").replace(
        "- im:history", "- im:history\n    - files:read\n    - app_mentions:read"
    )
    path.write_text(text, encoding="utf-8")
    return replace(config, manifest=path)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Whoever downloads."""
    async with aiohttp.ClientSession() as opened_session:
        yield opened_session


def file_input(**fields: object) -> Json:
    """A required choice of files."""
    held = {"type": "file_input", "action_id": "files", **fields}
    return {"type": "input", "block_id": "files", "label": plain("Files"), "element": held}


def chosen(*files: SharedFile) -> Json:
    """What a person submits who chose these."""
    return {"files": {"files": {"type": "file_input", "files": [file.to_page() for file in files]}}}


async def shared(playground: Playground, channel: str, text: str = "", content: bytes = b"a,b\n") -> SharedFile:
    """A file that the owner shares there."""
    file = playground.files.add(OWNER, "october.csv", content)
    await playground.say(OWNER, channel, text, [file.id])
    return file


async def test_direct_message_with_a_file_is_told(playground: Playground, bot: StandInBot) -> None:
    """The app hears of it with its files; the message shows them."""
    file = await shared(playground, DIRECT)

    event = bot.last("event_callback").payload["event"]
    assert (event["type"], event["channel_type"], event["subtype"]) == ("message", "im", "file_share")
    assert [each["id"] for each in event["files"]] == [file.id]
    assert event["files"][0]["url_private_download"].startswith(playground.url)
    [message] = playground.messages(DIRECT, OWNER)
    assert message["files"] == [file.to_page()]


async def test_direct_message_without_a_file_is_told(playground: Playground, bot: StandInBot) -> None:
    """It has no subtype and no files."""
    await playground.say(OWNER, DIRECT, "hello")

    event = bot.last("event_callback").payload["event"]
    assert (event["text"], event.get("subtype"), event.get("files")) == ("hello", None, None)


async def test_of_channels_only_mentions_are_told(playground: Playground, bot: StandInBot) -> None:
    """A message that mentions the app where it is a member comes as app_mention, with its files; no other one does."""
    await shared(playground, GENERAL, "our calls")
    await shared(playground, TELEPHONY, "@Credits our calls")
    assert [each for each in bot.received if each.kind == "event_callback"] == []

    file = await shared(playground, GENERAL, "@Credits our calls")

    event = bot.last("event_callback").payload["event"]
    assert (event["type"], event["channel"], event["files"][0]["id"]) == ("app_mention", GENERAL, file.id)


async def test_nobody_shares_anothers_file(playground: Playground) -> None:
    """Neither another person's nor one that is not there."""
    file = playground.files.add(MANAGER, "a.csv", b"")

    for file_id in (file.id, "F0NOWHERE"):
        with pytest.raises(Nonsense, match="there is no file"):
            await playground.say(OWNER, DIRECT, "", [file_id])


async def test_app_sees_what_is_shared_where_it_is(playground: Playground, client: AsyncWebClient) -> None:
    """Where it is no member, and before it is shared, there is no such file."""
    hidden = await shared(playground, TELEPHONY)
    unshared = playground.files.add(OWNER, "a.csv", b"")
    seen = await shared(playground, GENERAL)

    answer = await client.files_info(file=seen.id)

    assert (answer["file"]["name"], answer["file"]["size"], answer["file"]["user"]) == ("october.csv", 4, OWNER)
    for file in (hidden, unshared):
        assert await refused(client.files_info(file=file.id)) == "file_not_found"
    playground.files.delete(seen.id)
    assert await refused(client.files_info(file=seen.id)) == "file_not_found"
    assert playground.violations == []


async def test_download_needs_the_token(
    playground: Playground, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    """With it come the bytes; without it, or with another one, the page to sign in."""
    file = await shared(playground, DIRECT, content=b"the bytes")
    url = (await client.files_info(file=file.id))["file"]["url_private_download"]

    async with session.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as given:
        assert await given.read() == b"the bytes"
    for headers in ({}, {"Authorization": "Bearer xoxb-another"}):
        async with session.get(url, headers=headers) as page:
            assert (page.status, page.content_type, SIGN_IN in await page.text()) == (200, "text/html", True)
    playground.files.delete(file.id)
    async with session.get(url, headers={"Authorization": f"Bearer {TOKEN}"}) as gone:
        assert gone.status == 404


async def test_chosen_in_a_modal(playground: Playground, bot: StandInBot, client: AsyncWebClient) -> None:
    """The bot gets the files with the state, and may have them from then on."""
    view = await opened(playground, bot, client, modal(file_input(filetypes=["csv"])))
    file = playground.files.add(OWNER, "October.CSV", b"a")

    delivery = await playground.submit(OWNER, view.id, chosen(file))

    assert delivery.ok
    state = bot.last("view_submission").payload["view"]["state"]["values"]["files"]["files"]
    assert [each["id"] for each in state["files"]] == [file.id]
    assert (await client.files_info(file=file.id))["file"]["name"] == "October.CSV"


@pytest.mark.parametrize(
    ("name", "size", "count", "code"),
    [("a.pdf", 1, 1, "wrong_file"), ("a.csv", LARGEST_IN_MODAL + 1, 1, "file_too_large"), ("a.csv", 1, 3, "too_many")],
)
async def test_slack_checks_files_itself(
    playground: Playground, bot: StandInBot, client: AsyncWebClient, name: str, size: int, count: int, code: str
) -> None:
    """Another kind, a larger file or too many do not reach the bot; neither does a form without any."""
    view = await opened(playground, bot, client, modal(file_input(filetypes=["csv"], max_files=2)))
    files = [playground.files.add(OWNER, name, bytes(size)) for _ in range(count)]

    delivery = await playground.submit(OWNER, view.id, chosen(*files))
    without = await playground.submit(OWNER, view.id, {"files": {"files": {"type": "file_input", "files": []}}})

    assert (delivery.codes, without.codes) == ({"files": code}, {"files": "required"})


async def test_file_of_somebody_else_cannot_be_chosen(
    playground: Playground, bot: StandInBot, client: AsyncWebClient
) -> None:
    """Nobody could, in Slack."""
    view = await opened(playground, bot, client, modal(file_input()))
    file = playground.files.add(MEMBER, "a.csv", b"")

    with pytest.raises(UnknownInput, match="there is no file"):
        await playground.submit(OWNER, view.id, chosen(file))


async def test_files_survive_a_restart(config: PlaygroundConfig, tmp_path: Path) -> None:
    """With what is in them, and where they are shared."""
    kept = replace(config, data_file=tmp_path / "playground.sqlite")
    async with Playground(kept) as playground:
        file = await shared(playground, DIRECT, content=b"kept")

    async with Playground(kept) as playground:
        client = AsyncWebClient(token=TOKEN, base_url=playground.api_url)
        assert (await client.files_info(file=file.id))["file"]["size"] == 4
        assert playground.files.content(file.id) == b"kept"
        assert playground.messages(DIRECT, OWNER)[0]["files"] == [file.to_page()]


async def test_page_uploads_and_sends(playground: Playground, session: aiohttp.ClientSession) -> None:
    """The page's own routes: upload, then a message with what was uploaded; an empty one is refused."""
    url = f"{playground.url}/play"
    async with session.post(f"{url}/files", params={"user": OWNER, "name": "ö.csv"}, data=b"a,b") as answer:
        file = await answer.json()
    body = {"user": OWNER, "channel": DIRECT, "text": "", "files": [file["id"]]}

    async with session.post(f"{url}/messages", json=body) as sent:
        assert (await sent.json())["ok"]
    async with session.post(f"{url}/messages", json={**body, "files": []}) as empty:
        assert empty.status == 400
    async with session.post(f"{url}/files", params={"user": "U0NOBODY", "name": "a"}, data=b"") as nobodys:
        assert nobodys.status == 400

    assert file == {"id": file["id"], "name": "ö.csv", "size": 3}
    assert playground.messages(DIRECT, OWNER)[0]["files"] == [file]


async def test_sample_can_be_saved(playground: Playground, session: aiohttp.ClientSession) -> None:
    """As a file of its name."""
    async with session.get(f"{playground.url}/play/{NAME}") as answer:
        assert NAME in answer.headers["Content-Disposition"]
        assert (await answer.text()).startswith("UsageId,")


TODAY = date(2031, 3, 15)


def rows(today: date) -> dict[str, dict[str, str]]:
    """The sample's lines by their id."""
    return {each["UsageId"]: each for each in csv.DictReader(io.StringIO(sample(today).decode()))}


def test_sample_is_the_same_call_another_day() -> None:
    """Days that both have are alike to the letter, so that nothing is charged twice."""
    first, later = rows(TODAY), rows(TODAY + timedelta(days=10))

    both = first.keys() & later.keys()
    assert both
    assert {each: first[each] for each in both} == {each: later[each] for each in both}
    assert sample(TODAY) == sample(TODAY)


@pytest.mark.parametrize("month", range(12))
def test_sample_is_a_small_month(month: int) -> None:
    """Of the days before today, readable but for a line or two, and for less than the demo's credit."""
    today = TODAY + timedelta(days=30 * month)
    [part] = find_in(NAME, lambda: io.BytesIO(sample(today))).parts
    blocks = list(part.blocks())

    found = list(rows(today).values())
    assert 20 < sum(len(each.records) for each in blocks) < 100
    assert 1 <= sum(len(each.refused) for each in blocks) <= 4
    assert 5 < sum(Decimal(each["Charge"]) for each in found) < 25
    days = {each["Start Time"][:10] for each in found}
    assert min(days) == str(today - timedelta(days=DAYS))
    assert max(days) == str(today - timedelta(days=1))
    assert all("Sample" in each["User Display Name"] for each in found)
