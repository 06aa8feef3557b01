/** radio_buttons and checkboxes. */
import { useId } from "react";
import { plain } from "../lib/emoji";
import type { Option } from "../lib/types";
import { allOptions } from "../lib/values";
import { type ControlProps, nameProps } from "./Control";

export function Choices(props: ControlProps) {
  const { element, value, onChange } = props;
  const name = useId();
  const single = element.type === "radio_buttons";
  const chosen = single ? [value.selected_option] : (value.selected_options ?? []);
  const isChosen = (option: Option) => chosen.some((c) => c?.value === option.value);

  const pick = (option: Option, on: boolean) => {
    if (single) return onChange({ ...value, selected_option: option });
    const next = allOptions(element).filter((o) => (o.value === option.value ? on : isChosen(o)));
    return onChange({ ...value, selected_options: next });
  };

  return (
    <div {...nameProps(props)} role={single ? "radiogroup" : "group"} className="choices">
      {allOptions(element).map((option) => (
        <label key={option.value} className="choice">
          <input
            type={single ? "radio" : "checkbox"}
            name={name}
            checked={isChosen(option)}
            data-autofocus={(element.focus_on_load && isChosen(option)) || undefined}
            onChange={(e) => pick(option, e.currentTarget.checked)}
          />
          <span>
            {plain(option.text)}
            {option.description && <small>{plain(option.description)}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}
