/** The line to write in. It completes slash commands: arrows choose, Tab takes, Enter takes or sends, Esc closes. */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { FileChip, useDrop } from "../controls/Files";
import { usePage } from "../lib/context";
import { Icon } from "../shell/Icon";
import { type Suggestion, suggestions } from "./completion";

const MOST_FILES = 10;

interface MenuProps {
  id: string;
  shown: Suggestion[];
  at: number;
  onTake: (suggestion: Suggestion) => void;
}

function CommandMenu({ id, shown, at, onTake }: MenuProps) {
  const { t } = usePage();
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [id, at]);
  return (
    <div className="command-menu" id={id} role="listbox" aria-label={t.commands}>
      <p className="menu-title" aria-hidden="true">
        {t.commands}
      </p>
      {shown.map((s, index) => (
        <div
          key={s.title}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={index === at ? "menu-item menu-item-at" : "menu-item"}
          onMouseDown={(e) => {
            e.preventDefault();
            onTake(s);
          }}
        >
          <b>{s.title}</b> {s.hint && <span className="menu-hint">{s.hint}</span>}
          <small>{s.description}</small>
        </div>
      ))}
    </div>
  );
}

/** The line and what completes it; `onKeyDown` handles every key that means more than a letter. */
function useCompletion(send: (text: string, files: File[]) => Promise<boolean>) {
  const { workspace, t } = usePage();
  const [line, setLine] = useState("");
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(false);
  const [files, setFiles] = useState<File[]>([]);
  const commands = useMemo(() => {
    const invite = { command: "/invite", usage_hint: `@${workspace.app.name}`, description: t.inviteHint };
    return [...workspace.commands, invite];
  }, [workspace, t]);
  const shown = closed ? [] : suggestions(line, commands);
  const current = shown[at];

  const write = (text: string, close = false) => {
    setLine(text);
    setAt(0);
    setClosed(close);
  };
  const sendLine = async () => {
    const text = line.trim();
    if (!text && files.length === 0) return;
    write("");
    setFiles([]);
    if (await send(text, files)) return;
    setLine((now) => now || text);
    setFiles((now) => (now.length ? now : files));
  };
  // A word that is already whole is sent, unless another suggestion was chosen with the arrows.
  const whole = line.endsWith(" ") || shown.some((s) => s.complete);
  const onEnter = () => (current && (at > 0 || !whole) ? write(current.line) : sendLine());
  const onTab = () => current && write(current.line, current.complete && !current.line.endsWith(" "));
  const step = (by: number) => setAt((at + by + shown.length) % shown.length);

  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.shiftKey) return;
    const always = { Enter: onEnter };
    const listed = {
      Tab: onTab,
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Escape: () => setClosed(true),
    };
    const keys: Record<string, () => unknown> = current ? { ...always, ...listed } : always;
    const act = keys[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  };
  return { line, shown, at, files, setFiles, write, sendLine, onKeyDown };
}

interface Props {
  target: string;
  /** Resolves to whether text and files were taken; refused ones stay in the line. */
  onSend: (text: string, files: File[]) => Promise<boolean>;
}

export function Composer({ target, onSend }: Props) {
  const { t } = usePage();
  const menuId = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const { line, shown, at, files, setFiles, write, sendLine, onKeyDown } = useCompletion(onSend);
  const attach = (given: File[]) => {
    setFiles((had) => [...had, ...given].slice(0, MOST_FILES));
    area.current?.focus();
  };
  const { over, handlers } = useDrop(attach);
  const open = shown.length > 0;
  const name = `${t.messageTo} ${target}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    if (!area.current) return;
    area.current.style.height = "auto";
    area.current.style.height = `${area.current.scrollHeight}px`;
  }, [line]);

  return (
    <div className="composer">
      {open && <CommandMenu id={menuId} shown={shown} at={at} onTake={(s) => write(s.line)} />}
      <div className={over ? "composer-box composer-over" : "composer-box"} {...handlers}>
        {files.length > 0 && (
          <div className="files">
            {files.map((file) => (
              <FileChip
                key={`${file.name}:${file.size}:${file.lastModified}`}
                file={file}
                onRemove={() => setFiles(files.filter((each) => each !== file))}
              />
            ))}
          </div>
        )}
        <input
          ref={chooser}
          type="file"
          hidden
          multiple
          aria-label={t.attach}
          onChange={(e) => {
            attach([...(e.currentTarget.files ?? [])]);
            e.currentTarget.value = "";
          }}
        />
        <button
          type="button"
          className="attach"
          aria-label={t.attach}
          onClick={() => chooser.current?.click()}
        >
          <Icon name="attach" />
        </button>
        <textarea
          ref={area}
          rows={1}
          aria-label={name}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={open ? menuId : undefined}
          aria-activedescendant={open ? `${menuId}-${at}` : undefined}
          placeholder={name}
          value={line}
          onChange={(e) => write(e.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="button"
          className="send"
          aria-label={t.send}
          disabled={!line.trim() && files.length === 0}
          onClick={sendLine}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}
