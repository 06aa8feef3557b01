"""auth.test and users.info."""

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal
from bot.playground.methods.registry import method
from bot.playground.people import APP_USER, BOT, TEAM, TEAM_DOMAIN, TEAM_NAME


def auth_test(backend: Backend, _args: Json) -> Json:
    """auth.test: whose token this is."""
    return {
        "url": f"https://{TEAM_DOMAIN}.example/",
        "team": TEAM_NAME,
        "user": backend.workspace.users[APP_USER].name,
        "team_id": TEAM,
        "user_id": APP_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def users_info(backend: Backend, args: Json) -> Json:
    """users.info: one person, with the locale when asked for."""
    user = backend.workspace.users.get(args["user"])
    if user is None:
        raise Refusal("user_not_found", rule="user_not_found", detail=args["user"])
    return {"user": user.to_slack(include_locale=bool(args.get("include_locale")))}


METHODS = {
    "auth.test": method(auth_test, 4),
    "users.info": method(users_info, 4, "user", "include_locale", "users:read"),
}
