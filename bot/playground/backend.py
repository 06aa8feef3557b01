"""Everything a request to the playground needs, bundled once."""

from dataclasses import dataclass

from bot.playground.config import PlaygroundConfig
from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.hub import Hub
from bot.playground.manifest import Manifest, load_manifest
from bot.playground.oracle import Oracle
from bot.playground.storage import Storage
from bot.playground.throttle import Throttle
from bot.playground.tickets import Tickets
from bot.playground.views import Views
from bot.playground.workspace import Workspace


@dataclass(frozen=True)
class Backend:
    """The parts of one playground."""

    config: PlaygroundConfig
    manifest: Manifest
    hub: Hub
    oracle: Oracle
    storage: Storage
    workspace: Workspace
    views: Views
    tickets: Tickets
    throttle: Throttle
    faults: Faults
    files: Files


def build_backend(config: PlaygroundConfig) -> Backend:
    """Make the parts.

    Raises:
        OSError: the manifest cannot be read, or the data file not be opened.
        ValueError: the manifest is none.
    """
    manifest = load_manifest(config.manifest)
    hub = Hub()
    storage = Storage(config.data_file)
    return Backend(
        config=config,
        manifest=manifest,
        hub=hub,
        oracle=Oracle(hub, config.clock),
        storage=storage,
        workspace=Workspace(manifest.name, storage, hub, config.clock),
        views=Views(storage, hub, config.clock),
        tickets=Tickets(config.clock),
        throttle=Throttle(config.clock, config.enforce_tiers),
        faults=Faults(),
        files=Files(storage, config.clock),
    )
