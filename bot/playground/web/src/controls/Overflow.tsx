/** The overflow menu: a button with three dots and up to five actions. */
import { useEffect, useRef, useState } from "react";
import { usePage } from "../lib/context";
import { plain } from "../lib/emoji";
import type { ControlProps } from "./Control";

export function Overflow({ element, onChange }: ControlProps) {
  const { t } = usePage();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    const away = (e: Event) => root.current?.contains(e.target as Node) || setOpen(false);
    document.addEventListener("mousedown", away);
    return () => document.removeEventListener("mousedown", away);
  }, [open]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape bubbles up from the real buttons inside
    <div
      className="overflow"
      ref={root}
      onKeyDown={(e) => {
        if (e.key !== "Escape" || !open) return;
        e.stopPropagation();
        setOpen(false);
      }}
    >
      <button
        type="button"
        className="icon-button"
        aria-label={t.moreActions}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        ⋯
      </button>
      {open && (
        <div className="menu menu-right" role="menu">
          {element.options?.map((option) => (
            <button
              key={option.value}
              type="button"
              role="menuitem"
              className="menu-item"
              onClick={() => {
                setOpen(false);
                onChange({ type: "overflow", selected_option: option });
              }}
            >
              {plain(option.text)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
