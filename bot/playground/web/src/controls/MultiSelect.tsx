/** Menus for several choices: what is chosen as removable chips, and a filter with a list below it. */
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { usePage } from "../lib/context";
import { plain } from "../lib/emoji";
import { type ControlProps, nameProps } from "./Control";
import { type Choice, choicesOf, chosenIds, withChosen } from "./choicesOf";

function Chips({ chosen, onRemove }: { chosen: Choice[]; onRemove: (id: string) => void }) {
  const { t } = usePage();
  return chosen.map((c) => (
    <span key={c.id} className="chip">
      {c.text}
      <button type="button" aria-label={`${t.remove} ${c.text}`} onClick={() => onRemove(c.id)}>
        ×
      </button>
    </span>
  ));
}

interface ListProps {
  id: string;
  choices: Choice[];
  ids: string[];
  at: number;
  onPick: (choice: Choice) => void;
}

function List({ id, choices, ids, at, onPick }: ListProps) {
  const { t } = usePage();
  return (
    <div className="menu" id={id} role="listbox" aria-multiselectable="true" aria-label={t.chooseOption}>
      {choices.length === 0 && <p className="menu-empty">{t.noMatches}</p>}
      {choices.map((c, index) => (
        // The list never takes the focus: the filter keeps it and points here with aria-activedescendant.
        <div
          key={c.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={ids.includes(c.id)}
          className={index === at ? "menu-item menu-item-at" : "menu-item"}
          onMouseDown={(e) => {
            e.preventDefault();
            onPick(c);
          }}
        >
          <span className="menu-check">{ids.includes(c.id) ? "✓" : ""}</span>
          {c.text}
          {c.note && <small>{c.note}</small>}
        </div>
      ))}
    </div>
  );
}

/** What is shown, chosen and pointed at, and what the keys do to it. */
function useChoosing({ element, value, onChange }: ControlProps) {
  const page = usePage();
  const input = useRef<HTMLInputElement>(null);
  const [filter, setFilter] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const all = choicesOf(element, page);
  const ids = chosenIds(value);
  const shown = all.filter((c) => `${c.text} ${c.note ?? ""}`.toLowerCase().includes(filter.toLowerCase()));
  const current = open ? shown[at] : undefined;

  const toggle = (id: string) => {
    const next = ids.includes(id) ? ids.filter((i) => i !== id) : [...ids, id];
    if (next.length > (element.max_selected_items ?? Number.POSITIVE_INFINITY)) return;
    onChange(withChosen(element, next));
    setFilter("");
    input.current?.focus();
  };
  const seek = (text: string) => {
    setFilter(text);
    setAt(0);
    setOpen(true);
  };
  const step = (by: number) => {
    if (open) setAt((at + by + shown.length) % Math.max(shown.length, 1));
    else setOpen(true);
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.key === "Backspace" && filter === "" && ids.length > 0) toggle(ids.at(-1) ?? "");
    const keys: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Enter: () => (current ? toggle(current.id) : setOpen(true)),
      // Only the list closes; the modal stays.
      ...(open ? { Escape: () => setOpen(false) } : {}),
    };
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    e.stopPropagation();
    act();
  };
  const chosen = all.filter((c) => ids.includes(c.id));
  return { input, filter, open, setOpen, at, shown, current, ids, chosen, toggle, seek, onKeyDown };
}

export function MultiSelect(props: ControlProps) {
  const { t } = usePage();
  const listId = useId();
  const { input, filter, open, setOpen, at, shown, current, ids, chosen, toggle, seek, onKeyDown } =
    useChoosing(props);
  const hint = plain(props.element.placeholder) || t.chooseOption;
  return (
    <div className="multi">
      <div className="field multi-box">
        <Chips chosen={chosen} onRemove={toggle} />
        <input
          {...nameProps(props)}
          ref={input}
          role="combobox"
          aria-expanded={open}
          aria-controls={listId}
          aria-activedescendant={current ? `${listId}-${at}` : undefined}
          autoComplete="off"
          placeholder={ids.length === 0 ? hint : ""}
          value={filter}
          onChange={(e) => seek(e.currentTarget.value)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </div>
      {open && <List id={listId} choices={shown} ids={ids} at={at} onPick={(c) => toggle(c.id)} />}
    </div>
  );
}
