/** The shapes that cross the wire: Slack's own, and those of the playground's page-facing routes. */

export interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
}

export interface Option {
  text: TextObject;
  value: string;
  description?: TextObject;
}

export interface OptionGroup {
  label: TextObject;
  options: Option[];
}

export interface Confirm {
  title: TextObject;
  text: TextObject;
  confirm: TextObject;
  deny: TextObject;
  style?: "primary" | "danger";
}

/** A file as messages and inputs name it. */
export interface SharedFile {
  id: string;
  name: string;
  size: number;
}

/** Any Block Kit element: the fields that the page reads; which are present depends on `type`. */
export interface Element {
  type: string;
  action_id?: string;
  text?: TextObject;
  value?: string;
  url?: string;
  confirm?: Confirm;
  placeholder?: TextObject;
  options?: Option[];
  option_groups?: OptionGroup[];
  multiline?: boolean;
  is_decimal_allowed?: boolean;
  min_value?: string;
  max_value?: string;
  min_length?: number;
  max_length?: number;
  max_selected_items?: number;
  focus_on_load?: boolean;
  initial_value?: string;
  initial_option?: Option;
  initial_options?: Option[];
  initial_user?: string;
  initial_users?: string[];
  initial_channel?: string;
  initial_channels?: string[];
  initial_conversation?: string;
  initial_conversations?: string[];
  initial_date?: string;
  initial_time?: string;
  dispatch_action_config?: { trigger_actions_on?: string[] };
  filetypes?: string[];
  max_files?: number;
  filter?: { include?: string[]; exclude_bot_users?: boolean };
}

export interface Block {
  type: string;
  block_id?: string;
  text?: TextObject | string;
  label?: TextObject;
  hint?: TextObject;
  optional?: boolean;
  dispatch_action?: boolean;
  element?: Element;
  accessory?: Element;
  elements?: Element[];
  actions?: Element[];
  [field: string]: unknown;
}

/** One element's value as Slack writes it under `state.values[block_id][action_id]`. */
export interface Value {
  type: string;
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: Option[];
  selected_user?: string | null;
  selected_users?: string[];
  selected_channel?: string | null;
  selected_channels?: string[];
  selected_conversation?: string | null;
  selected_conversations?: string[];
  selected_date?: string | null;
  selected_time?: string | null;
  files?: SharedFile[];
}

export type Values = Record<string, Record<string, Value>>;

export interface Action extends Value {
  action_id: string;
  block_id: string;
  text?: TextObject;
}

export type Container =
  | { type: "message"; channel: string; message_ts: string }
  | { type: "view"; view_id: string };

export interface Message {
  ts: string;
  channel: string;
  user?: string;
  bot_id?: string;
  username?: string;
  text: string;
  blocks?: Block[];
  edited?: unknown;
  files?: SharedFile[];
  ephemeral?: boolean;
  thread_ts?: string;
  broadcast?: boolean;
  replies?: Message[];
}

export interface View {
  id: string;
  type: "modal" | "home";
  hash?: string;
  root_view_id?: string;
  previous_view_id?: string | null;
  title?: TextObject;
  submit?: TextObject | null;
  close?: TextObject | null;
  blocks: Block[];
  state?: { values: Values };
}

export interface User {
  id: string;
  name: string;
  real_name: string;
  role: "owner" | "manager" | "member";
  locale: string;
  avatar_color?: string;
}

export interface Channel {
  id: string;
  name: string;
  is_private: boolean;
  is_im: boolean;
  topic?: string;
  app_is_member: boolean;
}

export interface Command {
  command: string;
  usage_hint?: string;
  description?: string;
  subcommands?: { word: string; description: string }[];
}

export interface Violation {
  id: string;
  at: string | number;
  rule: string;
  method?: string;
  message: string;
  detail?: unknown;
}

/** What something is called, by language; English is always there. */
export type Labels = { en: string } & Record<string, string>;

/** A call: in progress, refused, or over, and then what became of it. */
export interface PhoneCall {
  id: string;
  at: number;
  service: string;
  number: string;
  user: string;
  minutes: number;
  state: "talking" | "refused" | "charged" | "pooled" | "free" | "unrated" | "repeated" | "lost";
  amount_micros: number;
  /** The code of what refused it or cut it short; `why` is the same in words. */
  reason: string;
  why: string;
}

export interface Simulator {
  running: boolean;
  busy: boolean;
  pace: number;
  mix_id: string;
  mixes: { id: string; labels: Labels }[];
  card_id: string | null;
  cards: { id: string; labels: Labels }[];
  calls: number;
  refused: number;
  charged_micros: number;
  balance_micros: number | null;
  currency: string | null;
  /** Why the calls stopped by themselves. */
  error?: string | null;
  /** Where the API is described that the calls are paid over. */
  docs: string | null;
  last: PhoneCall[];
}

export interface Workspace {
  team: { id: string; name: string };
  app: { id: string; name: string; user_id: string; avatar?: string };
  users: User[];
  channels: Channel[];
  commands: Command[];
  violations: Violation[];
  unread: Record<string, number>;
}

/** How the bot answered one request of the playground. */
export interface Delivery {
  kind: string;
  ok: boolean;
  /** Null when there was no answer. */
  ms: number | null;
  error?: string;
}

export type StreamEvent =
  | { type: "message" | "message_changed" | "message_deleted"; channel: string; message: Message }
  | { type: "view_opened" | "view_updated" | "view_pushed" | "view_closed"; view: View }
  | { type: "home"; view: View }
  | { type: "violation"; violation: Violation }
  | { type: "simulator"; simulator: Simulator }
  | ({ type: "delivery" } & Delivery);
