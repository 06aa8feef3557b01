"""The Home tab."""

from handlers import payments
from handlers.call import Call
from handlers.views import general, history, home


async def opened(call: Call) -> None:
    """Draw the Home tab anew each time it is opened."""
    await call.ack()
    if call.body["event"].get("tab") != "home":
        return
    person, services = await call.person(), call.services
    refused = await services.roles.refuse_view(person.actor)
    if refused:
        text = general.says(person.texts(f"refused-{refused.reason}"))
        view = {"type": "home", "blocks": text["blocks"]}
    else:
        account = await call.account()
        page = await services.ledger.changes(call.ref, limit=history.PAGE_SIZE)
        may_manage = await services.roles.refuse_manage(person.actor) is None
        under_way, sandbox = await payments.under_way(call, account), services.methods.sandbox
        view = home.view(account, under_way, page, person.texts, may_manage=may_manage, sandbox=sandbox)
    await call.client.views_publish(user_id=call.identity.user_id, view=view)
