/** Blocks drawn by slack-blocks-to-jsx; clicks are caught here, as the package has no callbacks. */
import { type MouseEvent, useMemo } from "react";
import { Message, type Block as PackageBlock } from "slack-blocks-to-jsx";
import { type Page, usePage, userName } from "../lib/context";
import { named } from "../lib/emoji";
import { fillDateFormat, full, toDate } from "../lib/time";
import type { Block } from "../lib/types";
import type { Act } from "../lib/useAction";
import { clicked, disarm } from "./prepare";

const hooksFor = ({ workspace, locale, viewer }: Page) => ({
  user: ({ id }: { id: string }) => (
    <span className={id === viewer.id ? "mention mention-me" : "mention"}>@{userName(workspace, id)}</span>
  ),
  channel: ({ id }: { id: string }) => (
    <span className="mention">#{workspace.channels.find((c) => c.id === id)?.name ?? id}</span>
  ),
  emoji: ({ name }: { name: string }) => named(name),
  date: ({ timestamp, format, link, fallback }: DateToken) => {
    const date = toDate(timestamp);
    if (Number.isNaN(date.getTime())) return fallback;
    const text = fillDateFormat(format, date, new Date(), locale);
    return link ? (
      <a href={link} target="_blank" rel="noreferrer">
        {text}
      </a>
    ) : (
      <time dateTime={date.toISOString()} title={full(date, locale)}>
        {text}
      </time>
    );
  },
});

interface DateToken {
  timestamp: string;
  format: string;
  link: string | null;
  fallback: string;
}

export function PackageBlocks({ blocks, act }: { blocks: Block[]; act: Act }) {
  const page = usePage();
  const { workspace, theme, locale, viewer } = page;
  const hooks = useMemo(() => hooksFor(page), [page]);
  const data = useMemo(() => {
    const app = { id: workspace.app.user_id, name: workspace.app.name };
    return { users: [...workspace.users, app], channels: workspace.channels };
  }, [workspace]);

  const onClick = async (event: MouseEvent<HTMLElement>) => {
    const found = clicked(event.target, blocks);
    if (!found) return;
    const button = (event.target as HTMLElement).closest("button");
    if (button?.getAttribute("aria-busy") === "true") return;
    const onSend = () => button?.setAttribute("aria-busy", "true");
    await act(found.block.block_id ?? "", found.element, undefined, undefined, onSend);
    button?.removeAttribute("aria-busy");
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: clicks bubble up from real buttons
    <div className="blocks-package" onClick={onClick}>
      {/* The package reads its data and hooks once, so a change of person mounts it anew. */}
      <Message
        key={`${viewer.id}:${locale}:${data.users.length}:${data.channels.length}`}
        withoutWrapper
        blocks={disarm(blocks) as unknown as PackageBlock[]}
        logo=""
        name={workspace.app.name}
        theme={theme}
        data={data}
        hooks={hooks}
      />
    </div>
  );
}
