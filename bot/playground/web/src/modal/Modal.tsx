/** The modal on top of the stack: its blocks, its inputs, submitting and closing it. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Blocks } from "../blocks/Blocks";
import { useSurface } from "../blocks/useSurface";
import { ApiError, api } from "../lib/api";
import { failure, usePage } from "../lib/context";
import { plain } from "../lib/emoji";
import type { View } from "../lib/types";
import { Avatar } from "../shell/Avatar";
import { Icon } from "../shell/Icon";
import { InputBlock } from "./InputBlock";
import { useFocusTrap } from "./useFocusTrap";

interface Props {
  view: View;
  /** Whether nothing lies above it, such as a confirm dialog. */
  inFront: boolean;
  onSubmitted: (view: View, action: string | undefined) => void;
  onClosed: (view: View) => void;
}

function useSubmit(view: View, values: Parameters<typeof api.submit>[2], onSubmitted: Props["onSubmitted"]) {
  const { viewer, t } = usePage();
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !view.submit) return;
    setBusy(true);
    setProblem("");
    try {
      const answer = await api.submit(viewer.id, view.id, values);
      setErrors(answer.errors ?? {});
      if (answer.ok) onSubmitted(view, answer.response_action);
      else if (!answer.errors) setProblem(failure(t, answer.error));
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : t.serverGone);
    } finally {
      setBusy(false);
    }
  };
  return { busy, errors, problem, submit };
}

export function Modal({ view, inFront, onSubmitted, onClosed }: Props) {
  const { workspace, viewer, t } = usePage();
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const surface = useSurface({ type: "view", view_id: view.id }, view.blocks, view.state?.values);
  const { busy, errors, problem, submit } = useSubmit(view, surface.values, onSubmitted);
  // A loading view gets its fields later: they take the focus when they come.
  const fields = view.blocks.filter((b) => b.type === "input").length;
  const close = () => {
    onClosed(view);
    // The bot hears of it; that it may have nothing to say to it is no matter for the person.
    api.close(viewer.id, view.id).catch(() => undefined);
  };

  useFocusTrap(root, `${view.id}:${fields > 0}`, close, inFront);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal
  useEffect(() => {
    root.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  return (
    <div className="veil">
      <div
        ref={root}
        className="dialog"
        role="dialog"
        aria-modal="true"
        aria-labelledby={`${id}-title`}
        aria-busy={busy}
        data-view-id={view.id}
        tabIndex={-1}
      >
        <form className="dialog-form" noValidate onSubmit={submit}>
          <div className="dialog-head">
            {view.previous_view_id ? (
              <button type="button" className="icon-button" aria-label={t.back} onClick={close}>
                <Icon name="back" />
              </button>
            ) : (
              <Avatar user={workspace.app.user_id} size="m" />
            )}
            <h2 id={`${id}-title`}>{plain(view.title)}</h2>
            <button type="button" className="icon-button" aria-label={t.dismiss} onClick={close}>
              <Icon name="close" />
            </button>
          </div>
          <div className="dialog-body">
            {problem && (
              <p className="dialog-problem" role="alert">
                {problem}
              </p>
            )}
            <Blocks
              blocks={view.blocks}
              surface={{
                ...surface,
                input: (block) => (
                  <InputBlock block={block} surface={surface} error={errors[block.block_id ?? ""] ?? ""} />
                ),
              }}
            />
          </div>
          <div className="dialog-foot">
            <button type="button" className="button" onClick={close}>
              {plain(view.close) || (view.submit ? t.cancel : t.close)}
            </button>
            {view.submit && (
              <button type="submit" className="button button-primary" aria-disabled={busy}>
                {busy && <span className="spinner" aria-hidden="true" />}
                {plain(view.submit)}
              </button>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}
