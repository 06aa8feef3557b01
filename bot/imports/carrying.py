"""One order, carried from step to step: looked into, asked about, charged, told."""

import asyncio
import importlib
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.imports.fetching import FetchError, fetch
from bot.imports.speaking import Message, Speaker
from bot.ingest.refusals import UnreadableFileError
from handlers.locales import Texts
from handlers.views import imports as views
from handlers.views.imports import BROKEN, OTHER, Counted, Progress, Trouble
from store.account import Account
from store.ledger import Ledger
from store.orders import Hands, Order, Orders, Step
from store.outcomes import Reason
from store.roles import Actor, Roles
from store.scripts import Client
from store.workspaces import Workspaces as Accounts

if TYPE_CHECKING:
    from bot.imports.charging import Charger, Run
    from bot.imports.looking import Opened


class Carrier:
    """Carries an order on, as the one worker that has it.

    Whatever step it was ended in, the next worker begins that step anew: files are fetched again and known by what is
    in them, and records that are charged stay charged.
    """

    def __init__(
        self, redis: Client, hands: Hands, speaker: Speaker, client: AsyncWebClient, order: Order, stop: asyncio.Event
    ) -> None:
        self._redis = redis
        self._hands = hands
        self._speaker = speaker
        self._client = client
        self._order = order
        self._stop = stop
        self._texts = Texts.of(order.locale)

    async def carry(self) -> None:
        """Do what the order's step says, and move it to the next one.

        Raises:
            store.leases.LeaseLostError: another worker has it now.
            bot.posting.SlackAwayError, redis.exceptions.RedisError, OSError: to be gone on with later.
        """
        match self._order.step:
            case Step.LOOK:
                await self._look()
            case Step.ASK:
                await self._ask()
            case Step.CHARGE:
                await self._charge()
            case Step.TELL:
                await self._tell()
            case Step.DONE | Step.CANCELLED:
                await self._hands.move(self._order, self._order.step, delay_ms=None)

    async def _look(self) -> None:
        """Say what is in the files; ask, if there is anything to charge."""
        await self._speaker.say(views.looking([each.name for each in self._order.files], self._texts))
        charger = await self._charger()
        with tempfile.TemporaryDirectory(prefix="credits-import-") as folder:
            opened = await self._open(Path(folder), charger)
            counted = [await self._counted(each) for each in opened]
        if self._stop.is_set():  # somebody else looks into all of it
            return
        every = zip(self._order.files, opened, counted, strict=True)
        good = [(file, source, each) for file, source, each in every if isinstance(each, Counted) and each.records]
        bad = [each.trouble if isinstance(each, Counted) else each for each in counted]
        troubles = [asdict(each) for each in bad if each]
        names = [source.digest for _, opened, _ in good if (source := opened.source)]
        found = json.dumps({"counted": [asdict(each) for *_, each in good], "names": names, "troubles": troubles})
        files = json.dumps([[file.id, each.name] for file, _, each in good])  # a shared channel's event names none
        if good:
            await self._hands.move(self._order, Step.ASK, found=found, files=files)
        else:
            await self._hands.move(self._order, Step.TELL, found=found)

    async def _ask(self) -> None:
        """Put the question. From then on the order waits for a person, and for no worker."""
        counted = [Counted(**each) for each in self._order.found["counted"]]
        accounts = [each.account for each in await Accounts(self._redis).accounts(self._order.ref.tenant)]
        question = views.question(self._order.id, counted, self._troubles(), accounts, self._texts)
        await self._speaker.say(question)
        await self._hands.move(self._order, Step.ASK, delay_ms=None)

    async def _charge(self) -> None:
        """Charge all files, or none where one of them cannot be read, unless some were charged before."""
        charger, names = await self._charger(), list(self._order.found.get("names", []))
        refused = await self._refused()
        if refused:
            run = await charger.resumed(names)
            run.troubles.append(Trouble("", f"{views.REFUSED}{refused}"))
        else:
            with tempfile.TemporaryDirectory(prefix="credits-import-") as folder:
                async with self._speaker.saying(lambda: self._progress(charger.progress)):
                    run, names = await self._run(charger, names, Path(folder))
        if run.ended:
            await self._hands.move(self._order, Step.CHARGE)
            return
        await self._hands.move(self._order, Step.TELL, found=run.told())
        await charger.done(names)

    async def _run(self, charger: "Charger", names: list[str], folder: Path) -> tuple["Run", list[str]]:
        opened = await self._open(folder, charger)
        troubles = [each.trouble for each in opened if each.trouble]
        sources = [each.source for each in opened if each.source]
        if names and not troubles:  # somebody said yes to what was in them, or a part of it is charged
            troubles = [
                Trouble(each.name, OTHER) for each, name in zip(sources, names, strict=True) if each.digest != name
            ]
        if troubles:
            run = await charger.resumed(names)
            run.troubles += troubles
            return run, names
        if not names:
            names = [each.digest for each in sources]
            found = json.dumps({**self._order.found, "names": names})
            await self._hands.move(self._order, Step.CHARGE, found=found)
        return await charger.charge(opened, self._stop), names

    async def _tell(self) -> None:
        """Say what came of it. Told is told: after this the order is only kept."""
        account = await Ledger(self._redis).account(self._order.ref)
        await self._speaker.say(self._summary(account))
        await self._hands.move(self._order, Step.DONE, delay_ms=None)

    async def _refused(self) -> Reason | None:
        """Why nothing is charged in this person's name, asked at the moment of the change."""
        order = self._order
        refused = await Roles(self._redis).refuse_manage(Actor(order.ref.tenant, order.user), order.ref)
        if refused:
            return refused.reason
        return None if await Ledger(self._redis).account(order.ref) else Reason.UNKNOWN_ACCOUNT

    async def _charger(self) -> "Charger":
        await _looking()
        from bot.imports.charging import Charger  # noqa: PLC0415 it loads pyarrow

        return Charger(self._redis, self._order)

    async def _open(self, folder: Path, charger: "Charger") -> list["Opened"]:
        """Every file of the order, in order, or what is the matter with it."""
        looking = await _looking()
        found = list["Opened"]()
        for file in self._order.files:
            try:
                each = await fetch(self._client, self._order.ref.tenant, file, folder)
            except FetchError as error:
                found.append(looking.Opened(None, Trouble(file.name, error.trouble)))
                continue
            name = charger.named(each.digest)
            found.append(await asyncio.to_thread(looking.open_file, each.path, each.name, name))
        return found

    async def _counted(self, opened: "Opened") -> Counted | Trouble:
        looking = await _looking()
        if not opened.source:
            return opened.trouble or Trouble("", views.NO_RECORDS)
        try:
            counted: Counted = await asyncio.to_thread(looking.count, opened.source, self._stop.is_set)
        except UnreadableFileError as error:
            return Trouble(error.name, error.problem, error.detail)
        return counted

    def _troubles(self) -> list[Trouble]:
        return [Trouble(**each) for each in self._order.found.get("troubles", [])]

    def _progress(self, progress: Progress) -> Message:
        return views.progress([each.name for each in self._order.files], progress, self._texts)

    def _summary(self, account: Account | None) -> Message:
        found, order = self._order.found, self._order
        result = views.Result.of(found.get("tally", {}), found.get("listed", []))
        names = [each.name for each in order.files]
        return views.summary(names, result, self._troubles(), account, self._texts, by=order.user, ref=order.ref)


async def break_off(redis: Client, hands: Hands, order: Order) -> None:
    """Charge nothing more of the order, and have it told: what was charged until now, and that something went wrong.

    Raises:
        store.leases.LeaseLostError: another worker has it now.
        redis.exceptions.RedisError: to be done later.
    """
    await _looking()
    from bot.imports.charging import Charger  # noqa: PLC0415 it loads pyarrow

    present = await Orders(redis, Roles(redis)).get(order.ref.tenant, order.id) or order
    began = present.found.get("names", []) if present.step is Step.CHARGE else []
    run = await Charger(redis, present).resumed(began)
    run.troubles.append(Trouble("", BROKEN))
    since_ms = str(int(time.time() * 1000))  # telling may take its own time
    await hands.move(order, Step.TELL, found=run.told(), since_ms=since_ms)


async def _looking() -> Any:
    """What opens files; it loads pyarrow, which may take a second that others do not wait for."""
    return await asyncio.to_thread(importlib.import_module, "bot.imports.looking")
