import { utcTime } from "../../domain/text/utc-time.ts";
import { operateAddress } from "../addresses.ts";
import { CopyCommand } from "../copy-command.tsx";
import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import { ClientTable } from "./client-table.tsx";
import { ExchangeTable } from "./exchange-table.tsx";
import type { OperateFigures, ProblemFigures, StoreFigures } from "./operate-figures.ts";
import { RejectionGroups } from "./rejection-groups.tsx";
import { RetentionWords } from "./retention-words.tsx";
import { WorkerCard } from "./worker-card.tsx";

export interface OperateViewProps {
  readonly figures: OperateFigures;
}

/** The operator's page: first the problems, then the figures of each worker, then those of the store for all workers. */
export function OperateView({ figures }: OperateViewProps) {
  const { at, problems, workers, exchanges, clients, retention, store } = figures;
  return (
    <div id="operate" data-summary={summaryOf(figures)}>
      <h1>Operate</h1>
      <p class="freshness">
        As of <time datetime={at}>{utcTime(at).slice(11)}</time>. <span class="notice" />{" "}
        <a href={operateAddress()}>Refresh</a>
      </p>
      <Problems problems={problems} isAsked={workers.length > 0} />
      <h2>Workers</h2>
      <p class="muted">Each worker counts for itself, since its start.</p>
      {workers.length === 0 && (
        <p class="note">
          These pages run without a worker. To see workers here, name them in PAGES_WORKERS, such as
          http://worker-1:9182.
        </p>
      )}
      {workers.map((worker) => (
        <WorkerCard key={worker.name} worker={worker} />
      ))}
      <h2>Exchanges</h2>
      <ExchangeTable exchanges={exchanges} now={at} />
      <h2>Rejected in the last day</h2>
      <RejectionGroups store={store} now={at} />
      <h2>Store</h2>
      <StoreWords store={store} />
      <h2>What is kept</h2>
      <RetentionWords retention={retention} now={at} />
      <h2>REST clients</h2>
      <ClientTable clients={clients} isStoreThere={store.name !== null} now={at} />
    </div>
  );
}

/** Returns the summary that is announced to screen readers when it changes. */
function summaryOf({ problems, workers }: OperateFigures): string {
  if (problems.length > 0) return `Problems: ${problems.length}. ${problems[0]?.text}`;
  return workers.length > 0 ? "All is well." : NOT_ASKED;
}

const NOT_ASKED = "The store answers. Nothing is known of the workers.";

interface ProblemsProps {
  readonly problems: readonly ProblemFigures[];
  /** Whether figures were requested from any worker. */
  readonly isAsked: boolean;
}

function Problems({ problems, isAsked }: ProblemsProps) {
  if (problems.length === 0 && !isAsked) return <p class="note">{NOT_ASKED}</p>;
  if (problems.length === 0) return <p class="note note-good">✓ All is well.</p>;
  return (
    <ul class="problems" aria-label="What is wrong">
      {problems.map(({ text, worker, advice, section }) => (
        <li key={`${worker} ${text}`} class="note note-trouble">
          <strong>
            ⚠ {worker !== null && `${worker}: `}
            <ShownText text={text} />
          </strong>
          <p>
            → {advice}{" "}
            <span class="muted">
              More in <code>docs/faults.md</code>, “{section}”.
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
}

function StoreWords({ store: { name, logs, suggestions, workers } }: { readonly store: StoreFigures }) {
  if (name === null) {
    return <p class="note note-trouble">The store does not answer these pages. They retry by themselves.</p>;
  }
  return (
    <>
      <p>
        {name}. Figures of all workers together: logs {shownCount(logs?.pending ?? 0)} waiting,{" "}
        {shownCount(logs?.failed ?? 0)} failed for good; suggestions {shownCount(suggestions?.pending ?? 0)}{" "}
        waiting, {shownCount(suggestions?.failed ?? 0)} failed for good
        {workers !== null && `; workers seen in the ledger of bindings: ${workers}`}.
      </p>
      {(logs?.failed ?? 0) > 0 && (
        <p>
          Why logs failed: <CopyCommand words={["pulse-ingest", "logs", "list", "--status", "failed"]} />
        </p>
      )}
    </>
  );
}
