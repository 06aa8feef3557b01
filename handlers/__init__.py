"""What people touch in Slack: `register` is the one list of what Slack can call."""

from slack_bolt.async_app import AsyncApp

from handlers import (
    alerts,
    command,
    history,
    home,
    ids,
    imports,
    managers,
    payments,
    recharge,
    service,
    tokens,
    topup,
    usage,
    webhooks,
)
from handlers.guard import Guard, Handler
from handlers.people import People
from handlers.services import Services

ACTIONS: dict[str, Handler] = {
    ids.OPEN_ADD: topup.open_,
    ids.OPEN_RECHARGE: recharge.open_,
    ids.OPEN_ALERTS: alerts.open_,
    ids.SHOW_HISTORY: history.open_,
    ids.HISTORY_OLDER: history.turn,
    ids.HISTORY_NEWER: history.turn,
    ids.RETRY_PAYMENT: payments.retry,
    ids.NOT_CHARGED: payments.not_charged,
    ids.RESUME_RECHARGE: payments.resume,
    ids.NEW_TOKEN: tokens.open_,
    ids.REVOKE_TOKEN: tokens.revoke,
    ids.RETRY_WEBHOOK: webhooks.retry,
    ids.RESUME_SERVICE: service.resume,
    ids.STOP_SERVICE: service.stop,
    ids.IMPORT_CHARGE: imports.charge,
    ids.IMPORT_CANCEL: imports.cancel,
    ids.IMPORT_ACCOUNT: imports.choose,
    ids.OPEN_LINK: payments.follow_link,
    **dict.fromkeys((*ids.USAGE_PERIODS.values(), *ids.USAGE_PARTS.values()), usage.turn),
}

VIEWS: dict[str, Handler] = {
    ids.ADD_AMOUNT: topup.submit_amount,
    ids.ADD_CONFIRM: topup.submit_confirm,
    ids.RECHARGE: recharge.submit,
    ids.RECHARGE_CONFIRM: recharge.submit_confirm,
    ids.ALERTS: alerts.submit,
    ids.MANAGERS: managers.submit,
    ids.TOKEN: tokens.submit,
    ids.IMPORT: imports.submit,
}

EVENTS: dict[str, Handler] = {
    "app_home_opened": home.opened,
    "message": imports.written,
    "app_mention": imports.mentioned,
}
"""Of messages the manifest subscribes to those in the direct message with the app alone."""


def register(app: AsyncApp, services: Services, people: People) -> Guard:
    """Put every handler on the Bolt app; answers the guard, which is drained at shutdown."""
    guard = Guard(services, people)
    app.command(ids.COMMAND)(guard.wrap(command.credits_))
    for action_id, handler in ACTIONS.items():
        app.action(action_id)(guard.wrap(handler))
    for callback_id, handler in VIEWS.items():
        app.view(callback_id)(guard.wrap(handler))
    for event, handler in EVENTS.items():
        app.event(event)(guard.wrap(handler))
    return guard
