/** The page's state and how each event of the stream changes it. Pure. */
import { isReply, remove, upsert } from "./timeline";
import type { Delivery, Message, Simulator, StreamEvent, View, Violation, Workspace } from "./types";
import { afterSubmit, stack } from "./views";

const DELIVERIES_KEPT = 30;

type MessageEvent = Extract<StreamEvent, { message: Message }>;

export interface State {
  workspace: Workspace | null;
  messages: Record<string, Message[]>;
  /** Events that came while a channel's messages were being fetched, to be applied on top of them. */
  fetching: Record<string, MessageEvent[]>;
  views: View[];
  home: View | null;
  simulator: Simulator | null;
  violations: Violation[];
  deliveries: (Delivery & { id: number })[];
  unread: Record<string, number>;
  /** The channel on screen, whose messages count as read. */
  open: string | null;
  online: boolean;
  /** The server knows nobody by the id that is viewed as. */
  stranger: boolean;
}

export const EMPTY: State = {
  workspace: null,
  messages: {},
  fetching: {},
  views: [],
  home: null,
  simulator: null,
  violations: [],
  deliveries: [],
  unread: {},
  open: null,
  online: true,
  stranger: false,
};

export type Change =
  | { type: "loaded"; workspace: Workspace; simulator: Simulator; views: View[] }
  | { type: "fetching"; channel: string }
  | { type: "messages"; channel: string; messages: Message[] }
  | { type: "open"; channel: string | null }
  | { type: "homeLoaded"; view: View | null }
  | { type: "submitted"; view: View; action: string | undefined }
  | { type: "closed"; view: View }
  | { type: "violations"; violations: Violation[] }
  | { type: "online"; online: boolean }
  | { type: "stranger" }
  | { type: "stream"; event: StreamEvent; user: string };

const applied = (list: Message[], event: MessageEvent): Message[] =>
  event.type === "message_deleted" ? remove(list, event.message.ts) : upsert(list, event.message);

function onMessage(state: State, event: MessageEvent, user: string): State {
  const { channel, message } = event;
  const [list, waiting] = [state.messages[channel], state.fetching[channel]];
  const isNew = event.type === "message" && channel !== state.open;
  const counts = isNew && message.user !== user && (message.broadcast || !isReply(message));
  return {
    ...state,
    // A channel that has not been opened yet is fetched whole when it is.
    messages: list ? { ...state.messages, [channel]: applied(list, event) } : state.messages,
    fetching: waiting ? { ...state.fetching, [channel]: [...waiting, event] } : state.fetching,
    unread: counts ? { ...state.unread, [channel]: (state.unread[channel] ?? 0) + 1 } : state.unread,
  };
}

function onFetched(state: State, channel: string, messages: Message[]): State {
  const { [channel]: waiting = [], ...fetching } = state.fetching;
  return {
    ...state,
    fetching,
    messages: { ...state.messages, [channel]: waiting.reduce(applied, messages) },
  };
}

function onStream(state: State, event: StreamEvent, user: string): State {
  switch (event.type) {
    case "message":
    case "message_changed":
    case "message_deleted":
      return onMessage(state, event, user);
    case "view_opened":
    case "view_updated":
    case "view_pushed":
    case "view_closed":
      return { ...state, views: stack(state.views, event.type, event.view) };
    case "home":
      return { ...state, home: event.view };
    case "violation":
      return { ...state, violations: [...state.violations, event.violation] };
    case "simulator":
      return { ...state, simulator: event.simulator };
    case "delivery": {
      const id = (state.deliveries[0]?.id ?? 0) + 1;
      return { ...state, deliveries: [{ ...event, id }, ...state.deliveries].slice(0, DELIVERIES_KEPT) };
    }
    default:
      return state;
  }
}

/** Applies one change. */
export function reduce(state: State, change: Change): State {
  switch (change.type) {
    case "loaded": {
      const { workspace, simulator, views } = change;
      const unread = { ...workspace.unread, ...(state.open ? { [state.open]: 0 } : {}) };
      return {
        ...state,
        workspace,
        simulator,
        views,
        unread,
        violations: workspace.violations,
        online: true,
      };
    }
    case "fetching":
      return { ...state, fetching: { ...state.fetching, [change.channel]: [] } };
    case "messages":
      return onFetched(state, change.channel, change.messages);
    case "open": {
      const unread = change.channel ? { ...state.unread, [change.channel]: 0 } : state.unread;
      return { ...state, open: change.channel, unread };
    }
    case "homeLoaded":
      return { ...state, home: change.view };
    case "submitted":
      return { ...state, views: afterSubmit(state.views, change.view, change.action) };
    case "closed":
      return { ...state, views: state.views.filter((v) => v.id !== change.view.id) };
    case "violations":
      return { ...state, violations: change.violations };
    case "online":
      return { ...state, online: change.online };
    case "stranger":
      return { ...state, stranger: true };
    case "stream":
      return onStream(state, change.event, change.user);
    default:
      return state;
  }
}
