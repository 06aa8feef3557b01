/** The bar over everything: whose workspace, seen by whom, in which theme. */
import { usePage } from "../lib/context";
import { Avatar } from "./Avatar";
import { Icon } from "./Icon";

interface Props {
  violations: number;
  toolsOpen: boolean;
  onMenu: () => void;
  onTools: () => void;
  onTheme: () => void;
  onUser: (id: string) => void;
}

export function TopBar({ violations, toolsOpen, onMenu, onTools, onTheme, onUser }: Props) {
  const { workspace, viewer, theme, t } = usePage();
  return (
    <header className="topbar">
      <button type="button" className="bar-button narrow-only" aria-label={t.openSidebar} onClick={onMenu}>
        <Icon name="menu" />
      </button>
      <strong className="team">{workspace.team.name}</strong>
      <span className="bar-space" />
      <label className="view-as">
        <Avatar user={viewer.id} size="s" />
        <span className="view-as-label">{t.viewAs}</span>
        <select value={viewer.id} onChange={(e) => onUser(e.currentTarget.value)} aria-label={t.viewAs}>
          {workspace.users.map((u) => (
            <option key={u.id} value={u.id}>
              {u.real_name} · {u.locale} · {t[u.role]}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        className="bar-button"
        aria-label={theme === "dark" ? t.themeLight : t.themeDark}
        title={theme === "dark" ? t.themeLight : t.themeDark}
        onClick={onTheme}
      >
        <Icon name={theme === "dark" ? "sun" : "moon"} />
      </button>
      <button
        type="button"
        className="bar-button"
        aria-label={t.tools}
        title={t.tools}
        aria-expanded={toolsOpen}
        onClick={onTools}
      >
        <Icon name="gauge" />
        {violations > 0 && <span className="badge">{violations}</span>}
      </button>
    </header>
  );
}
