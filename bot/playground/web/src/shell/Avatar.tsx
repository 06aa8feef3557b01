/** A person's initials on their colour, or the app's sign. */
import { usePage, userName } from "../lib/context";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();

function AppSign() {
  return (
    <svg viewBox="0 0 36 36" aria-hidden="true">
      <path
        d="M11.6 9.5c-1.3.2-2.3 1.4-2.1 2.8.8 7.6 6.7 13.4 14.2 14.2 1.4.2 2.6-.8 2.8-2.1l.4-2.5a1.6 1.6 0 0 0-1-1.7l-3.4-1.3a1.6 1.6 0 0 0-1.7.4l-1.2 1.3a11.6 11.6 0 0 1-4.2-4.2l1.3-1.2c.5-.4.6-1.1.4-1.7l-1.3-3.4a1.6 1.6 0 0 0-1.7-1z"
        fill="#fff"
      />
      <circle cx="25" cy="11" r="4.6" fill="#ffd166" />
      <path d="M25 8.6v4.8M23.4 10h2.4a.9.9 0 0 1 0 1.9h-1.6" stroke="#5d4300" strokeWidth="1" fill="none" />
    </svg>
  );
}

export function Avatar({ user, size = "m" }: { user: string | undefined; size?: "s" | "m" }) {
  const { workspace } = usePage();
  const className = `avatar avatar-${size}`;
  if (user === workspace.app.user_id) {
    return (
      <span className={`${className} avatar-app`}>
        <AppSign />
      </span>
    );
  }
  const color = workspace.users.find((u) => u.id === user)?.avatar_color ?? "#5a6270";
  return (
    <span className={className} style={{ backgroundColor: color }} aria-hidden="true">
      {initials(userName(workspace, user))}
    </span>
  );
}
