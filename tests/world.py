"""The whole bot in this process, against the stand-in workspace: a signed request in, Slack's Web API calls out."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import RedisCluster

from bot.app import Worker, build_bolt, build_services
from bot.payments.gateway import Gateway
from bot.payments.sandbox import Sandbox
from bot.playground.delivery import Delivery
from bot.playground.people import ALERTS, GENERAL, MANAGER, MEMBER, OWNER, TEAM
from bot.playground.server import Playground, PlaygroundConfig, View
from bot.readiness import Stores
from bot.serving import WebServer
from bot.settings import Profile, Settings, load_settings
from bot.web import build_web
from bot.workspaces import Workspaces
from handlers.services import Services
from store.account import Account, AlertPolicy, RechargePolicy
from store.keys import AccountRef
from store.money import Money
from store.outcomes import Posting
from store.roles import Actor
from store.scripts import Client

TOKEN = "xoxb-test-token"
SECRET = "0123456789abcdef0123456789abcdef"
REF = AccountRef(TEAM)
ADMIN = Actor(TEAM, OWNER, is_admin=True)
BOSS = Actor(TEAM, MANAGER)
MANIFEST = Path(__file__).parents[1] / "manifest.yml"


def usd(units: str | int) -> Money:
    """Dollars."""
    return Money.of(units, "USD")


def texts_in(thing: Any) -> str:
    """Every text in blocks, messages and views, one a line, for looking something up in it."""
    if isinstance(thing, dict):
        own = [thing["text"]] if isinstance(thing.get("text"), str) else []
        return "\n".join([*own, *(texts_in(each) for key, each in thing.items() if key != "metadata")]).strip("\n")
    if isinstance(thing, list):
        return re.sub(r"\n+", "\n", "\n".join(map(texts_in, thing)))
    return ""


def filled(view: View, entered: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends for these inputs; each input's element says in which shape."""
    elements = {block["block_id"]: block["element"] for block in view.blocks if block["type"] == "input"}
    return {block_id: {block_id: _entered(elements[block_id], value)} for block_id, value in entered.items()}


def _entered(element: dict[str, Any], value: Any) -> dict[str, Any]:
    kind = element["type"]
    if kind in {"radio_buttons", "static_select"}:
        chosen = next(option for option in element["options"] if option["value"] == value)
        return {"type": kind, "selected_option": chosen}
    if kind == "checkboxes":
        return {"type": kind, "selected_options": [each for each in element["options"] if each["value"] in value]}
    if kind == "file_input":
        return {"type": kind, "files": value}
    name = {"conversations_select": "selected_conversation", "multi_users_select": "selected_users"}.get(kind, "value")
    return {"type": kind, name: value}


@dataclass
class World:
    """A workspace with the bot in it. `MANAGER` may change things, `OWNER` appoints, `MEMBER` is German."""

    playground: Playground
    services: Services
    gateway: Gateway
    redis: Client
    stores: Stores
    settings: Settings
    web: WebServer
    number: int = 0

    def operation(self) -> str:
        """A fresh operation id."""
        self.number += 1
        return f"world-{self.number}"

    async def account(self) -> Account:
        """The account as it stands."""
        account = await self.services.ledger.account(REF)
        assert account is not None
        return account

    async def spend(self, units: str | int) -> Posting:
        """Charge a call."""
        return await self.services.ledger.charge_usage(
            REF, usd(units), operation_id=self.operation(), actor="test", memo="Call to +44 7700 900123"
        )

    async def recharge_on(self, amount: int = 50, below: int = 20, cap: int = 200, method: str = "sandbox_ok") -> None:
        """Switch auto-recharge on."""
        policy = RechargePolicy(on=True, amount=usd(amount), below=usd(below), cap=usd(cap), method=method)
        await self.services.policies.set_recharge(BOSS, REF, policy, channel=ALERTS, operation_id=self.operation())

    async def warn_at(self, *units: str | int) -> None:
        """Set the alert levels."""
        policy = AlertPolicy(tuple(map(usd, units)), ALERTS)
        await self.services.policies.set_alerts(BOSS, REF, policy, locale="en-US", operation_id=self.operation())

    async def type(self, user: str, text: str, channel: str = GENERAL) -> None:
        """Type a command; it is acknowledged."""
        delivery = await self.playground.command(user, channel, text)
        assert delivery.ok, delivery

    async def answer(self, user: str, text: str, channel: str = GENERAL) -> dict[str, Any]:
        """Type a command and return the message that answers it."""
        before = len(self.playground.messages(channel, user))
        await self.type(user, text, channel)
        await self.playground.wait_for(lambda: len(self.playground.messages(channel, user)) > before)
        return self.playground.messages(channel, user)[-1]

    async def modal(self, user: str, text: str, callback_id: str, channel: str = GENERAL) -> View:
        """Type a command and return the modal that opens, once it is filled."""
        await self.type(user, text, channel)
        return await self.view(user, callback_id)

    async def view(self, user: str, callback_id: str) -> View:
        """The modal with this callback id, once it is in front."""

        def shown() -> View | None:
            view = self.playground.open_view(user)
            return view if view and view.body.get("callback_id") == callback_id else None

        found = await self.playground.wait_for(shown)
        assert found
        return found

    async def submit(self, user: str, view: View, **entered: Any) -> Delivery:
        """Submit a modal with these inputs, by block id: a text, an option's value, a channel, people, or files."""
        return await self.playground.submit(user, view.id, filled(view, entered))

    async def press(self, user: str, message: dict[str, Any], action_id: str) -> None:
        """Press a button of a message."""
        for block in message["blocks"]:
            for element in block.get("elements", []):
                if element.get("action_id") == action_id:
                    container = {"type": "message", "channel": message["channel"], "message_ts": message["ts"]}
                    action = {"type": "button", "block_id": block["block_id"], **element}
                    delivery = await self.playground.action(user, container, action)
                    assert delivery.ok, delivery
                    return
        raise AssertionError(f"no button {action_id} in {texts_in(message)}")

    def told(self, user: str = MANAGER, channel: str = ALERTS) -> list[dict[str, Any]]:
        """What stands in the alert channel, oldest first."""
        return self.playground.messages(channel, user)

    async def prove(self) -> None:
        """Slack's rules were kept, and the journal's sum is what is available."""
        assert self.playground.violations == []
        account = await self.services.ledger.account(REF)
        if account:
            entries = [entry.amount.micros async for entry in self.services.ledger.entries(REF)]
            assert sum(entries) == account.available.micros


@contextlib.asynccontextmanager
async def open_world(
    redis: Client, blocking: Client, *, worker: bool = True, gateway: Gateway | None = None, **given: Any
) -> AsyncIterator[World]:
    """A workspace with the bot in it, its owner having appointed the manager; proven at the end."""
    config = PlaygroundConfig(port=0, signing_secret=SECRET, bot_token=TOKEN, manifest=MANIFEST)
    async with Playground(config) as playground:
        settings = load_settings(
            Profile.SERVE,
            env_file=None,
            **{
                "slack_bot_token": TOKEN,
                "slack_signing_secret": SECRET,
                "slack_api_url": playground.api_url,
                "port": 0,
                "sandbox": True,
                **given,
            },
        )
        stores = Stores(redis, blocking, cluster=isinstance(redis, RedisCluster))
        gateway = gateway or Sandbox(redis)
        services = build_services(settings, redis, gateway)
        workspaces = Workspaces(TOKEN, settings.slack_api_url)
        app, guard = build_bolt(settings, services, workspaces)

        async def ready() -> dict[str, bool]:
            return {}

        web = WebServer(build_web(app, ready, secret=settings.slack_signing_secret), "127.0.0.1", 0, grace_s=2)
        await web.start()
        playground.bot_url = f"http://127.0.0.1:{web.port}"
        await services.ledger.open_account(REF, "USD")
        await services.roles.change_managers(ADMIN, appoint=[MANAGER], dismiss=[], operation_id="appoint")
        background = Worker(stores, services, gateway, workspaces)
        if worker:
            background.start()
        world = World(playground, services, gateway, redis, stores, settings, web)
        try:
            yield world
            assert await guard.drain(5) == 0
            await world.prove()
        finally:
            if worker:
                await background.stop(2)
            await web.stop()


__all__ = ["ALERTS", "GENERAL", "MANAGER", "MEMBER", "OWNER", "REF", "World", "open_world", "texts_in", "usd"]
