/** What every part of the page may ask for, without its being handed down by name. */
import { createContext, useContext } from "react";
import type { Texts } from "./texts";
import type { Channel, Confirm, User, Workspace } from "./types";

export interface Page {
  workspace: Workspace;
  viewer: User;
  locale: string;
  theme: "light" | "dark";
  t: Texts;
  /** Shows Slack's confirm object; resolves to whether the person went on. */
  confirm: (confirm: Confirm) => Promise<boolean>;
  /** Tells the person that something did not work. */
  warn: (text: string) => void;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (!page) throw new Error("usePage outside of PageContext");
  return page;
}

/** The name to print for a user id; the app and Slackbot are users too. */
export function userName(workspace: Workspace, id: string | undefined): string {
  if (id === workspace.app.user_id) return workspace.app.name;
  if (id === "USLACKBOT") return "Slackbot";
  const user = workspace.users.find((u) => u.id === id);
  return user?.real_name || user?.name || id || "";
}

/** The direct channel between the viewer and the app, if there is one yet. */
export const appChannel = (workspace: Workspace): Channel | undefined =>
  workspace.channels.find((c) => c.is_im && c.app_is_member);

/** The words for a failed request to the bot. */
export const failure = (t: Texts, error: string | undefined): string =>
  error === "operation_timeout"
    ? t.botTimeout
    : error?.startsWith("dispatch")
      ? t.botFailed
      : error || t.botFailed;
