/** Keeps the focus inside a dialog, and gives it back to where it came from. */
import { type RefObject, useEffect, useRef } from "react";

const FOCUSABLE =
  'button:not([disabled]), [href], input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex]:not([tabindex="-1"])';

const focusable = (root: HTMLElement) =>
  [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((e) => e.offsetParent !== null);

/**
 * Focuses the marked element, the first field or the dialog whenever `key` changes, wraps Tab at both ends and
 * calls `onEscape`. It listens on the document, so that a focus lost to a vanished element does no harm; what a
 * menu or a dialog above has handled does not get that far. While another dialog lies above, `active` is false.
 */
export function useFocusTrap(
  ref: RefObject<HTMLElement | null>,
  key: string,
  onEscape: () => void,
  active = true,
) {
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => before?.focus?.();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the dialog shows something else
  useEffect(() => {
    const root = ref.current;
    if (!root) return;
    const marked = root.querySelector<HTMLElement>("[data-autofocus]");
    const field = root.querySelector<HTMLElement>("input:not([type=radio]), textarea, select");
    (marked ?? field ?? root).focus();
  }, [key]);

  const latest = useRef(onEscape);
  latest.current = onEscape;
  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (!ref.current || event.defaultPrevented) return;
      if (event.key === "Escape") latest.current();
      if (event.key === "Tab") wrap(event, ref.current);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [ref, active]);
}

function wrap(event: KeyboardEvent, root: HTMLElement) {
  const inside = focusable(root);
  const [first, last] = [inside[0], inside.at(-1)];
  const at = document.activeElement;
  const outside = !root.contains(at);
  if (event.shiftKey && (outside || at === first || at === root)) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && (outside || at === last)) {
    event.preventDefault();
    first?.focus();
  }
}
