/** An input block: label, control, hint, and the error that the submission came back with. */
import { useEffect, useId, useRef } from "react";
import type { Surface } from "../blocks/Blocks";
import { Control, hasControl } from "../controls/Control";
import { usePage } from "../lib/context";
import { emoji, plain } from "../lib/emoji";
import type { Block, Value } from "../lib/types";
import { initialValue } from "../lib/values";

const TYPING_PAUSE_MS = 400;

/** How an input tells the bot: choices at once, typing after a pause, Enter at once; each only if it asks to. */
function useTelling(block: Block, surface: Surface) {
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const { element, block_id: blockId = "" } = block;
  const typed = element?.type.endsWith("_input") ?? false;
  const when = element?.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const tells = Boolean(block.dispatch_action);
  const latest = useRef(surface);
  latest.current = surface;

  const onChange = (value: Value) => {
    if (!element) return;
    surface.change(blockId, element, value, tells && !typed);
    if (!tells || !typed || !when.includes("on_character_entered")) return;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => latest.current.act(blockId, element, value), TYPING_PAUSE_MS);
  };
  const onEnter =
    tells && typed && when.includes("on_enter_pressed")
      ? () => element && surface.act(blockId, element, surface.values[blockId]?.[element.action_id ?? ""])
      : undefined;
  return { onChange, onEnter };
}

export function InputBlock({ block, surface, error }: { block: Block; surface: Surface; error?: string }) {
  const { t } = usePage();
  const id = useId();
  const { onChange, onEnter } = useTelling(block, surface);
  const { element, block_id: blockId = "" } = block;
  if (!element || !hasControl(element)) {
    return (
      <p className="unsupported" role="note">
        {t.unsupported} <code>{element?.type ?? "input"}</code>
      </p>
    );
  }
  const grouped = element.type === "radio_buttons" || element.type === "checkboxes";
  const described = [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const label = (
    <>
      {plain(block.label)}
      {block.optional && <span className="optional"> {t.optional}</span>}
    </>
  );
  return (
    <div className={error ? "input-block input-invalid" : "input-block"} data-block-id={blockId}>
      {grouped ? (
        <span className="input-label" id={`${id}-label`}>
          {label}
        </span>
      ) : (
        <label className="input-label" id={`${id}-label`} htmlFor={id}>
          {label}
        </label>
      )}
      <Control
        element={element}
        value={surface.values[blockId]?.[element.action_id ?? ""] ?? initialValue(element)}
        onChange={onChange}
        onEnter={onEnter}
        id={id}
        labelledBy={grouped ? `${id}-label` : undefined}
        describedBy={described || undefined}
        invalid={Boolean(error)}
      />
      {error && (
        <p className="input-error" id={`${id}-error`} role="alert">
          {error === "required" ? t.required : emoji(error)}
        </p>
      )}
      {block.hint && (
        <p className="input-hint" id={`${id}-hint`}>
          {plain(block.hint)}
        </p>
      )}
    </div>
  );
}
