/** What the composer offers for a line that starts with a slash. Pure. */
import type { Command } from "../lib/types";

export interface Suggestion {
  /** The whole line after choosing this. */
  line: string;
  title: string;
  hint: string;
  description: string;
  /** Whether the line already says this, so that Enter sends it. */
  complete: boolean;
}

function subcommands(command: Command, typed: string): Suggestion[] {
  const word = typed.toLowerCase();
  return (command.subcommands ?? [])
    .filter((s) => s.word.toLowerCase().startsWith(word))
    .map((s) => ({
      line: `${command.command} ${s.word}`,
      title: `${command.command} ${s.word}`,
      hint: "",
      description: s.description,
      // "add" is whole, though its suggestion shows an amount behind it.
      complete: s.word.toLowerCase() === word || s.word.toLowerCase().split(" ")[0] === word,
    }));
}

/** Commands while the first word is typed, then its subcommands while the second is. */
export function suggestions(line: string, commands: Command[]): Suggestion[] {
  if (!line.startsWith("/")) return [];
  const [first = "", ...rest] = line.split(" ");
  if (rest.length === 0) {
    return commands
      .filter((c) => c.command.startsWith(first.toLowerCase()))
      .map((c) => ({
        line: `${c.command} `,
        title: c.command,
        hint: c.usage_hint ?? "",
        description: c.description ?? "",
        complete: c.command === first.toLowerCase(),
      }));
  }
  const command = commands.find((c) => c.command === first.toLowerCase());
  return command && rest.length === 1 ? subcommands(command, rest[0] ?? "") : [];
}
