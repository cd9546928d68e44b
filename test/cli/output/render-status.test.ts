import { describe, expect, it } from "@jest/globals";
import { renderStatus } from "../../../src/cli/output/render-status.ts";
import type { WorkerStatus } from "../../../src/http/observe/worker-status.ts";
import { problemsOf, type StatusParts, type StoreView } from "../../../src/queries/status-view.ts";
import { aDepth, aStatus } from "../../http/observe/a-status.ts";

const url = "http://127.0.0.1:9182";

const aStore: StoreView = {
  ...{ name: "mongodb (h/db)", trouble: null, skipped: null, rejections: [] },
  work: { logs: { pending: 3, failed: 2 }, suggestions: { pending: 1, failed: 0 } },
  archive: { segments: 0, messages: 0, bytes: 0, raw_bytes: 0, oldest: null, newest: null },
};
const aQueue = { name: "queue/u/jobs", ready_messages: 41, consumers: 2, trouble: null };
const aBroker = {
  ...{ trouble: null, skipped: null, registry_trouble: null },
  ...{ queue: aQueue, limit: 8000, exchanges: [] },
};
const away = { url, status: null, trouble: "nobody listens there" } as const;

function parts({
  status,
  ...overrides
}: Partial<StatusParts> & { status?: Partial<WorkerStatus> } = {}): StatusParts {
  const worker = { url, status: aStatus(status), trouble: null };
  return { worker, store: aStore, broker: aBroker, ...overrides };
}

function shown(of: StatusParts): string {
  return renderStatus({ problems: problemsOf(of), ...of });
}

describe("when all is well", () => {
  it("says so on one screen, with every part", () => {
    expect(shown(parts())).toBe(
      `All is well.

worker       http://127.0.0.1:9182: ready, alive, up for 2 h 1 min, version 1.2.3
broker       connected, consuming, 12 of 400 prefetched, 1 reconnect; asked from here: it answers
registry     1 exchange, 1 binding, generation 2
             e/jobs: t.try
queue        queue/u/jobs: 41 of 8000 messages (0 %), 2 consumers, not growing
rates        stored 12.5/s, unchanged 0/s, skipped 0/s, rejected 0.1/s, failed 0/s (last 1 min)
since start  received 126: stored 120, unchanged 3, skipped 1, rejected 1, failed 0, in progress 1
lag          event to arrival mean 1.3 s, p95 1 min; arrival to outcome mean 12 ms, p95 50 ms
retention    last run ended 2026-01-05T11:50:00.000Z; removed since start: nothing
spool        empty
store        mongodb (h/db): the worker reaches it; asked from here: it answers
logs         3 pending, 2 failed for good
suggestions  1 pending, 0 failed for good
rejections   none (last day)
archive      empty
`,
    );
  });

  const exchange = (n: number) => ({
    exchange: `e/${n}`,
    routing_keys: ["a.x", "b.x", "c.x", "d.x", "e.x", "f.x"],
  });
  const seen = { exchange: "e", first_seen: "", last_seen: "", rejections: 1 };
  it.each<[string, StatusParts, RegExp]>([
    [
      "a long registry is cut to a screen",
      parts({
        status: {
          registry: {
            generation: 1,
            problems: [],
            bindings: 90,
            left_bindings: 0,
            degraded: [],
            exchanges: Array.from({ length: 15 }, (_, n) => exchange(n)),
          },
        },
      }),
      /15 exchanges, 90 bindings.*\n +e\/0: a.x, b.x, c.x, d.x, and 2 more\n(.*\n){11} +and 3 more; --json lists all\n/,
    ],
    [
      "the age of the oldest delivery is shown if it is at least a second",
      parts({ status: { broker: { ...aStatus().broker, oldest_unsettled_seconds: 899 } } }),
      /12 of 400 prefetched \(the oldest for 14 min\), 1 reconnect/,
    ],
    [
      "a queue that was deleted is reported",
      parts({ status: { broker: { ...aStatus().broker, queues_lost: 1 } } }),
      /1 reconnect, 1 queue LOST; asked/,
    ],
    [
      "the time until the limit is shown",
      parts({
        status: {
          queue: {
            name: "q",
            limit: 8000,
            depth: aDepth({ growth_per_second: 2.5, seconds_to_limit: 5400 }),
          },
        },
      }),
      /41 of 8000 messages \(0 %\), 2 consumers, growing by 2.5\/s, full in 1 h 30 min$/m,
    ],
    [
      "the contents of the spool are shown",
      parts({
        status: { spool: { jobs: 1200, bytes: 3_145_728, oldest_age_seconds: 34.21, trouble: null } },
      }),
      /^spool +1200 job messages, 3.0 MiB, the oldest for 34.2 s$/m,
    ],
    [
      "a lag that was not measured is not shown as 0",
      parts({ status: { recent: { ...aStatus().recent, stored_lag_seconds: null } } }),
      /arrival to outcome not measured$/m,
    ],
    [
      "rejections are summed by reason, the most frequent first",
      parts({
        store: {
          ...aStore,
          rejections: [
            { ...seen, reason: "malformed-body", messages: 2 },
            { ...seen, reason: "schema-violation", messages: 5 },
            { ...seen, exchange: "f", reason: "malformed-body", messages: 4 },
          ],
        },
      }),
      /^rejections +malformed-body 6, schema-violation 5 \(last day\)$/m,
    ],
    [
      "the contents of the archive are shown",
      parts({
        store: {
          ...aStore,
          archive: {
            ...{ segments: 61, messages: 10_916, bytes: 913_009, raw_bytes: 12_779_928 },
            ...{ oldest: "2026-01-05T10:00:00.123Z", newest: "2026-01-12T11:00:00.456Z" },
          },
        },
      }),
      /^archive +10916 messages in 61 segments, 0.9 MiB \(12.2 before compression\), from 2026-01-05 10:00:00 UTC to 2026-01-12 11:00:00 UTC$/m,
    ],
    [
      "a store and a broker that were not asked are no problem; the worker's own report is used",
      parts({
        status: { open_work: { logs: { pending: 7, failed: 0 }, suggestions: { pending: 0, failed: 0 } } },
        store: {
          name: null,
          trouble: null,
          skipped: "there is none in data",
          work: null,
          rejections: null,
          archive: null,
        },
        broker: { ...aBroker, skipped: "AMQP_URL is not set", queue: null },
      }),
      /^All is well(.*\n)+queue +queue\/u\/jobs: 40 of 8000 (.*\n)+store +mongodb \(h\/db\): the worker reaches it; not asked from here: there is none in data\nlogs +7 pending/,
    ],
  ])("%s", (_case, of, text) => {
    expect(problemsOf(of)).toEqual([]);
    expect(shown(of)).toMatch(text);
  });
});

describe("the screen begins with what is wrong:", () => {
  const degraded = [{ exchange: "e/jobs", reason: "there is no such exchange (404)" }];
  const notThere = {
    name: "queue/u/jobs",
    ready_messages: null,
    consumers: null,
    trouble: "it is not there (404)",
  };
  it.each<[string, StatusParts, string[]]>([
    ["a worker that does not answer", parts({ worker: away }), ["worker: nobody listens there"]],
    [
      "a worker that is not ready, with its reasons",
      parts({ status: { ready: false, problems: ["broker: not connected for 5 s", "spool: it is full"] } }),
      ["broker: not connected for 5 s", "spool: it is full"],
    ],
    ["a worker that is stuck", parts({ status: { alive: false } }), ["worker: it is stuck; /livez says why"]],
    [
      "a degraded exchange",
      parts({ status: { registry: { ...aStatus().registry, degraded } } }),
      ["exchange e/jobs: there is no such exchange (404)"],
    ],
    [
      "a broken registry, and bindings that a guard keeps",
      parts({
        status: { registry: { ...aStatus().registry, problems: ["e.yml:3: no"], left_bindings: 5 } },
      }),
      [
        "registry: invalid, the previous one stays in force: e.yml:3: no",
        "registry: bindings that were removed from it but are still bound: 5; the worker's log says why",
      ],
    ],
    [
      "an exchange that cannot be bound, reported without a worker",
      parts({
        worker: away,
        broker: {
          ...aBroker,
          exchanges: [{ exchange: "e/x", routing_keys: ["a.b"], trouble: "refused (403)" }],
        },
      }),
      ["worker: nobody listens there", "exchange e/x: refused (403)"],
    ],
    [
      "a delivery that has been held for half of the broker's timeout",
      parts({ status: { broker: { ...aStatus().broker, oldest_unsettled_seconds: 900 } } }),
      [
        "broker: a delivery has been held for 900 s; after 1800 s without an acknowledgement the broker closes the channel",
      ],
    ],
    [
      "a queue that fills up",
      parts({ broker: { ...aBroker, queue: { ...aQueue, ready_messages: 2000 } } }),
      ["queue: 2000 messages are waiting, 25 % of the 8000 at which the queue is lost"],
    ],
    [
      "a queue that fills up, as only the worker reports",
      parts({
        status: { queue: { name: "q", limit: 100, depth: aDepth() } },
        broker: { ...aBroker, skipped: "AMQP_URL is not set", queue: null },
      }),
      ["queue: 40 messages are waiting, 40 % of the 100 at which the queue is lost"],
    ],
    [
      "a queue without consumers",
      parts({ worker: away, broker: { ...aBroker, queue: { ...aQueue, consumers: 0 } } }),
      ["worker: nobody listens there", "queue queue/u/jobs: nobody consumes it"],
    ],
    [
      "a queue that does not exist",
      parts({ worker: away, broker: { ...aBroker, queue: notThere } }),
      ["worker: nobody listens there", "queue queue/u/jobs: it is not there (404)"],
    ],
    [
      "a registry that cannot be read",
      parts({
        worker: away,
        broker: { ...aBroker, registry_trouble: "exchanges.yml: there is no such file" },
      }),
      ["worker: nobody listens there", "registry: exchanges.yml: there is no such file"],
    ],
    [
      "a store and a broker that do not answer",
      parts({
        store: {
          ...aStore,
          name: null,
          trouble: "unavailable: no",
          work: null,
          rejections: null,
          archive: null,
        },
        broker: { ...aBroker, trouble: "nobody listens at h; see AMQP_URL", queue: null },
      }),
      ["store: unavailable: no", "broker: nobody listens at h; see AMQP_URL"],
    ],
  ])("%s", (_case, of, problems) => {
    expect(problemsOf(of)).toEqual(problems);
    const lines = problems.map((problem) => `! ${problem}\n`).join("");
    expect(shown(of).startsWith(`${lines}\n`)).toBe(true);
  });

  it("a private queue, which only its worker can see, is not a problem", () => {
    const queue = { ...notThere, trouble: "it is private to its worker (405)" };
    const of = parts({ broker: { ...aBroker, queue } });
    expect(problemsOf(of)).toEqual([]);
    expect(shown(of)).toMatch(/^queue +queue\/u\/jobs: 40 of 8000/m);
  });

  it("each problem has its reason, and the affected part is marked below", () => {
    const text = shown(
      parts({
        status: {
          ...{ ready: false, store: { name: "m", trouble: "away" } },
          registry: { ...aStatus().registry, degraded },
          broker: { ...aStatus().broker, connected: false, consuming: false, lost_seconds: 5.25 },
        },
        broker: { ...aBroker, trouble: "nobody listens at h", queue: null },
      }),
    );
    expect(text).toMatch(/^worker +http.*: NOT ready, alive/m);
    expect(text).toMatch(/^broker +NOT connected for 5.3 s, .*; asked from here: NO answer$/m);
    expect(text).toMatch(/^registry +1 exchange, 1 binding, 1 degraded.*\n +e\/jobs: DEGRADED, t.try$/m);
    expect(text).toMatch(
      /^store +mongodb \(h\/db\): the worker does NOT reach it; asked from here: it answers$/m,
    );
  });

  it("an unavailable store is reported once, in the worker's words", () => {
    const trouble = "no answer within 2000 ms";
    const status = { problems: [`store: ${trouble}`], ready: false, store: { name: "m", trouble } };
    const store = { ...aStore, trouble: "unavailable", work: null, rejections: null, archive: null };
    expect(problemsOf(parts({ status, store }))).toEqual([`store: ${trouble}`]);
  });
});

it("without a worker, what the store and the broker say is shown", () => {
  const text = shown(parts({ worker: away }));
  expect(text).toMatch(/^worker +http:\/\/127.0.0.1:9182: NO answer$/m);
  expect(text).toMatch(/^store +mongodb \(h\/db\): asked from here: it answers$/m);
  expect(text).toMatch(/^broker +asked from here: it answers$/m);
  expect(text).toMatch(/^queue +queue\/u\/jobs: 41 of 8000 messages \(0 %\), 2 consumers$/m);
  expect(text).toMatch(/^logs +3 pending, 2 failed for good$/m);
  expect(text).not.toMatch(/^(rates|lag|spool)/m);
});

it("untrusted text cannot control the terminal", () => {
  const odd = "e\u001b[2J\nAll is well.";
  const registry = {
    ...aStatus().registry,
    degraded: [{ exchange: odd, reason: odd }],
    exchanges: [{ exchange: odd, routing_keys: [odd] }],
  };
  const text = shown(parts({ status: { registry } }));
  expect(text).not.toContain("\u001b");
  expect(text).not.toMatch(/^All is well/m);
});
