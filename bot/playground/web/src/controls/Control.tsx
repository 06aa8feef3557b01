/** One element that holds a value, drawn by its type. */
import type { ReactNode } from "react";
import type { Element, Value } from "../lib/types";
import { Choices } from "./Choices";
import { Dates } from "./Dates";
import { FileInput } from "./Files";
import { MultiSelect } from "./MultiSelect";
import { Overflow } from "./Overflow";
import { Select } from "./Select";
import { TextInput } from "./TextInput";

export interface ControlProps {
  element: Element;
  value: Value;
  onChange: (value: Value) => void;
  /** Enter in a text input that dispatches on Enter. */
  onEnter?: (() => void) | undefined;
  /** The accessible name where no visible label names the control. */
  label?: string | undefined;
  id?: string | undefined;
  labelledBy?: string | undefined;
  describedBy?: string | undefined;
  invalid?: boolean | undefined;
}

const DRAWN_BY: Record<string, (props: ControlProps) => ReactNode> = {
  plain_text_input: TextInput,
  number_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  radio_buttons: Choices,
  checkboxes: Choices,
  static_select: Select,
  users_select: Select,
  channels_select: Select,
  conversations_select: Select,
  multi_static_select: MultiSelect,
  multi_users_select: MultiSelect,
  multi_channels_select: MultiSelect,
  multi_conversations_select: MultiSelect,
  datepicker: Dates,
  timepicker: Dates,
  overflow: Overflow,
  file_input: FileInput,
};

/** Whether the page has a control for this element. */
export const hasControl = (element: Element | undefined): boolean =>
  element !== undefined && element.type in DRAWN_BY;

export function Control(props: ControlProps) {
  const Drawn = DRAWN_BY[props.element.type];
  return Drawn ? <Drawn {...props} /> : null;
}

/** What names and describes a form field for a screen reader. */
export function nameProps({ id, label, labelledBy, describedBy, invalid }: ControlProps) {
  return {
    id,
    "aria-labelledby": labelledBy,
    "aria-label": labelledBy ? undefined : label,
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
  };
}
