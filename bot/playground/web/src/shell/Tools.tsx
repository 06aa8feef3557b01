/** The panel at the right: the call simulator, the rule violations, the app's answers. */
import { usePage } from "../lib/context";
import type { State } from "../lib/reducer";
import { Requests, Violations } from "../panels/Checks";
import { SimulatorPanel } from "../panels/SimulatorPanel";
import { Icon } from "./Icon";

interface Props {
  state: State;
  /** Where one is, so that what is asked here is answered there. */
  channel: string | undefined;
  onClear: () => void;
  onClose: () => void;
}

export function Tools({ state, channel, onClear, onClose }: Props) {
  const { t } = usePage();
  return (
    <aside className="tools" aria-label={t.tools}>
      <button type="button" className="icon-button tools-close" aria-label={t.closePanel} onClick={onClose}>
        <Icon name="close" />
      </button>
      {state.simulator && <SimulatorPanel simulator={state.simulator} channel={channel} />}
      <Violations violations={state.violations} onClear={onClear} />
      <Requests deliveries={state.deliveries} />
    </aside>
  );
}
