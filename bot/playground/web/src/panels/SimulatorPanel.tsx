/** The call simulator: a running balance, how fast calls eat it, and the card that recharges it. */
import { type CSSProperties, useEffect, useId, useRef, useState } from "react";
import { api } from "../lib/api";
import { usePage } from "../lib/context";
import { cents, money, whole } from "../lib/money";
import type { Texts } from "../lib/texts";
import type { Labels, PhoneCall, Simulator } from "../lib/types";
import { Icon } from "../shell/Icon";

const PACE_MAX = 600;
const CALLS_SHOWN = 8;
const SLIDE_PAUSE_MS = 200;
/** Calls that the bot has a record of. */
const RECORDED = new Set<PhoneCall["state"]>(["charged", "pooled", "free", "unrated", "repeated"]);

type Change = Parameters<typeof api.simulate>[0];

function Pace({ pace, onChange }: { pace: number; onChange: (pace: number) => void }) {
  const { t } = usePage();
  const [sliding, setSliding] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const shown = sliding ?? pace;
  const slide = (value: number) => {
    setSliding(value);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      onChange(value);
      setSliding(null);
    }, SLIDE_PAUSE_MS);
  };
  return (
    <label className="tool-field">
      <span>
        {t.pace}
        <output>
          {shown} {t.perMinute}
        </output>
      </span>
      <input
        type="range"
        min={1}
        max={PACE_MAX}
        style={{ "--filled": `${(100 * shown) / PACE_MAX}%` } as CSSProperties}
        value={shown}
        aria-label={t.pace}
        aria-valuetext={`${shown} ${t.perMinute}`}
        onChange={(e) => slide(Number(e.currentTarget.value))}
      />
    </label>
  );
}

function Menu(props: {
  label: string;
  value: string;
  options: { id: string; labels: Labels }[];
  onChange: (id: string) => void;
  /** What choosing brings about, or why one may not choose. */
  hint?: string;
  disabled?: boolean;
}) {
  const { locale } = usePage();
  const hint = useId();
  const language = locale.slice(0, 2);
  return (
    <label className="tool-field">
      <span>{props.label}</span>
      <select
        className="field select"
        value={props.value}
        disabled={props.disabled}
        aria-label={props.label}
        aria-describedby={props.hint ? hint : undefined}
        onChange={(e) => props.onChange(e.currentTarget.value)}
      >
        {props.options.map((o) => (
          <option key={o.id} value={o.id}>
            {o.labels[language] ?? o.labels.en}
          </option>
        ))}
      </select>
      {props.hint && (
        <small className="tool-hint" id={hint}>
          {props.hint}
        </small>
      )}
    </label>
  );
}

/** The catalogue's word for one of the server's, or the server's own where it has none. */
const word = (t: Texts, key: string, otherwise: string) => t[key as keyof Texts] ?? otherwise;

type Ask = ((id: string) => void) | undefined;

/** What became of a call; pressed, it asks the bot why. */
function Outcome({ call, currency, onWhy }: { call: PhoneCall; currency: string | null; onWhy: Ask }) {
  const { t, locale } = usePage();
  const text =
    call.state === "charged"
      ? money(-call.amount_micros, currency, locale)
      : word(t, `state_${call.state}`, call.state);
  if (!onWhy || !RECORDED.has(call.state)) return <b>{text}</b>;
  return (
    <button type="button" className="link-button" title={t.askWhy} onClick={() => onWhy(call.id)}>
      <b>{text}</b>
    </button>
  );
}

function CallRow({ call, currency, onWhy }: { call: PhoneCall; currency: string | null; onWhy: Ask }) {
  const { t } = usePage();
  const refused = call.state === "refused" || call.state === "lost";
  const said = [
    word(t, `service_${call.service}`, call.service),
    ...(refused ? [] : [`${call.minutes} ${t.minutes}`]),
    call.user,
  ];
  const reason = call.why && word(t, `reason_${call.reason}`, call.why);
  return (
    <li data-state={call.state}>
      <span>
        {call.number}
        <small>{said.join(" · ")}</small>
        {reason && <small className="call-reason">{refused ? reason : `${reason}: ${t.cutShort}`}</small>}
      </span>
      <Outcome call={call} currency={currency} onWhy={onWhy} />
    </li>
  );
}

function LastCalls({ simulator, onWhy }: { simulator: Simulator; onWhy: Ask }) {
  const { t } = usePage();
  return (
    <section aria-label={t.lastCalls}>
      <h3>{t.lastCalls}</h3>
      {simulator.last.length === 0 && <p className="tool-empty">{t.noCalls}</p>}
      <ol className="calls">
        {simulator.last.slice(0, CALLS_SHOWN).map((call) => (
          <CallRow key={call.id} call={call} currency={simulator.currency} onWhy={onWhy} />
        ))}
      </ol>
    </section>
  );
}

interface Props {
  simulator: Simulator;
  /** Where the bot answers why a call cost what it cost. */
  channel: string | undefined;
}

export function SimulatorPanel({ simulator, channel }: Props) {
  const { t, locale, viewer, warn, workspace } = usePage();
  const mayChoose = viewer.role === "manager";
  const attempt = (work: Promise<unknown>) => {
    work.catch((error: Error) => warn(error.message));
  };
  const change = (what: Change) => attempt(api.simulate(what));
  const command = workspace.commands[0]?.command;
  const ask = (id: string) => channel && attempt(api.post(viewer.id, channel, `${command} why ${id}`));
  const { running, balance_micros: balance, currency } = simulator;
  return (
    <section className="tool" aria-label={t.simulator}>
      <h2>{t.simulator}</h2>
      <div className="balance" data-running={running}>
        <span>{t.balance}</span>
        <strong>{balance === null ? "–" : whole(balance, currency, locale)}</strong>
        <small>
          {simulator.calls.toLocaleString(locale)} {simulator.calls === 1 ? t.oneCallPlaced : t.callsPlaced} ·{" "}
          {simulator.refused > 0 && `${simulator.refused.toLocaleString(locale)} ${t.refusedCalls} · `}
          {cents(simulator.charged_micros, currency, locale)} {t.charged}
        </small>
      </div>
      <div className="tool-buttons">
        <button
          type="button"
          className={running ? "button button-danger" : "button button-primary"}
          onClick={() => change({ running: !running })}
        >
          {running ? t.stopCalls : t.startCalls}
        </button>
        <button type="button" className="button" onClick={() => attempt(api.placeCall())}>
          <Icon name="phone" /> {t.oneCall}
        </button>
        <button
          type="button"
          className="button tool-wide"
          disabled={simulator.busy}
          title={t.busyDayHint}
          onClick={() => attempt(api.playBusyDay())}
        >
          <Icon name="gauge" /> {t.busyDay}
        </button>
      </div>
      {simulator.error && (
        <p className="tool-error" role="alert">
          {simulator.error}
        </p>
      )}
      <Pace pace={simulator.pace} onChange={(pace) => change({ pace })} />
      <Menu
        label={t.mix}
        value={simulator.mix_id}
        options={simulator.mixes}
        onChange={(mix_id) => change({ mix_id })}
      />
      {simulator.cards.length > 0 && (
        <Menu
          label={t.card}
          value={simulator.card_id ?? ""}
          options={simulator.cards}
          hint={mayChoose ? t.cardHint : t.cardNotYours}
          disabled={!mayChoose}
          onChange={(card_id) => change({ card_id })}
        />
      )}
      <LastCalls simulator={simulator} onWhy={channel && command ? ask : undefined} />
      {simulator.docs && (
        <p className="tool-link">
          <a href={simulator.docs} target="_blank" rel="noreferrer">
            {t.apiDocs}
          </a>
        </p>
      )}
    </section>
  );
}
