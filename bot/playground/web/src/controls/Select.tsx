/** Menus for one choice, on the browser's own select: it works with a keyboard, a phone and a screen reader. */
import { usePage } from "../lib/context";
import { plain } from "../lib/emoji";
import { type ControlProps, nameProps } from "./Control";
import { type Choice, choicesOf, chosenIds, withChosen } from "./choicesOf";

const optionsIn = (choices: Choice[]) =>
  choices.map((c) => (
    <option key={c.id} value={c.id}>
      {c.text}
    </option>
  ));

export function Select(props: ControlProps) {
  const { element, value, onChange } = props;
  const page = usePage();
  const choices = choicesOf(element, page);
  const groups = [...new Set(choices.flatMap((c) => c.group ?? []))];
  return (
    <select
      {...nameProps(props)}
      className="field select"
      value={chosenIds(value)[0] ?? ""}
      onChange={(e) => onChange(withChosen(element, e.currentTarget.value ? [e.currentTarget.value] : []))}
    >
      <option value="">{plain(element.placeholder) || page.t.chooseOption}</option>
      {groups.length === 0 && optionsIn(choices)}
      {groups.map((group) => (
        <optgroup key={group} label={group}>
          {optionsIn(choices.filter((c) => c.group === group))}
        </optgroup>
      ))}
    </select>
  );
}
