/** The page once the workspace is known: bar, sidebar, the place one is at, thread, tools, modals. */
import { type Dispatch, useCallback, useEffect, useMemo, useState } from "react";
import { ThreadPane } from "./chat/ThreadPane";
import { api } from "./lib/api";
import { appChannel, type Page, PageContext, usePage } from "./lib/context";
import { query } from "./lib/preferences";
import type { Change, State } from "./lib/reducer";
import { textsFor } from "./lib/texts";
import type { Message, User, View, Workspace } from "./lib/types";
import { ConfirmDialog, type Question, useConfirm } from "./modal/ConfirmDialog";
import { Modal } from "./modal/Modal";
import { AppPane } from "./shell/AppPane";
import { ChannelPane } from "./shell/ChannelPane";
import type { Place } from "./shell/place";
import { Sidebar } from "./shell/Sidebar";
import { Tools } from "./shell/Tools";
import { TopBar } from "./shell/TopBar";

interface Props {
  state: State;
  workspace: Workspace;
  viewer: User;
  place: Place;
  theme: "light" | "dark";
  dispatch: Dispatch<Change>;
  onReload: () => Promise<void>;
  onGo: (place: Place) => void;
  onUser: (id: string) => void;
  onTheme: () => void;
}

const TOAST_MS = 6000;
const WIDE = "(min-width: 1100px)";

function useToast() {
  const [toast, setToast] = useState<{ text: string } | null>(null);
  const warn = useCallback((text: string) => setToast({ text }), []);
  useEffect(() => {
    if (!toast) return;
    const timer = window.setTimeout(() => setToast(null), TOAST_MS);
    return () => window.clearTimeout(timer);
  }, [toast]);
  return { toast: toast?.text ?? "", warn };
}

/** What is open beside the messages. On a wide window the tools stand there from the start. */
function useDrawers() {
  const [menu, setMenu] = useState(false);
  const [tools, setTools] = useState(() => query().get("tools") !== "0" && window.matchMedia(WIDE).matches);
  const [thread, setThread] = useState<string | null>(null);
  return { menu, setMenu, tools, setTools, thread, setThread };
}

interface MiddleProps extends Props {
  messages: Message[] | undefined;
  onThread: (ts: string) => void;
}

/** The place one is at: a channel, or the app's own. */
function Middle({ state, workspace, place, messages, dispatch, onGo, onReload, onThread }: MiddleProps) {
  const { t } = usePage();
  const onHome = useCallback((view: View | null) => dispatch({ type: "homeLoaded", view }), [dispatch]);
  const channel = place.kind === "channel" && workspace.channels.find((c) => c.id === place.id);
  return (
    <main className="pane">
      {!state.online && (
        <p className="offline" role="status">
          {t.serverGone}
        </p>
      )}
      {place.kind === "app" && (
        <AppPane
          tab={place.tab}
          home={state.home}
          messages={messages}
          onTab={(tab) => onGo({ kind: "app", tab })}
          onHome={onHome}
          onThread={onThread}
        />
      )}
      {channel && (
        <ChannelPane channel={channel} messages={messages} onThread={onThread} onReload={onReload} />
      )}
    </main>
  );
}

interface OverlayProps {
  views: View[];
  question: Question | null;
  toast: string;
  dispatch: Dispatch<Change>;
}

/** What lies over the page: the modal in front, a question about it, a notice. */
function Overlays({ views, question, toast, dispatch }: OverlayProps) {
  const top = views.at(-1);
  return (
    <>
      {top && (
        <Modal
          key={top.id}
          view={top}
          inFront={question === null}
          onSubmitted={(view, action) => dispatch({ type: "submitted", view, action })}
          onClosed={(view) => dispatch({ type: "closed", view })}
        />
      )}
      {question && <ConfirmDialog question={question} />}
      <div className="toasts" role="alert">
        {toast && <p className="toast">{toast}</p>}
      </div>
    </>
  );
}

/** Everything that the parts of the page may ask for, the same object until one of it changes. */
function usePageValue(
  { workspace, viewer, theme }: Props,
  confirm: Page["confirm"],
  warn: Page["warn"],
): Page {
  useEffect(() => {
    document.documentElement.lang = viewer.locale;
  }, [viewer.locale]);
  return useMemo(() => {
    const { locale } = viewer;
    return { workspace, viewer, locale, theme, t: textsFor(locale), confirm, warn };
  }, [workspace, viewer, theme, confirm, warn]);
}

export function Screen(props: Props) {
  const { state, workspace, place, dispatch } = props;
  const { question, ask } = useConfirm();
  const { toast, warn } = useToast();
  const { menu, setMenu, tools, setTools, thread, setThread } = useDrawers();
  const page = usePageValue(props, ask, warn);

  const channelId = place.kind === "app" ? appChannel(workspace)?.id : place.id;
  const messages = channelId ? state.messages[channelId] : undefined;
  const parent = thread ? messages?.find((m) => m.ts === thread) : undefined;
  const go = (next: Place) => {
    setMenu(false);
    setThread(null);
    props.onGo(next);
  };
  const clear = () => {
    api
      .clearViolations()
      .then(() => dispatch({ type: "violations", violations: [] }))
      .catch((error: Error) => warn(error.message));
  };

  return (
    <PageContext value={page}>
      <div className="shell" data-menu={menu}>
        <TopBar
          violations={state.violations.length}
          toolsOpen={tools}
          onMenu={() => setMenu(!menu)}
          onTools={() => setTools(!tools)}
          onTheme={props.onTheme}
          onUser={props.onUser}
        />
        <div className="sidebar">
          <Sidebar place={place} unread={state.unread} onGo={go} />
        </div>
        {menu && (
          <button
            type="button"
            className="drawer-veil"
            aria-label={page.t.closePanel}
            onClick={() => setMenu(false)}
          />
        )}
        <Middle {...props} messages={messages} onGo={go} onThread={setThread} />
        {parent && <ThreadPane parent={parent} onClose={() => setThread(null)} />}
        {tools && <Tools state={state} channel={channelId} onClear={clear} onClose={() => setTools(false)} />}
      </div>
      <Overlays views={state.views} question={question} toast={toast} dispatch={dispatch} />
    </PageContext>
  );
}
