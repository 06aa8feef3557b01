/** The values that a surface's own controls hold, and how a change of one reaches the bot. */
import { useCallback, useMemo, useState } from "react";
import type { Block, Container, Values } from "../lib/types";
import { useAction } from "../lib/useAction";
import { valuesOf } from "../lib/values";
import type { Surface } from "./Blocks";
import { withIds } from "./prepare";

/** `entered` is what the server knows to be entered already, as after a reload. */
export function useSurface(container: Container, blocks: Block[], entered: Values = {}): Surface {
  const act = useAction(container);
  const [held, hold] = useState<Values>(entered);
  const values = useMemo(() => valuesOf(withIds(blocks), held), [blocks, held]);

  const change = useCallback<Surface["change"]>(
    (blockId, element, value, tell) => {
      const actionId = element.action_id ?? "";
      const next: Values = { ...values, [blockId]: { ...values[blockId], [actionId]: value } };
      if (element.type !== "overflow") hold(next);
      if (tell) act(blockId, element, value, next);
    },
    [values, act],
  );

  const tellAll = useCallback<Surface["act"]>(
    (blockId, element, value, given, onSend) => act(blockId, element, value, given ?? values, onSend),
    [act, values],
  );
  return useMemo(() => ({ act: tellAll, values, change }), [tellAll, values, change]);
}
