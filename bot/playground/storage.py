"""What survives a restart of the playground: messages, files, memberships and Home tabs, in one sqlite file."""

import json
import sqlite3
from pathlib import Path

from bot.playground.config import Json

SCHEMA = """
CREATE TABLE IF NOT EXISTS message (channel TEXT, ts TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, ts));
CREATE TABLE IF NOT EXISTS member (channel TEXT, user TEXT, PRIMARY KEY (channel, user));
CREATE TABLE IF NOT EXISTS file (id TEXT PRIMARY KEY, facts TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS home (user TEXT PRIMARY KEY, view TEXT NOT NULL);
"""


class Storage:
    """Rows of JSON, written through at each change. A path of None keeps them in memory."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None)
        # Write-ahead without a flush per row: it survives a kill of the process, which is all a trial needs.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; nothing may be saved afterwards."""
        self._db.close()

    def save_message(self, channel: str, ts: str, body: Json) -> None:
        """Write a message, new or changed."""
        self._db.execute("REPLACE INTO message VALUES (?, ?, ?)", (channel, ts, json.dumps(body)))

    def drop_message(self, channel: str, ts: str) -> None:
        """Forget a message."""
        self._db.execute("DELETE FROM message WHERE channel = ? AND ts = ?", (channel, ts))

    def messages(self) -> list[Json]:
        """Every message, oldest first."""
        return [json.loads(body) for (body,) in self._db.execute("SELECT body FROM message ORDER BY ts")]

    def save_file(self, file_id: str, facts: Json, content: bytes) -> None:
        """Write a file."""
        self._db.execute("REPLACE INTO file VALUES (?, ?, ?)", (file_id, json.dumps(facts), content))

    def save_file_facts(self, file_id: str, facts: Json) -> None:
        """Write what is known of a file that is there."""
        self._db.execute("UPDATE file SET facts = ? WHERE id = ?", (json.dumps(facts), file_id))

    def drop_file(self, file_id: str) -> None:
        """Forget a file."""
        self._db.execute("DELETE FROM file WHERE id = ?", (file_id,))

    def file(self, file_id: str) -> Json | None:
        """What is known of a file, or None."""
        found = self._db.execute("SELECT facts FROM file WHERE id = ?", (file_id,)).fetchone()
        return json.loads(found[0]) if found else None

    def file_content(self, file_id: str) -> bytes | None:
        """What is in a file, or None."""
        found = self._db.execute("SELECT content FROM file WHERE id = ?", (file_id,)).fetchone()
        return bytes(found[0]) if found else None

    def save_member(self, channel: str, user: str) -> None:
        """Remember that someone joined a channel."""
        self._db.execute("REPLACE INTO member VALUES (?, ?)", (channel, user))

    def members(self) -> list[tuple[str, str]]:
        """Every (channel, user) that joined after the first start."""
        return list(self._db.execute("SELECT channel, user FROM member"))

    def save_home(self, user: str, view: Json) -> None:
        """Write what a person's Home tab shows."""
        self._db.execute("REPLACE INTO home VALUES (?, ?)", (user, json.dumps(view)))

    def homes(self) -> dict[str, Json]:
        """Every Home tab, by user."""
        return {user: json.loads(view) for user, view in self._db.execute("SELECT user, view FROM home")}
