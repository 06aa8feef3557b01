/** Sends what a person did with an element to the bot, after the element's confirm object if it has one. */
import { useCallback } from "react";
import { ApiError, api } from "./api";
import { failure, usePage } from "./context";
import type { Action, Container, Element, Value, Values } from "./types";

/**
 * `value` is what a control now holds; a button brings none. `onSend` is called when the person has confirmed.
 * Resolves to whether it was sent and accepted.
 */
export type Act = (
  blockId: string,
  element: Element,
  value?: Value,
  values?: Values,
  onSend?: () => void,
) => Promise<boolean>;

function actionOf(blockId: string, element: Element, value: Value | undefined): Action {
  const action: Action = {
    type: element.type,
    action_id: element.action_id ?? "",
    block_id: blockId,
    ...value,
  };
  if (element.type !== "button") return action;
  return {
    ...action,
    ...(element.value === undefined ? {} : { value: element.value }),
    ...(element.text ? { text: element.text } : {}),
  };
}

export function useAction(container: Container): Act {
  const { viewer, confirm, warn, t } = usePage();
  const id = container.type === "view" ? container.view_id : container.message_ts;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the container is the same as long as its id is
  return useCallback(
    async (blockId, element, value, values, onSend) => {
      if (element.confirm && !(await confirm(element.confirm))) return false;
      onSend?.();
      if (element.url) window.open(element.url, "_blank", "noopener");
      try {
        const answer = await api.act(viewer.id, container, actionOf(blockId, element, value), values);
        if (!answer.ok) warn(failure(t, answer.error));
        return answer.ok;
      } catch (error) {
        warn(error instanceof ApiError ? error.message : t.serverGone);
        return false;
      }
    },
    [id, viewer.id, confirm, warn, t],
  );
}
