/** The pane at the right with one thread: its parent and every reply. */
import { usePage } from "../lib/context";
import { lastingReplies } from "../lib/timeline";
import type { Message } from "../lib/types";
import { Icon } from "../shell/Icon";
import { MessageRow } from "./MessageRow";

export function ThreadPane({ parent, onClose }: { parent: Message; onClose: () => void }) {
  const { t } = usePage();
  const count = lastingReplies(parent).length;
  return (
    <aside className="thread-pane" aria-label={t.thread}>
      <header className="pane-head">
        <h2>{t.thread}</h2>
        <button type="button" className="icon-button" aria-label={t.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="thread-scroll">
        <MessageRow message={parent} />
        <div className="thread-count">
          {count} {count === 1 ? t.reply : t.replies}
        </div>
        {parent.replies?.map((reply) => (
          <MessageRow key={reply.ts} message={reply} inThread />
        ))}
      </div>
    </aside>
  );
}
