/** Sorts blocks into those the package draws and those the page must draw itself. Pure. */
import { coloured } from "../lib/emoji";
import type { Block, Element } from "../lib/types";
import { elementsOf, isControl } from "../lib/values";

/** What slack-blocks-to-jsx 1.1.1 draws; it leaves any other type blank. */
const DRAWN = new Set([
  "actions",
  "alert",
  "card",
  "carousel",
  "container",
  "context",
  "context_actions",
  "data_visualization",
  "divider",
  "header",
  "image",
  "markdown",
  "plan",
  "rich_text",
  "section",
  "table",
  "task_card",
  "video",
]);

export type Segment =
  | { kind: "package"; key: string; blocks: Block[] }
  | { kind: "input" | "controls" | "accessory" | "data" | "unsupported"; key: string; block: Block };

const named = (e: Element, index: number): Element => (e.action_id ? e : { ...e, action_id: `a${index}` });

/** Gives every block and element the id that the DOM and the answer to the bot need. */
export function withIds(blocks: Block[]): Block[] {
  return blocks.map((block, index) => ({
    ...block,
    block_id: block.block_id ?? `b${index}`,
    ...(block.element ? { element: named(block.element, 0) } : {}),
    ...(block.accessory ? { accessory: named(block.accessory, 0) } : {}),
    ...(block.type === "actions" && block.elements ? { elements: block.elements.map(named) } : {}),
  }));
}

function kindOf(block: Block): Segment["kind"] {
  if (block.type === "input") return "input";
  if (block.type === "data_table") return "data";
  if (!DRAWN.has(block.type)) return "unsupported";
  if (block.type === "section" && isControl(block.accessory)) return "accessory";
  if (block.type === "actions" && block.elements?.some(isControl)) return "controls";
  return "package";
}

/** Neighbours that the package draws stay together; every other block stands alone. */
export function segments(blocks: Block[]): Segment[] {
  const result: Segment[] = [];
  for (const [index, block] of blocks.entries()) {
    const kind = kindOf(block);
    const last = result.at(-1);
    if (kind === "package" && last?.kind === "package") last.blocks.push(block);
    else if (kind === "package") result.push({ kind, key: `p${index}`, blocks: [block] });
    else result.push({ kind, key: `${block.type}:${block.block_id}`, block });
  }
  return result;
}

/**
 * The package would open links and confirm dialogs by itself, and without telling anyone: the page does it.
 * It also leaves some emoji without colour, and takes all between two colons for one unless there is a space.
 */
export function disarm<T>(node: T): T {
  if (Array.isArray(node)) return node.map(disarm) as T;
  if (typeof node !== "object" || node === null) return node;
  const isButton = (node as { type?: unknown }).type === "button";
  const kept = Object.entries(node).filter(([key]) => !(isButton && (key === "url" || key === "confirm")));
  const prepared = (key: string, value: unknown) =>
    key === "text" && typeof value === "string" ? coloured(value).replaceAll("\n", " \n") : disarm(value);
  return Object.fromEntries(kept.map(([key, value]) => [key, prepared(key, value)])) as T;
}

/** The button behind a click: found by the ids that the package writes into the DOM. */
export function clicked(target: EventTarget, blocks: Block[]): { block: Block; element: Element } | null {
  const button = target instanceof HTMLElement ? target.closest<HTMLElement>("button[id]") : null;
  if (!button) return null;
  for (const block of blocks) {
    const inside = block.block_id ? button.closest(`[id="${CSS.escape(block.block_id)}"]`) : null;
    const element = inside && elementsOf(block).find((e) => e.action_id === button.id);
    if (element) return { block, element };
  }
  return null;
}
