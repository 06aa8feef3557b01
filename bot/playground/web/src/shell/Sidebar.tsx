/** The workspace's channels, direct messages and apps. */
import type { ReactNode } from "react";
import { appChannel, usePage, userName } from "../lib/context";
import type { Channel } from "../lib/types";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";
import type { Place } from "./place";

interface Props {
  place: Place;
  unread: Record<string, number>;
  onGo: (place: Place) => void;
}

interface ItemProps {
  current: boolean;
  count: number;
  name: string;
  sign: ReactNode;
  onClick: () => void;
}

function Item({ current, count, name, sign, onClick }: ItemProps) {
  const { t } = usePage();
  return (
    <li>
      <button
        type="button"
        className={count ? "nav-item nav-unread" : "nav-item"}
        aria-current={current ? "page" : undefined}
        onClick={onClick}
      >
        <span className="nav-sign">{sign}</span>
        <span className="nav-name">{name}</span>
        {count > 0 && (
          <span className="nav-count">
            {count}
            <span className="sr-only"> {t.unread}</span>
          </span>
        )}
      </button>
    </li>
  );
}

export function Sidebar({ place, unread, onGo }: Props) {
  const { workspace, t } = usePage();
  const own = appChannel(workspace);
  const rooms = workspace.channels.filter((c) => !c.is_im);
  const directs = workspace.channels.filter((c) => c.is_im && c !== own);
  const item = (c: Channel, name: string, sign: ReactNode) => (
    <Item
      key={c.id}
      name={name}
      sign={sign}
      count={unread[c.id] ?? 0}
      current={place.kind === "channel" && place.id === c.id}
      onClick={() => onGo({ kind: "channel", id: c.id })}
    />
  );
  return (
    <nav className="sidebar-nav" aria-label={t.sidebar}>
      <h2>{t.channels}</h2>
      <ul>{rooms.map((c) => item(c, c.name, c.is_private ? <Icon name="lock" /> : "#"))}</ul>
      {directs.length > 0 && (
        <>
          <h2>{t.direct}</h2>
          <ul>
            {directs.map((c) => item(c, userName(workspace, c.name), <Avatar user={c.name} size="s" />))}
          </ul>
        </>
      )}
      <h2>{t.apps}</h2>
      <ul>
        <Item
          name={workspace.app.name}
          sign={<Avatar user={workspace.app.user_id} size="s" />}
          count={own ? (unread[own.id] ?? 0) : 0}
          current={place.kind === "app"}
          onClick={() => onGo({ kind: "app", tab: own && unread[own.id] ? "messages" : "home" })}
        />
      </ul>
    </nav>
  );
}
