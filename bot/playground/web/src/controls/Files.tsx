/** Files: those that were chosen as chips, a button to choose with, and a hook that takes what is dropped. */
import { type DragEvent, useRef, useState } from "react";
import { ApiError, api } from "../lib/api";
import { usePage } from "../lib/context";
import { plain } from "../lib/emoji";
import type { SharedFile } from "../lib/types";
import { Icon } from "../shell/Icon";
import { type ControlProps, nameProps } from "./Control";

const KILO = 1000;

/** A size as people read it: "14 kB", "1.2 MB". */
export function size(bytes: number, locale: string): string {
  const [unit, value] =
    bytes < KILO
      ? ["byte", bytes]
      : bytes < KILO ** 2
        ? ["kilobyte", bytes / KILO]
        : ["megabyte", bytes / KILO ** 2];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: String(unit),
    unitDisplay: "short",
    maximumFractionDigits: Number(value) < 10 && unit !== "byte" ? 1 : 0,
  }).format(Number(value));
}

/** What a file is shown as; `onRemove` where it may be taken back. */
export function FileChip({
  file,
  onRemove,
}: {
  file: { name: string; size: number };
  onRemove?: () => void;
}) {
  const { locale, t } = usePage();
  return (
    <span className="file-chip">
      <Icon name="file" />
      <span className="file-name">{file.name}</span>
      <small>{size(file.size, locale)}</small>
      {onRemove && (
        <button
          type="button"
          className="chip-remove"
          aria-label={`${t.remove} ${file.name}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

/** Takes what is dropped on an element: `over` while something is held above it. */
export function useDrop(take: (files: File[]) => void) {
  const [over, setOver] = useState(false);
  const hold = (e: DragEvent) => {
    if (!e.dataTransfer.types.includes("Files")) return;
    e.preventDefault();
    setOver(true);
  };
  const leave = (e: DragEvent) => {
    if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOver(false);
  };
  const drop = (e: DragEvent) => {
    if (!e.dataTransfer.types.includes("Files")) return;
    e.preventDefault();
    setOver(false);
    take([...e.dataTransfer.files]);
  };
  return { over, handlers: { onDragEnter: hold, onDragOver: hold, onDragLeave: leave, onDrop: drop } };
}

/** file_input: what is chosen is sent to the workspace at once, and to the bot with the modal. */
export function FileInput(props: ControlProps) {
  const { element, value, onChange } = props;
  const { viewer, warn, t } = usePage();
  const chooser = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const files = value.files ?? [];
  const put = (chosen: SharedFile[]) => onChange({ ...value, files: chosen });

  const take = async (given: File[]) => {
    setBusy(true);
    try {
      const sent = await Promise.all(given.map((each) => api.upload(viewer.id, each)));
      put([...files, ...sent]);
    } catch (error) {
      warn(error instanceof ApiError ? error.message : t.serverGone);
    } finally {
      setBusy(false);
    }
  };
  const { over, handlers } = useDrop(take);
  return (
    <div className={over ? "file-input file-input-over" : "file-input"} {...handlers}>
      <input
        ref={chooser}
        type="file"
        hidden
        multiple={(element.max_files ?? 10) > 1}
        accept={element.filetypes?.map((each) => `.${each}`).join(",")}
        aria-label={plain(element.placeholder) || t.chooseFiles}
        onChange={(e) => {
          take([...(e.currentTarget.files ?? [])]);
          e.currentTarget.value = "";
        }}
      />
      {files.length > 0 && (
        <div className="files">
          {files.map((file) => (
            <FileChip
              key={file.id}
              file={file}
              onRemove={() => put(files.filter((each) => each.id !== file.id))}
            />
          ))}
        </div>
      )}
      <button
        {...nameProps({ ...props, labelledBy: undefined })}
        type="button"
        className="button button-small"
        disabled={busy}
        onClick={() => chooser.current?.click()}
      >
        {busy && <span className="spinner" aria-hidden="true" />}
        {t.chooseFiles}
      </button>
      <span className="file-hint">{t.orDrop}</span>
    </div>
  );
}
