/** Emoji in plain text, where Block Kit allows `:name:` and the package is not drawing. */
import { emojify } from "node-emoji";
import type { TextObject } from "./types";

/** Slack's names that the package does not know. */
const SLACKS: Record<string, string> = {
  ":double_vertical_bar:": "\u23F8\uFE0F",
  ":large_green_circle:": "\u{1F7E2}",
  ":large_yellow_circle:": "\u{1F7E1}",
  ":octagonal_sign:": "\u{1F6D1}",
};

/** Slack's own names, and those of signs that browsers draw as plain letters, become coloured signs; other text stays. */
export const coloured = (text: string): string =>
  text.replace(/:[\w+-]+:/g, (name) => {
    if (Object.hasOwn(SLACKS, name)) return SLACKS[name] as string;
    const sign = emojify(name);
    return /^\p{Emoji}$/u.test(sign) && !/\p{Emoji_Presentation}/u.test(sign) ? `${sign}\uFE0F` : name;
  });

export const emoji = (text: string): string => (text.includes(":") ? emojify(coloured(text)) : text);

/** What the package takes for an emoji's name: the sign, or the text as it was where there is no such emoji. */
export const named = (name: string): string => (name.includes(":") ? name : emoji(`:${name}:`));

/** A text object as a plain string, emoji replaced. */
export const plain = (text: TextObject | undefined | null): string => (text ? emoji(text.text) : "");
