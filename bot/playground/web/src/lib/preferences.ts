/** What the address and the browser say about where to start: ?user, ?channel, ?tab, ?theme, ?tools=0. */
import { useEffect, useState } from "react";

export const query = () => new URLSearchParams(window.location.search);

/** Writes the given parameters into the address, without a new entry in the history. */
export function remember(parameters: Record<string, string | null>) {
  const now = query();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null) now.delete(name);
    else now.set(name, value);
  }
  window.history.replaceState(null, "", `${window.location.pathname}?${now}`);
}

const isTheme = (text: string | null): text is "light" | "dark" => text === "light" || text === "dark";

/** The theme: the address, then the last choice here, then the system's. */
export function useTheme(): ["light" | "dark", () => void] {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const [theme, setTheme] = useState<"light" | "dark">(() => {
    const chosen = query().get("theme") ?? localStorage.getItem("theme");
    return isTheme(chosen) ? chosen : system.matches ? "dark" : "light";
  });
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", next);
    if (query().has("theme")) remember({ theme: next });
    setTheme(next);
  };
  return [theme, toggle];
}
