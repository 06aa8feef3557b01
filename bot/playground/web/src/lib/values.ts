/** What an element holds: its initial value, and the shape Slack gives it in `state.values`. */
import type { Block, Element, Option, Value, Values } from "./types";

const INITIAL: Record<string, (e: Element) => Omit<Value, "type">> = {
  plain_text_input: (e) => ({ value: e.initial_value ?? null }),
  number_input: (e) => ({ value: e.initial_value ?? null }),
  email_text_input: (e) => ({ value: e.initial_value ?? null }),
  url_text_input: (e) => ({ value: e.initial_value ?? null }),
  radio_buttons: (e) => ({ selected_option: e.initial_option ?? null }),
  static_select: (e) => ({ selected_option: e.initial_option ?? null }),
  checkboxes: (e) => ({ selected_options: e.initial_options ?? [] }),
  multi_static_select: (e) => ({ selected_options: e.initial_options ?? [] }),
  users_select: (e) => ({ selected_user: e.initial_user ?? null }),
  multi_users_select: (e) => ({ selected_users: e.initial_users ?? [] }),
  channels_select: (e) => ({ selected_channel: e.initial_channel ?? null }),
  multi_channels_select: (e) => ({ selected_channels: e.initial_channels ?? [] }),
  conversations_select: (e) => ({ selected_conversation: e.initial_conversation ?? null }),
  multi_conversations_select: (e) => ({ selected_conversations: e.initial_conversations ?? [] }),
  datepicker: (e) => ({ selected_date: e.initial_date ?? null }),
  timepicker: (e) => ({ selected_time: e.initial_time ?? null }),
  overflow: () => ({ selected_option: null }),
  file_input: () => ({ files: [] }),
};

/** Elements that the page draws itself, because they hold a value. */
export const isControl = (e: Element | undefined): e is Element => e !== undefined && e.type in INITIAL;

export const initialValue = (e: Element): Value => ({ type: e.type, ...INITIAL[e.type]?.(e) });

export const allOptions = (e: Element): Option[] =>
  e.options ?? e.option_groups?.flatMap((group) => group.options) ?? [];

/** Every element of a block, with whichever field it sits in. */
export function elementsOf(block: Block): Element[] {
  const nested = (block.elements ?? []).flatMap((e) => [e, ...((e as Block).actions ?? [])]);
  return [block.element, block.accessory, ...nested, ...(block.actions ?? [])].filter(
    (e): e is Element => e !== undefined && e !== null,
  );
}

/** The state of a surface: what is `held` where block id and action id are the same, else the initial values. */
export function valuesOf(blocks: Block[], held: Values): Values {
  const values: Values = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      if (!isControl(element) || element.type === "overflow") continue;
      const [b, a] = [block.block_id ?? "", element.action_id ?? ""];
      const kept = held[b]?.[a];
      values[b] ??= {};
      values[b][a] = kept?.type === element.type ? kept : initialValue(element);
    }
  }
  return values;
}
