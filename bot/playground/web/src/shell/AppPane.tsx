/** The app's own place: its Home tab, and the direct messages with it. */
import { useEffect } from "react";
import { Blocks } from "../blocks/Blocks";
import { useSurface } from "../blocks/useSurface";
import { api } from "../lib/api";
import { appChannel, failure, usePage } from "../lib/context";
import type { Message, View } from "../lib/types";
import { InputBlock } from "../modal/InputBlock";
import { Avatar } from "./Avatar";
import { ChannelPane } from "./ChannelPane";

function HomeView({ view }: { view: View }) {
  const { t } = usePage();
  const surface = useSurface({ type: "view", view_id: view.id }, view.blocks, view.state?.values);
  return (
    <section className="home-scroll" role="tabpanel" aria-label={t.home}>
      <div className="home">
        <Blocks
          blocks={view.blocks}
          surface={{ ...surface, input: (block) => <InputBlock block={block} surface={surface} /> }}
        />
      </div>
    </section>
  );
}

/** Tells the bot that the Home tab was opened, and fetches what is published already. */
function useOpenHome(shown: boolean, onHome: (view: View | null) => void) {
  const { viewer, warn, t } = usePage();
  useEffect(() => {
    if (!shown) return;
    let current = true;
    const open = async () => {
      const { view } = await api.home(viewer.id);
      if (current && view) onHome(view);
      const answer = await api.openHome(viewer.id);
      if (current && !answer.ok) warn(failure(t, answer.error));
    };
    open().catch((error: Error) => current && warn(error.message));
    return () => {
      current = false;
    };
  }, [shown, viewer.id, onHome, warn, t]);
}

interface Props {
  tab: "home" | "messages";
  home: View | null;
  messages: Message[] | undefined;
  onTab: (tab: "home" | "messages") => void;
  onHome: (view: View | null) => void;
  onThread: (ts: string) => void;
}

export function AppPane({ tab, home, messages, onTab, onHome, onThread }: Props) {
  const { workspace, t } = usePage();
  const channel = appChannel(workspace);
  useOpenHome(tab === "home", onHome);
  const tabs = [
    ["home", t.home],
    ["messages", t.messages],
  ] as const;
  return (
    <>
      <header className="pane-head app-head">
        <Avatar user={workspace.app.user_id} size="s" />
        <h1>{workspace.app.name}</h1>
        <div role="tablist" aria-label={workspace.app.name} className="tabs">
          {tabs.map(([name, label]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={tab === name}
              className="tab"
              onClick={() => onTab(name)}
            >
              {label}
            </button>
          ))}
        </div>
      </header>
      {tab === "home" &&
        (home ? <HomeView key={home.id} view={home} /> : <p className="loading">{t.homeEmpty}</p>)}
      {tab === "messages" && channel && (
        <ChannelPane channel={channel} messages={messages} onThread={onThread} headless />
      )}
    </>
  );
}
