/** What a menu offers, and the field of Slack's state that keeps what was chosen. */
import { type Page, userName } from "../lib/context";
import { plain } from "../lib/emoji";
import type { Channel, Element, Value } from "../lib/types";
import { allOptions } from "../lib/values";

export interface Choice {
  id: string;
  text: string;
  note?: string;
  group?: string;
}

const people = ({ workspace }: Page): Choice[] =>
  workspace.users.map((u) => ({ id: u.id, text: userName(workspace, u.id), note: `@${u.name}` }));

function rooms({ workspace }: Page, element: Element): Choice[] {
  const directName = (c: Channel) => (c.app_is_member ? workspace.app.name : userName(workspace, c.name));
  const kinds = element.type.includes("channels") ? ["public"] : element.filter?.include;
  const kind = (c: { is_im: boolean; is_private: boolean }) =>
    c.is_im ? "im" : c.is_private ? "private" : "public";
  return workspace.channels
    .filter((c) => (kinds ? kinds.includes(kind(c)) : true))
    .map((c) => ({ id: c.id, text: c.is_im ? directName(c) : `#${c.name}` }));
}

function options(element: Element): Choice[] {
  const from = (list: Element["options"], group?: string): Choice[] =>
    (list ?? []).map((o) => ({
      id: o.value,
      text: plain(o.text),
      ...(o.description ? { note: plain(o.description) } : {}),
      ...(group ? { group } : {}),
    }));
  if (!element.option_groups) return from(element.options);
  return element.option_groups.flatMap((g) => from(g.options, plain(g.label)));
}

/** Everything that can be chosen in `element`. */
export function choicesOf(element: Element, page: Page): Choice[] {
  if (element.type.includes("static")) return options(element);
  return element.type.includes("users") ? people(page) : rooms(page, element);
}

/** Which field of Slack's state this menu fills, for one choice and for several. */
function fieldOf(type: string): "option" | "user" | "channel" | "conversation" {
  if (type.includes("static")) return "option";
  if (type.includes("users")) return "user";
  return type.includes("channels") ? "channel" : "conversation";
}

/** The ids that are chosen now. */
export function chosenIds(value: Value): string[] {
  const field = fieldOf(value.type);
  if (field === "option") {
    const several = value.selected_options ?? (value.selected_option ? [value.selected_option] : []);
    return several.map((o) => o.value);
  }
  const one = value[`selected_${field}`];
  return value[`selected_${field}s`] ?? (one ? [one] : []);
}

/** The state after choosing exactly `ids`. */
export function withChosen(element: Element, ids: string[]): Value {
  const field = fieldOf(element.type);
  const multi = element.type.startsWith("multi_");
  const picked =
    field === "option" ? ids.flatMap((id) => allOptions(element).filter((o) => o.value === id)) : ids;
  return {
    type: element.type,
    [`selected_${field}${multi ? "s" : ""}`]: multi ? picked : (picked[0] ?? null),
  };
}
