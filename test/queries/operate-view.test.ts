import { describe, expect, it } from "@jest/globals";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import type { WorkerAnswer } from "../../src/http/observe/ask-worker.ts";
import { type OperateFacts, operateView } from "../../src/queries/operate-view.ts";
import { OperateView } from "../../src/web/operate/operate-view.tsx";
import { aCredential } from "../examples.ts";
import { aStatus } from "../http/observe/a-status.ts";

const THIS = "this worker";
const none = { stored: 0, unchanged: 0, skipped: 0, rejected: 0, failed: 0 };

function answer(url: string, overrides: Parameters<typeof aStatus>[0] = {}): WorkerAnswer {
  return { url, status: aStatus(overrides), trouble: null };
}

function facts(overrides: Partial<OperateFacts> = {}): OperateFacts {
  return {
    workers: [answer(THIS)],
    thisWorker: THIS,
    store: {
      ...{ name: "sqlite", rejections: [], onlyCounted: 0, credentials: [], ledgerWorkers: 1 },
      work: { logs: { pending: 14, failed: 2 }, suggestions: { pending: 0, failed: 0 } },
    },
    at: "2026-01-05T12:00:00.000Z",
    ...overrides,
  };
}

const away = {
  name: null,
  work: null,
  rejections: null,
  onlyCounted: 0,
  credentials: [],
  ledgerWorkers: null,
};

describe("the list of problems has", () => {
  it.each<[string, OperateFacts, object[]]>([
    ["nothing", facts(), []],
    [
      "a worker's own problem, with what to do",
      facts({ workers: [answer(THIS, { ready: false, problems: ["spool: it is full"] })] }),
      [
        {
          text: "spool: it is full",
          worker: null,
          advice: expect.stringContaining("SPOOL_MAX_BYTES"),
          section: "The store",
        },
      ],
    ],
    [
      "another worker's problem, with its address",
      facts({
        workers: [answer(THIS), { url: "http://w2:9182", status: null, trouble: "nothing listens there" }],
      }),
      [{ text: "worker: nothing listens there", worker: "http://w2:9182" }],
    ],
    [
      "a degraded exchange",
      facts({
        workers: [
          answer(THIS, {
            registry: { ...aStatus().registry, degraded: [{ exchange: "e/jobs", reason: "gone" }] },
          }),
        ],
      }),
      [{ text: "exchange e/jobs: gone", section: "The broker" }],
    ],
    [
      "a store that does not answer",
      facts({ store: away }),
      [{ text: "store: it does not answer these pages" }],
    ],
    [
      "an unavailable store, once if the worker reports it too",
      facts({ store: away, workers: [answer(THIS, { problems: ["store: no answer within 2000 ms"] })] }),
      [{ text: "store: no answer within 2000 ms" }],
    ],
  ])("%s", (_what, of, problems) => {
    expect(operateView(of).problems).toMatchObject(problems);
    expect(operateView(of).problems).toHaveLength(problems.length);
  });
});

it("exchanges are summed over the workers, and listed even if nothing came from them", () => {
  const heard = (received: number, rejected: number, last_received_at: string) => ({
    exchanges: [{ exchange: "e/jobs", received, ended: { ...none, rejected }, last_received_at }],
  });
  const workers = [
    answer(THIS, heard(10, 1, "2026-01-05T11:00:00.000Z")),
    answer("http://w2:9182", heard(5, 2, "2026-01-05T11:59:00.000Z")),
  ];
  expect(operateView(facts({ workers })).exchanges).toEqual([
    {
      ...{ exchange: "e/jobs", routing_keys: ["t.try"], trouble: null },
      ...{ received: 15, rejected: 3, last_received_at: "2026-01-05T11:59:00.000Z" },
    },
  ]);
  expect(operateView(facts()).exchanges).toMatchObject([
    { exchange: "e/jobs", received: 0, last_received_at: null },
  ]);
});

it("clients are those with a credential and those that posted, and their secrets are not shown", () => {
  const clients = [
    {
      client_id: "bot",
      received: 4,
      ended: { ...none, rejected: 1 },
      last_received_at: "2026-01-05T11:00:00.000Z",
    },
    { client_id: "gone", received: 1, ended: none, last_received_at: null },
  ];
  const credentials = [
    aCredential({ client_id: "bot", projects: ["try"], last_used_at: "2026-01-05T11:58:00.000Z" }),
    aCredential({ client_id: "idle", authorized: false }),
  ];
  const view = operateView(
    facts({ workers: [answer(THIS, { clients })], store: { ...facts().store, credentials } }),
  );
  expect(view.clients).toEqual([
    {
      ...{ client_id: "bot", projects: ["try"], authorized: true, received: 4, rejected: 1 },
      last_used_at: "2026-01-05T11:58:00.000Z",
    },
    { client_id: "gone", projects: [], authorized: false, received: 1, rejected: 0, last_used_at: null },
    { client_id: "idle", projects: null, authorized: false, received: 0, rejected: 0, last_used_at: null },
  ]);
  expect(JSON.stringify(view)).not.toContain("clear:secret");
});

it("what retention has removed is summed over the workers, and different settings are noticed", () => {
  const idle = aStatus().retention;
  const working = {
    ...idle,
    working: true,
    lag_seconds: 60,
    last_run_at: null,
    removed: { jobs: 2, pushes: 1 },
  };
  const workers = [
    answer(THIS, { retention: { ...idle, removed: { jobs: 3 } } }),
    answer("http://b:1", { retention: working }),
  ];
  expect(operateView(facts({ workers })).retention).toEqual({
    ...{ kept: idle.kept, differ: false, at_work: "http://b:1", lag_seconds: 60 },
    ...{ last_run_at: idle.last_run_at, removed: { jobs: 5, pushes: 1 } },
  });
  const other = answer("http://b:1", { retention: { ...idle, kept: { ...idle.kept, archive: 0 } } });
  expect(operateView(facts({ workers: [answer(THIS), other] })).retention).toMatchObject({
    ...{ differ: true, at_work: null },
  });
  expect(operateView(facts({ workers: [] })).retention).toBeNull();
});

it("rejections are counted separately by exchange and by client", () => {
  const count = { rejections: 3, messages: 214, first_seen: "", last_seen: "2026-01-05T04:11:02.000Z" };
  const rejections = [
    { ...count, exchange: "e/jobs", reason: "schema-violation" as const },
    { ...count, exchange: "client:bot", reason: "unusable-field" as const },
  ];
  expect(operateView(facts({ store: { ...facts().store, rejections } })).store.rejections).toMatchObject([
    { exchange: "e/jobs", client_id: null, messages: 214, different: 3 },
    { exchange: null, client_id: "bot", reason: "unusable-field" },
  ]);
});

it("the figures of a worker are its own, with the curves of the last ten minutes", () => {
  const [worker] = operateView(facts()).workers;
  expect(worker).toMatchObject({
    name: THIS,
    trouble: null,
    figures: {
      ...{ ready: true, broker: "consuming, 12 of 400 prefetched", received: 126, in_progress: 1 },
      queue: { ready: 40, limit: 8000, history: [null, 40] },
    },
  });
  expect(worker?.figures?.rates[0]).toEqual({
    ...{ outcome: "stored", per_second: 12.5, total: 120, history: [12.5, 3] },
  });
});

it("what clients sent is unknown if no worker answers, but their last use is known", () => {
  const credentials = [{ ...aCredential(), client_id: "bot", last_used_at: "2026-01-05T11:00:00.000Z" }];
  const view = operateView(facts({ workers: [], store: { ...facts().store, credentials } }));
  expect(view.clients).toMatchObject([
    { client_id: "bot", received: null, rejected: null, last_used_at: "2026-01-05T11:00:00.000Z" },
  ]);
  const page = renderToString(h(OperateView, { figures: view }));
  expect(page).toContain("Nothing is known of the workers.");
  expect(page).not.toContain("All is well");
  expect(page).toContain("not known");
});

it("clients are not reported as revoked if the store does not answer, and that there may be some is not hidden", () => {
  const clients = [{ client_id: "bot", received: 7, ended: none, last_received_at: null }];
  const heard = operateView(facts({ store: away, workers: [answer(THIS, { clients })] }));
  expect(heard.clients).toMatchObject([{ client_id: "bot", authorized: null, received: 7 }]);
  const page = renderToString(h(OperateView, { figures: heard }));
  expect(page).not.toContain("revoked");
  expect(page).toContain('<td data-label="Projects">not known</td>');

  const unheard = operateView(facts({ workers: [], store: away }));
  const silent = renderToString(h(OperateView, { figures: unheard }));
  expect(silent).toContain("The store does not answer, so its clients are not known.");
  expect(silent).not.toContain("There are none");
});
