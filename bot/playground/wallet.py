"""The simulator panel's way to the payment cards."""

from bot.payments.gateway import Gateway
from bot.playground.config import Labels
from handlers.locales import LANGUAGES, Texts
from handlers.services import Services
from handlers.views.payment import called
from store.keys import AccountRef
from store.operations import random_id
from store.roles import Actor


class PolicyWallet:
    """Lists what the gateway has; chooses cards as `actor`, who must be a credit manager."""

    def __init__(self, services: Services, gateway: Gateway, actor: Actor) -> None:
        self._services = services
        self._gateway = gateway
        self._actor = actor

    async def cards(self, tenant: str) -> list[tuple[str, Labels]]:
        """The payment cards one may pick, as (id, labels)."""
        speakers = {language: Texts.of(language) for language in LANGUAGES}
        return [
            (each.id, {language: called(each, texts) for language, texts in speakers.items()})
            for each in await self._gateway.methods(AccountRef(tenant))
        ]

    async def card(self, tenant: str) -> str:
        """The id of the card in use; the first one where none was chosen."""
        account = await self._services.ledger.account(AccountRef(tenant))
        cards = await self.cards(tenant)
        return (account.recharge.method if account else "") or (cards[0][0] if cards else "")

    async def choose_card(self, tenant: str, card_id: str) -> None:
        """Use this card from now on."""
        ref = AccountRef(tenant)
        await self._services.policies.set_method(self._actor, ref, card_id, operation_id=f"card:{random_id()}")
