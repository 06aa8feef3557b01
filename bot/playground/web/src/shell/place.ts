/** Where one is on the page, and how the address says so. */
import { appChannel } from "../lib/context";
import { query, remember } from "../lib/preferences";
import type { Workspace } from "../lib/types";

export type Place = { kind: "channel"; id: string } | { kind: "app"; tab: "home" | "messages" };

/** Where the address says to start. */
export function startPlace(workspace: Workspace): Place {
  const parameters = query();
  const own = appChannel(workspace);
  const wanted = parameters.get("channel");
  if (parameters.get("tab") === "home" || wanted === "home") return { kind: "app", tab: "home" };
  if (wanted && wanted === own?.id) return { kind: "app", tab: "messages" };
  const found =
    workspace.channels.find((c) => c.id === wanted && !c.is_im) ?? workspace.channels.find((c) => !c.is_im);
  return found ? { kind: "channel", id: found.id } : { kind: "app", tab: "home" };
}

/** Keeps the address in step with the place, so that a reload comes back to it. */
export function rememberPlace(place: Place) {
  remember(place.kind === "channel" ? { channel: place.id, tab: null } : { channel: null, tab: place.tab });
}
