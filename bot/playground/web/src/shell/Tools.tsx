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
      <section className="tool" aria-label={t.sample}>
        <h2>{t.sample}</h2>
        <p className="tool-hint">{t.sampleHint}</p>
        <a className="button" href="/play/sample-calls.csv" download>
          <Icon name="file" /> {t.sampleSave}
        </a>
      </section>
      <Violations violations={state.violations} onClear={onClear} />
      <Requests deliveries={state.deliveries} />
    </aside>
  );
}
