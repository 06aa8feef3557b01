/** Emoji in plain text, where Block Kit allows `:name:` and the package is not drawing. */
import { emojify } from "node-emoji";
import type { TextObject } from "./types";

export const emoji = (text: string): string => (text.includes(":") ? emojify(text) : text);

/** A text object as a plain string, emoji replaced. */
export const plain = (text: TextObject | undefined | null): string => (text ? emoji(text.text) : "");
