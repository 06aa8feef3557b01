/** Emoji in plain text, where Block Kit allows `:name:` and the package is not drawing. */
import { emojify } from "node-emoji";
import type { TextObject } from "./types";

/** Names of signs that browsers draw as plain letters become the coloured form; all other text stays as it is. */
export const coloured = (text: string): string =>
  text.replace(/:[\w+-]+:/g, (name) => {
    const sign = emojify(name);
    return /^\p{Emoji}$/u.test(sign) && !/\p{Emoji_Presentation}/u.test(sign) ? `${sign}\uFE0F` : name;
  });

export const emoji = (text: string): string => (text.includes(":") ? emojify(coloured(text)) : text);

/** What the package takes for an emoji's name: the sign, or the text as it was where there is no such emoji. */
export const named = (name: string): string => (name.includes(":") ? name : emoji(`:${name}:`));

/** A text object as a plain string, emoji replaced. */
export const plain = (text: TextObject | undefined | null): string => (text ? emoji(text.text) : "");
