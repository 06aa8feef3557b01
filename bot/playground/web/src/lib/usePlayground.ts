/** Connects the page's state to the server: first load, the event stream, and loading anew after a break. */
import { type Dispatch, useCallback, useEffect, useReducer } from "react";
import { ApiError, api } from "./api";
import { type Change, EMPTY, reduce } from "./reducer";
import type { StreamEvent } from "./types";

const RETRY_MS = 1500;

/** Loads everything that `user` sees and keeps it current; `open` is the channel on screen. */
export function usePlayground(user: string, open: string | null) {
  const [state, dispatch] = useReducer(reduce, EMPTY);

  const reload = useCallback(async () => {
    const [workspace, simulator, { views }] = await Promise.all([
      api.state(user),
      api.simulator(),
      api.views(user),
    ]);
    dispatch({ type: "loaded", workspace, simulator, views });
  }, [user]);

  useStream(user, reload, dispatch);

  const { workspace } = state;
  useEffect(() => {
    dispatch({ type: "open", channel: open });
    if (!open || !workspace) return;
    let current = true;
    dispatch({ type: "fetching", channel: open });
    api
      .messages(open, user)
      .then(({ messages }) => current && dispatch({ type: "messages", channel: open, messages }))
      .catch(() => undefined); // The stream notices when the server is gone, and everything is loaded anew.
    return () => {
      current = false;
    };
  }, [user, open, workspace]);

  return { state, dispatch, reload };
}

/** Opens the stream, and loads when it stands, so that nothing between the two is missed; tries again for ever. */
function useStream(user: string, reload: () => Promise<void>, dispatch: Dispatch<Change>) {
  useEffect(() => {
    let stream: EventSource | undefined;
    let timer = 0;
    const retry = () => {
      dispatch({ type: "online", online: false });
      stream?.close();
      window.clearTimeout(timer);
      timer = window.setTimeout(connect, RETRY_MS);
    };
    const connect = () => {
      stream = new EventSource(`/play/stream?user=${encodeURIComponent(user)}`);
      const here = stream;
      here.onopen = () => {
        reload().catch((error: unknown) => {
          if (here !== stream) return;
          if (error instanceof ApiError) dispatch({ type: "stranger" });
          else retry();
        });
      };
      here.onerror = retry;
      here.onmessage = (message: MessageEvent<string>) =>
        dispatch({ type: "stream", event: JSON.parse(message.data) as StreamEvent, user });
    };
    connect();
    return () => {
      window.clearTimeout(timer);
      stream?.close();
      stream = undefined;
    };
  }, [user, reload, dispatch]);
}
