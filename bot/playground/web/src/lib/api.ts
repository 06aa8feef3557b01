/** The page's side of the playground's contract: one function a route, all under /play/. */
import type {
  Action,
  Container,
  Message,
  SharedFile,
  Simulator,
  Values,
  View,
  Violation,
  Workspace,
} from "./types";

/** What a route that reaches the bot answers: how long the bot took, or why it failed. */
export interface Answer {
  ok: boolean;
  ack_ms?: number;
  error?: string;
  message?: string | Message;
  errors?: Record<string, string>;
  response_action?: "clear" | "update" | "push" | "close";
}

/** The server refused or could not be reached; `message` is fit for a person. */
export class ApiError extends Error {}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = body instanceof File ? body : JSON.stringify(body);
    init.headers = { "content-type": body instanceof File ? "application/octet-stream" : "application/json" };
  }
  const response = await fetch(`/play/${path}`, init);
  const text = await response.text();
  const data: unknown = text ? JSON.parse(text) : {};
  const isAnswer = typeof data === "object" && data !== null && "ok" in data;
  if (response.ok || isAnswer) return data as T;
  throw new ApiError((data as { error?: string }).error ?? `HTTP ${response.status}`);
}

const q = encodeURIComponent;

export const api = {
  state: (user: string) => call<Workspace>("GET", `state?user=${q(user)}`),
  messages: (channel: string, user: string) =>
    call<{ messages: Message[] }>("GET", `channels/${q(channel)}/messages?user=${q(user)}`),
  views: (user: string) => call<{ views: View[] }>("GET", `views?user=${q(user)}`),
  post: (user: string, channel: string, text: string, files: string[] = []) =>
    call<Answer>("POST", "messages", { user, channel, text, files }),
  upload: (user: string, file: File) =>
    call<SharedFile>("POST", `files?user=${q(user)}&name=${q(file.name)}`, file),
  act: (user: string, container: Container, action: Action, state_values?: Values) =>
    call<Answer>("POST", "actions", { user, container, action, state_values }),
  submit: (user: string, view: string, values: Values) =>
    call<Answer>("POST", `views/${q(view)}/submit`, { user, state: { values } }),
  close: (user: string, view: string) => call<Answer>("POST", `views/${q(view)}/close`, { user }),
  home: (user: string) => call<{ view: View | null }>("GET", `home?user=${q(user)}`),
  openHome: (user: string) => call<Answer>("POST", "home/open", { user }),
  simulator: () => call<Simulator>("GET", "simulator"),
  simulate: (change: Partial<Pick<Simulator, "running" | "pace" | "mix_id" | "card_id">>) =>
    call<Simulator>("POST", "simulator", change),
  placeCall: () => call<unknown>("POST", "simulator/call", {}),
  playBusyDay: () => call<unknown>("POST", "simulator/busy-day", {}),
  violations: () => call<Violation[]>("GET", "violations"),
  clearViolations: () => call<unknown>("DELETE", "violations"),
  invite: (user: string, channel: string) => call<Answer>("POST", `channels/${q(channel)}/invite`, { user }),
};
