/** plain_text_input, number_input and their kin. Limits are left to the server, which answers as Slack does. */
import type { KeyboardEvent } from "react";
import { plain } from "../lib/emoji";
import { type ControlProps, nameProps } from "./Control";

const MODES = { number_input: "decimal", email_text_input: "email", url_text_input: "url" } as const;

export function TextInput(props: ControlProps) {
  const { element, value, onChange, onEnter } = props;
  const common = {
    ...nameProps(props),
    className: "field",
    value: value.value ?? "",
    placeholder: plain(element.placeholder) || undefined,
    autoComplete: "off",
    "data-autofocus": element.focus_on_load || undefined,
    // An emptied input is null in Slack's state, never an empty string.
    onChange: (e: { currentTarget: { value: string } }) =>
      onChange({ ...value, value: e.currentTarget.value === "" ? null : e.currentTarget.value }),
    onKeyDown: (e: KeyboardEvent) => {
      if (e.key !== "Enter" || !onEnter || element.multiline) return;
      e.preventDefault();
      onEnter();
    },
  };
  if (element.multiline) return <textarea rows={3} {...common} />;
  const mode = MODES[element.type as keyof typeof MODES];
  return <input type="text" inputMode={mode ?? "text"} {...common} />;
}
