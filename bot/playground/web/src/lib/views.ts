/** Pure changes to the stack of open modals; the last one is on top. */
import type { StreamEvent, View } from "./types";

type ViewEvent = Extract<StreamEvent, { view: View }>["type"];

/** Applies one view event of the stream. */
export function stack(views: View[], type: ViewEvent, view: View): View[] {
  switch (type) {
    case "view_opened":
      return [view];
    case "view_pushed":
      return [...views.filter((v) => v.id !== view.id), view];
    case "view_updated":
      return views.map((v) => (v.id === view.id ? view : v));
    case "view_closed":
      return views.filter((v) => v.id !== view.id);
    default:
      return views;
  }
}

/** What is left after a submission was answered with "clear" (the whole stack) or nothing (its top). */
export function afterSubmit(views: View[], submitted: View, action: string | undefined): View[] {
  const root = submitted.root_view_id ?? submitted.id;
  if (action === "clear") return views.filter((v) => (v.root_view_id ?? v.id) !== root);
  if (action === "update" || action === "push") return views;
  return views.filter((v) => v.id !== submitted.id);
}
