import type { ComponentChildren } from "preact";
import { duration } from "../../domain/text/duration.ts";
import { shownCount } from "../shown-count.ts";
import { Sparkline } from "../sparkline.tsx";
import type { AnsweredFigures, LagFigures, WorkerFigures } from "./operate-figures.ts";

/** The figures of one worker, since its start. */
export function WorkerCard({ worker }: { readonly worker: WorkerFigures }) {
  const { name, trouble, figures } = worker;
  return (
    <section class="worker-card" aria-label={name}>
      <h3>
        {name} <span class="muted">{figures === null ? "" : `version ${figures.version}`}</span>
      </h3>
      {figures === null ? (
        <p class="note note-trouble">No answer: {trouble}.</p>
      ) : (
        <Figures figures={figures} />
      )}
    </section>
  );
}

function Figures({ figures }: { readonly figures: AnsweredFigures }) {
  const { ready, alive, uptime_seconds, broker, queue, spool } = figures;
  const state = ready && alive ? "ready" : "trouble";
  return (
    <div class="worker-figures">
      <dl class="figures">
        <Row label="state">
          <span class={`dot dot-${state}`} aria-hidden="true" />
          {ready ? "ready" : "not ready"}
          {!alive && ", stuck"}, up for {duration(uptime_seconds)}
        </Row>
        <Row label="broker">{broker}</Row>
        <Row label="queue">
          <QueueWords queue={queue} />
        </Row>
        <Row label="lag">
          event to arrival {lagWords(figures.arrival_lag)}; arrival to outcome {lagWords(figures.stored_lag)}
        </Row>
        <Row label="jobs">
          {shownCount(figures.received)} received since the start, {shownCount(figures.in_progress)} in
          progress
        </Row>
        <Row label="spool">
          {spool.jobs === 0
            ? "empty"
            : `${shownCount(spool.jobs)} ${spool.jobs === 1 ? "job" : "jobs"}, the oldest for ${duration(spool.oldest_age_seconds)}`}
        </Row>
      </dl>
      <table class="rates">
        <caption>Jobs, per second in the last {duration(figures.rates_seconds)}</caption>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">
              per second
            </th>
            <th scope="col">Ten minutes</th>
            <th scope="col" class="number">
              since the start
            </th>
          </tr>
        </thead>
        <tbody>
          {figures.rates.map(({ outcome, per_second, history, total }) => (
            <tr key={outcome}>
              <th scope="row">{outcome}</th>
              <td class="number">{shownRate(per_second)}</td>
              <td>
                <Sparkline values={history} label={`${outcome} per second in the last ten minutes`} />
              </td>
              <td class="number">{shownCount(total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function QueueWords({ queue }: Pick<AnsweredFigures, "queue">) {
  const { name, ready, limit, consumers, seconds_to_limit: seconds, history } = queue;
  if (ready === null) return <>{name ?? "not declared yet"}: its depth is not known</>;
  const growth = seconds === null ? "not growing" : `full in ${duration(seconds)}`;
  return (
    <>
      {name}: {shownCount(ready)} ready of {shownCount(limit)}, {growth}, {consumers}{" "}
      {consumers === 1 ? "consumer" : "consumers"}{" "}
      <Sparkline values={history} label="messages in the queue in the last ten minutes" />
    </>
  );
}

function lagWords(lag: LagFigures | null): string {
  return lag === null ? "not measured" : `${duration(lag.mean)} (95 of 100: ${duration(lag.p95)})`;
}

function shownRate(rate: number): string {
  return rate >= 10 ? shownCount(Math.round(rate)) : String(Math.round(rate * 100) / 100);
}
