/** The advice on a problem. */
export interface Advice {
  readonly advice: string;
  /** The section of docs/faults.md that says more. */
  readonly section: string;
}

interface AdviceRow extends Advice {
  readonly matches: RegExp;
  /** An example of a problem that the row is for. */
  readonly finds: string;
}

/** One row for each kind of problem that has advice of its own. The first row that matches is used. */
export const adviceRows: readonly AdviceRow[] = [
  {
    matches: /^broker: not connected yet/,
    finds: "broker: not connected yet: the store is opened first",
    advice: "Wait a moment. If it lasts, look at the store.",
    section: "The store",
  },
  {
    matches: /^broker: nothing is bound/,
    finds: "broker: nothing is bound to the queue (e/jobs: there is no such exchange)",
    advice: "Correct the names in the registry, or ask the publishers of these exchanges.",
    section: "The registry",
  },
  {
    matches: /^broker: a delivery has been held/,
    finds:
      "broker: a delivery has been held for 900 s; after 1800 s without an acknowledgement the broker closes the channel",
    advice: "Find out what slows the work: most often the store, with no spool or a full one.",
    section: "The broker",
  },
  {
    matches: /^broker: /,
    finds: "broker: not connected for 5 s; the worker keeps trying",
    advice:
      "Nothing is lost: messages wait in the queue, and the worker reconnects by itself. If it lasts, look at the broker, and at the event broker_away in the worker's log.",
    section: "The broker",
  },
  {
    matches: /^exchange .+: /,
    finds: "exchange e/jobs: there is no such exchange (404)",
    advice:
      "Correct its name in the registry, or ask its publisher. The worker looks for it again every minute.",
    section: "The broker",
  },
  {
    matches: /^registry: bindings that were removed/,
    finds: "registry: bindings that were removed from it but are still bound: 5; the worker's log says why",
    advice:
      "Check that the registry is the right file. To remove them, start a worker once with PRUNE_FORCE=true.",
    section: "The registry",
  },
  {
    matches: /^registry: /,
    finds: "registry: invalid, the previous one stays in force: e.yml:3: no",
    advice: "Correct the line that it names. Running workers read the file again by themselves.",
    section: "The registry",
  },
  {
    matches: /^queue/,
    finds: "queue: 2000 messages are waiting, 25 % of the 8000 at which the queue is lost",
    advice: "Start more workers, or find out what slows the running ones.",
    section: "The broker",
  },
  {
    matches: /^store: /,
    finds: "store: no answer within 2000 ms",
    advice:
      "Nothing is lost: the worker holds its messages, or spools them, and tries again. Look at the database, its disk, and its address.",
    section: "The store",
  },
  {
    matches: /^spool: /,
    finds: "spool: it is full",
    advice: "Bring the store back, or raise SPOOL_MAX_BYTES. Until then messages wait in the queue.",
    section: "The store",
  },
  {
    matches: /^retention: /,
    finds: "retention: store unavailable: no answer within 2000 ms",
    advice: "The next run tries again. If it keeps failing, look at the store: old data stays until then.",
    section: "The store",
  },
  {
    matches: /^worker: it is shutting down/,
    finds: "worker: it is shutting down",
    advice: "Nothing to do: it finishes what is in progress, or returns it to the queue.",
    section: "The broker",
  },
  {
    matches: /^worker: it is stuck/,
    finds: "worker: it is stuck; /livez says why",
    advice: "Restart it. What was in progress is delivered again. Then report it, with the worker's log.",
    section: "Messages",
  },
  {
    matches: /^worker: /,
    finds: "worker: nothing listens there",
    advice:
      "Check that the worker runs, that PAGES_WORKERS has its HTTP_HOST and HTTP_PORT, and that its HTTP_ALLOWED_HOSTS names the host.",
    section: "HTTP requests",
  },
];

/** Returns the advice on a problem, or general advice if no row matches. @param problem - the text from `problemsOf`. */
export function adviceOn(problem: string): Advice {
  const row = adviceRows.find(({ matches }) => matches.test(problem));
  return {
    advice: row?.advice ?? "The worker's log says more.",
    section: row?.section ?? "Messages",
  };
}
