"""files.info."""

from bot.playground.backend import Backend
from bot.playground.config import Json
from bot.playground.errors import Refusal
from bot.playground.methods.registry import method


def info(backend: Backend, args: Json) -> Json:
    """files.info: of a file that was shared where the app is, or chosen in a modal of its own."""
    file = backend.files.visible(args["file"], backend.workspace.channels)
    if file is None:
        raise Refusal("file_not_found")
    return {"file": file.to_slack(backend.files.origin), "comments": []}


METHODS = {"files.info": method(info, 4, "file", "count cursor limit page", "files:read")}
