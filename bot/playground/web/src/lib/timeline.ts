/** Pure changes to a channel's list of messages: oldest first, thread replies inside their parent. */
import type { Message } from "./types";

const byTs = (a: Message, b: Message) => Number(a.ts) - Number(b.ts);

function put(list: Message[], message: Message): Message[] {
  const known = list.find((m) => m.ts === message.ts);
  if (!known) return [...list, message].sort(byTs);
  // An event about a parent does not always carry its replies; those already here stay.
  const replies = message.replies ?? known.replies;
  return list.map((m) => (m.ts === message.ts ? { ...message, ...(replies ? { replies } : {}) } : m));
}

/** Whether a message stands in the thread of another. */
export const isReply = (m: Message) => m.thread_ts !== undefined && m.thread_ts !== m.ts;

/** The replies in a message's thread that count: what only one person sees is none. */
export const lastingReplies = (parent: Message): Message[] =>
  (parent.replies ?? []).filter((reply) => !reply.ephemeral);

/** Adds a message or replaces the one with its `ts`, in its thread and, when broadcast, in the channel too. */
export function upsert(list: Message[], message: Message): Message[] {
  if (!isReply(message)) return put(list, message);
  const threaded = list.map((m) =>
    m.ts === message.thread_ts ? { ...m, replies: put(m.replies ?? [], message) } : m,
  );
  return message.broadcast ? put(threaded, message) : threaded;
}

/** Removes the message with that `ts`, wherever it stands. */
export function remove(list: Message[], ts: string): Message[] {
  return list
    .filter((m) => m.ts !== ts)
    .map((m) =>
      m.replies?.some((r) => r.ts === ts) ? { ...m, replies: m.replies.filter((r) => r.ts !== ts) } : m,
    );
}
