/** Slack's confirm object as a dialog, and the hook that asks it. */
import { useCallback, useId, useRef, useState } from "react";
import { Blocks } from "../blocks/Blocks";
import { plain } from "../lib/emoji";
import type { Confirm } from "../lib/types";
import { useFocusTrap } from "./useFocusTrap";

const INERT = { act: async () => false, values: {}, change: () => undefined };

export interface Question {
  confirm: Confirm;
  answer: (yes: boolean) => void;
}

/** Holds at most one open question; asking another answers the first with no. */
export function useConfirm() {
  const [question, setQuestion] = useState<Question | null>(null);
  const open = useRef<Question["answer"] | null>(null);
  const ask = useCallback(
    (confirm: Confirm) =>
      new Promise<boolean>((resolve) => {
        const answer = (yes: boolean) => {
          open.current = null;
          setQuestion(null);
          resolve(yes);
        };
        open.current?.(false);
        open.current = answer;
        setQuestion({ confirm, answer });
      }),
    [],
  );
  return { question, ask };
}

export function ConfirmDialog({ question }: { question: Question }) {
  const { confirm, answer } = question;
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useFocusTrap(root, id, () => answer(false));
  return (
    <div className="veil veil-top">
      <div
        ref={root}
        className="dialog dialog-small"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
        tabIndex={-1}
      >
        <div className="dialog-head">
          <h2 id={`${id}-title`}>{plain(confirm.title)}</h2>
        </div>
        <div className="dialog-body" id={`${id}-text`}>
          <Blocks blocks={[{ type: "section", block_id: "confirm", text: confirm.text }]} surface={INERT} />
        </div>
        <div className="dialog-foot">
          <button type="button" className="button" onClick={() => answer(false)}>
            {plain(confirm.deny)}
          </button>
          <button
            type="button"
            data-autofocus
            className={confirm.style === "danger" ? "button button-danger" : "button button-primary"}
            onClick={() => answer(true)}
          >
            {plain(confirm.confirm)}
          </button>
        </div>
      </div>
    </div>
  );
}
