/** One message: who, when, what; its marks (ephemeral, edited, broadcast). */
import { useMemo } from "react";
import { Blocks } from "../blocks/Blocks";
import { useSurface } from "../blocks/useSurface";
import { FileChip } from "../controls/Files";
import { usePage, userName } from "../lib/context";
import { clock, full, toDate } from "../lib/time";
import type { Block, Message } from "../lib/types";
import { Avatar } from "../shell/Avatar";
import { Icon } from "../shell/Icon";

const fromText = (text: string): Block[] =>
  text ? [{ type: "section", block_id: "text", text: { type: "mrkdwn", text } }] : [];

function Body({ message }: { message: Message }) {
  const { t } = usePage();
  const blocks = useMemo(
    () => (message.blocks?.length ? message.blocks : fromText(message.text)),
    [message.blocks, message.text],
  );
  const surface = useSurface({ type: "message", channel: message.channel, message_ts: message.ts }, blocks);
  return (
    <div className="message-body">
      <Blocks blocks={blocks} surface={surface} />
      {message.files && (
        <div className="files">
          {message.files.map((file) => (
            <FileChip key={file.id} file={file} />
          ))}
        </div>
      )}
      {Boolean(message.edited) && <span className="edited">{t.edited}</span>}
    </div>
  );
}

interface RowProps {
  message: Message;
  /** It goes on from the one above: same author, shortly after. */
  follows?: boolean;
  inThread?: boolean;
}

export function MessageRow({ message, follows, inThread }: RowProps) {
  const { workspace, locale, t } = usePage();
  const date = toDate(message.ts);
  const name = message.username ?? userName(workspace, message.user);
  const time = (
    <time dateTime={date.toISOString()} title={full(date, locale)}>
      {clock(date, locale)}
    </time>
  );
  return (
    <article
      className={`message${message.ephemeral ? " ephemeral" : ""}${follows ? " follows" : ""}`}
      aria-label={`${name}, ${clock(date, locale)}`}
      data-ts={message.ts}
    >
      {message.ephemeral && (
        <p className="mark">
          <Icon name="eye" /> {t.onlyYou}
        </p>
      )}
      {message.broadcast && !inThread && (
        <p className="mark">
          <Icon name="thread" /> {t.repliedInThread}
        </p>
      )}
      <div className="gutter">{follows ? time : <Avatar user={message.user} />}</div>
      <div className="message-main">
        {!follows && (
          <p className="byline">
            <strong>{name}</strong>
            {(message.bot_id || message.user === workspace.app.user_id) && (
              <span className="app-badge">{t.app}</span>
            )}
            {time}
          </p>
        )}
        <Body message={message} />
      </div>
    </article>
  );
}
