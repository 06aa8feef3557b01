/** Starts the page: finds out whom to view as and where, then hands over to Screen. */
import { StrictMode, useCallback, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { appChannel } from "./lib/context";
import { query, remember, useTheme } from "./lib/preferences";
import { textsFor } from "./lib/texts";
import { usePlayground } from "./lib/usePlayground";
import { Screen } from "./Screen";
import { type Place, rememberPlace, startPlace } from "./shell/place";
import "slack-blocks-to-jsx/dist/style.css";
import "./styles/index.css";

/** Whom to view as without a wish: the credit manager, who may try everything. */
const FIRST_USER = "U0MANAGER";

/** Everything that one person sees; another person gets another session. */
function Session({ user, onUser }: { user: string; onUser: (id: string) => void }) {
  const [theme, toggleTheme] = useTheme();
  const [place, setPlace] = useState<Place | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const { state, dispatch, reload } = usePlayground(user, open);
  const { workspace } = state;

  useEffect(() => {
    if (state.stranger && user !== FIRST_USER) onUser(FIRST_USER);
  }, [state.stranger, user, onUser]);

  useEffect(() => {
    if (workspace) setPlace((now) => now ?? startPlace(workspace));
  }, [workspace]);

  useEffect(() => {
    if (!workspace || !place) return;
    const own = place.kind === "app" && place.tab === "messages" ? appChannel(workspace)?.id : undefined;
    setOpen(place.kind === "channel" ? place.id : (own ?? null));
  }, [workspace, place]);

  const viewer = workspace?.users.find((u) => u.id === user);
  if (!workspace || !viewer || !place) {
    return <p className="splash">{state.online ? "…" : textsFor(navigator.language).serverGone}</p>;
  }
  const go = (next: Place) => {
    rememberPlace(next);
    setPlace(next);
  };
  return (
    <Screen
      state={state}
      workspace={workspace}
      viewer={viewer}
      place={place}
      theme={theme}
      dispatch={dispatch}
      onReload={reload}
      onGo={go}
      onTheme={toggleTheme}
      onUser={onUser}
    />
  );
}

function App() {
  const [user, setUser] = useState(() => query().get("user") ?? FIRST_USER);
  const onUser = useCallback((id: string) => {
    remember({ user: id });
    setUser(id);
  }, []);
  return <Session key={user} user={user} onUser={onUser} />;
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
