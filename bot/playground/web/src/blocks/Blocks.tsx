/** A message's, a Home tab's or a modal's blocks: the package's, our controls, and a box for what neither draws. */
import { type ReactNode, useMemo } from "react";
import { Control } from "../controls/Control";
import { usePage } from "../lib/context";
import type { Block, Element, TextObject, Value, Values } from "../lib/types";
import type { Act } from "../lib/useAction";
import { initialValue } from "../lib/values";
import { DataTable } from "./DataTable";
import { PackageBlocks } from "./PackageBlocks";
import { type Segment, segments, withIds } from "./prepare";

export interface Surface {
  act: Act;
  values: Values;
  /** Remembers what a control now holds, and tells the bot if the element is one that tells. */
  change: (blockId: string, element: Element, value: Value, tell: boolean) => void;
  /** Draws an input block; only views have them. */
  input?: (block: Block) => ReactNode;
}

export const textOf = (text: TextObject | string | undefined): string =>
  typeof text === "string" ? text : (text?.text ?? "");

function OwnControl({ block, element, surface }: { block: Block; element: Element; surface: Surface }) {
  const [blockId, actionId] = [block.block_id ?? "", element.action_id ?? ""];
  return (
    <Control
      element={element}
      label={element.placeholder?.text ?? textOf(block.text)}
      value={surface.values[blockId]?.[actionId] ?? initialValue(element)}
      onChange={(value) => surface.change(blockId, element, value, true)}
    />
  );
}

function Accessory({ block, surface }: { block: Block; surface: Surface }) {
  const { accessory, ...section } = block;
  return (
    <div className="with-accessory">
      <PackageBlocks blocks={[section as Block]} act={surface.act} />
      {accessory && <OwnControl block={block} element={accessory} surface={surface} />}
    </div>
  );
}

function Controls({ block, surface }: { block: Block; surface: Surface }) {
  return (
    <div className="own-actions">
      {block.elements?.map((element) =>
        element.type === "button" ? (
          <PackageBlocks
            key={element.action_id}
            act={surface.act}
            blocks={[{ ...block, elements: [element] }]}
          />
        ) : (
          <OwnControl key={element.action_id} block={block} element={element} surface={surface} />
        ),
      )}
    </div>
  );
}

function Unsupported({ type }: { type: string }) {
  const { t } = usePage();
  return (
    <p className="unsupported" role="note">
      {t.unsupported} <code>{type}</code>
    </p>
  );
}

function Part({ segment, surface }: { segment: Segment; surface: Surface }) {
  if (segment.kind === "package") return <PackageBlocks blocks={segment.blocks} act={surface.act} />;
  const { block, kind } = segment;
  if (kind === "input" && surface.input) return surface.input(block);
  if (kind === "accessory") return <Accessory block={block} surface={surface} />;
  if (kind === "controls") return <Controls block={block} surface={surface} />;
  if (kind === "data") return <DataTable block={block} />;
  return <Unsupported type={block.type} />;
}

export function Blocks({ blocks, surface }: { blocks: Block[]; surface: Surface }) {
  const parts = useMemo(() => segments(withIds(blocks)), [blocks]);
  return (
    <div className="blocks">
      {parts.map((segment) => (
        <Part key={segment.key} segment={segment} surface={surface} />
      ))}
    </div>
  );
}
