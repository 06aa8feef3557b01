/** What the strict stand-in noticed: rules the app broke, and how fast it answered. */
import { usePage } from "../lib/context";
import type { State } from "../lib/reducer";
import { clockSeconds, toDate } from "../lib/time";
import type { Violation } from "../lib/types";

function Row({ violation }: { violation: Violation }) {
  const { locale } = usePage();
  const detail = violation.detail;
  const text = typeof detail === "string" ? detail : JSON.stringify(detail, null, 2);
  const hasDetail = detail !== null && detail !== undefined && text !== "{}" && text !== "";
  return (
    <li>
      <p className="violation-head">
        <b>{violation.rule}</b>
        {violation.method && <code>{violation.method}</code>}
        <time>{clockSeconds(toDate(violation.at), locale)}</time>
      </p>
      <p>{violation.message}</p>
      {hasDetail && <pre>{text}</pre>}
    </li>
  );
}

export function Violations({ violations, onClear }: { violations: Violation[]; onClear: () => void }) {
  const { t } = usePage();
  return (
    <section className="tool" aria-label={t.violations}>
      <h2>
        {t.violations}
        <span className={violations.length ? "count count-bad" : "count"}>{violations.length}</span>
        {violations.length > 0 && (
          <button type="button" className="link-button" onClick={onClear}>
            {t.clear}
          </button>
        )}
      </h2>
      {violations.length === 0 ? (
        <p className="tool-empty">{t.noViolations}</p>
      ) : (
        <ul className="violations">
          {violations.toReversed().map((v) => (
            <Row key={v.id} violation={v} />
          ))}
        </ul>
      )}
    </section>
  );
}

export function Requests({ deliveries }: { deliveries: State["deliveries"] }) {
  const { t, locale } = usePage();
  return (
    <section className="tool" aria-label={t.requests}>
      <h2>{t.requests}</h2>
      {deliveries.length === 0 && <p className="tool-empty">{t.noRequests}</p>}
      <ul className="requests">
        {deliveries.slice(0, 8).map((d) => (
          <li key={d.id} className={d.ok ? "" : "failed"}>
            <span aria-hidden="true">{d.ok ? "✓" : "✕"}</span>
            <code>{d.kind}</code>
            {d.error && <em>{d.error}</em>}
            <b>{d.ms === null ? "–" : `${Math.round(d.ms).toLocaleString(locale)} ms`}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
