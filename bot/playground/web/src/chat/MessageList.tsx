/** A channel's messages with the lines between days and the threads below their parents. */
import { Fragment, useEffect, useLayoutEffect, useRef, useState } from "react";
import { usePage } from "../lib/context";
import { clock, dayKey, dayLabel, toDate } from "../lib/time";
import { lastingReplies } from "../lib/timeline";
import type { Message } from "../lib/types";
import { Avatar } from "../shell/Avatar";
import { MessageRow } from "./MessageRow";

const FOLLOWS_WITHIN_S = 300;

/** Whether a message belongs to the one before it: same author, shortly after, nothing in between. */
function followsOn(message: Message, before: Message | undefined): boolean {
  if (!before || before.replies?.length || message.broadcast) return false;
  const near = Number(message.ts) - Number(before.ts) < FOLLOWS_WITHIN_S;
  const kind = (m: Message) =>
    `${m.user}|${m.username ?? ""}|${m.ephemeral ?? false}|${m.broadcast ?? false}`;
  return near && kind(message) === kind(before) && dayKey(toDate(message.ts)) === dayKey(toDate(before.ts));
}

function Replies({ parent, onThread }: { parent: Message; onThread: (ts: string) => void }) {
  const { t, locale } = usePage();
  const [open, setOpen] = useState(false);
  const replies = parent.replies ?? [];
  const lasting = lastingReplies(parent);
  const last = lasting.at(-1);
  if (!last) return null;
  const count = `${lasting.length} ${lasting.length === 1 ? t.reply : t.replies}`;
  return (
    <div className="replies">
      <div className="replies-bar">
        {[...new Set(lasting.map((r) => r.user))].map((user) => (
          <Avatar key={user} user={user} size="s" />
        ))}
        <button
          type="button"
          className="link-button"
          aria-expanded={open}
          aria-label={`${count}, ${open ? t.hideReplies : t.showReplies}`}
          onClick={() => setOpen(!open)}
        >
          {count}
        </button>
        <small>{clock(toDate(last.ts), locale)}</small>
        <button type="button" className="link-button quiet" onClick={() => onThread(parent.ts)}>
          {t.openThread}
        </button>
      </div>
      {open && replies.map((reply) => <MessageRow key={reply.ts} message={reply} inThread />)}
    </div>
  );
}

interface Props {
  messages: Message[];
  label: string;
  intro: string;
  onThread: (ts: string) => void;
  /** How often the person has written here: each time, the end of the list comes back into sight. */
  written: number;
}

/** Keeps the newest message in sight, unless the person has scrolled up to read; writing brings it back. */
function useStickToEnd(content: unknown, written: number) {
  const box = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: to be done whenever the person has written
  useLayoutEffect(() => {
    stuck.current = true;
  }, [written]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: to be done whenever the content changes
  useLayoutEffect(() => {
    if (box.current && stuck.current) box.current.scrollTop = box.current.scrollHeight;
  }, [content, written]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const toEnd = () => {
      if (stuck.current) element.scrollTop = element.scrollHeight;
    };
    const sizes = new ResizeObserver(toEnd);
    sizes.observe(element);
    if (element.firstElementChild) sizes.observe(element.firstElementChild);
    return () => sizes.disconnect();
  }, []);
  const onScroll = () => {
    const e = box.current;
    if (e) stuck.current = e.scrollHeight - e.scrollTop - e.clientHeight < 40;
  };
  return { ref: box, onScroll };
}

export function MessageList({ messages, label, intro, onThread, written }: Props) {
  const { t, locale } = usePage();
  const stick = useStickToEnd(messages, written);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <div className="message-scroll" {...stick} tabIndex={0} role="log" aria-label={label} aria-live="polite">
      <div className="message-list">
        <div className="intro">
          <h2>
            {t.start} {intro}
          </h2>
          {messages.length === 0 && <p>{t.noMessages}</p>}
        </div>
        {messages.map((message, index) => {
          const date = toDate(message.ts);
          const before = messages[index - 1];
          const newDay = !before || dayKey(toDate(before.ts)) !== dayKey(date);
          return (
            <Fragment key={message.ts}>
              {newDay && (
                <div className="day">
                  <span>{dayLabel(date, new Date(), locale)}</span>
                </div>
              )}
              <MessageRow message={message} follows={followsOn(message, before)} />
              <Replies parent={message} onThread={onThread} />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}
