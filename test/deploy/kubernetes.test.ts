import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import ipaddr from "ipaddr.js";
import { loadAll } from "js-yaml";
import * as z from "zod";
import { readSettings } from "../../src/config/read-settings.ts";
import { type SettingName, settingNames } from "../../src/config/settings.ts";
import { observerPlugin, observerRoutes } from "../../src/http/observe/observer-routes.ts";
import { isPublicAddress } from "../../src/logs/fetch/public-address.ts";
import { createCounters } from "../../src/metrics/counters.ts";
import { observeServer } from "../http/observe-server.ts";

// No cluster is available here, so these tests check the form of the manifests and the worker's settings in them.
const object = z.looseObject({ apiVersion: z.string(), kind: z.string() });
const read = (name: string) =>
  z
    .array(object)
    .parse(loadAll(readFileSync(new URL(`../../deploy/kubernetes/${name}`, import.meta.url), "utf8")));
const find = <T>(kind: string, shape: z.ZodType<T>): T =>
  shape.parse([...read("worker.yml"), ...read("network-policy.yml")].find((each) => each.kind === kind));

/** A worker that is alive and ready. Its status is never requested. */
const noView = {
  livenessProblems: () => [],
  readinessProblems: async () => [],
  status: () => Promise.reject(new Error("nobody asks")),
};

const labels = z.record(z.string(), z.string());
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal("http") }) });
const { spec: set } = find(
  "StatefulSet",
  z.object({
    spec: z.object({
      replicas: z.number(),
      selector: z.object({ matchLabels: labels }),
      template: z.object({
        metadata: z.object({ labels, annotations: labels }),
        spec: z.looseObject({
          automountServiceAccountToken: z.boolean(),
          terminationGracePeriodSeconds: z.number(),
          securityContext: z.looseObject({ runAsNonRoot: z.boolean() }),
          initContainers: z.tuple([
            z.looseObject({
              command: z.array(z.string()),
              securityContext: z.looseObject({}),
              volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
            }),
          ]),
          containers: z.tuple([
            z.looseObject({
              ports: z.tuple([
                z.object({ name: z.literal("http"), containerPort: z.number() }),
                z.object({ name: z.literal("public"), containerPort: z.number() }),
              ]),
              env: z.array(
                z.union([
                  z.strictObject({ name: z.string(), value: z.string() }),
                  z.strictObject({
                    name: z.literal("POD_NAMESPACE"),
                    valueFrom: z.strictObject({
                      fieldRef: z.strictObject({ fieldPath: z.literal("metadata.namespace") }),
                    }),
                  }),
                ]),
              ),
              livenessProbe: probe,
              readinessProbe: probe,
              startupProbe: probe,
              resources: z.object({ requests: labels, limits: labels }),
              securityContext: z.object({
                allowPrivilegeEscalation: z.boolean(),
                readOnlyRootFilesystem: z.boolean(),
                capabilities: z.object({ drop: z.array(z.string()) }),
              }),
              volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })),
            }),
          ]),
          volumes: z.array(z.looseObject({ name: z.string() })),
        }),
      }),
      volumeClaimTemplates: z.array(
        z.object({
          metadata: z.object({ name: z.string() }),
          spec: z.object({ resources: z.object({ requests: z.object({ storage: z.string() }) }) }),
        }),
      ),
    }),
  }),
);
const pod = set.template.spec;
const [container] = pod.containers;
const NAMESPACE = "jobs-of-treeherder";
// Expands variables as Kubernetes does: a variable may use those before it.
const env = Object.fromEntries(
  container.env.flatMap((each) =>
    "value" in each ? [[each.name, each.value.replaceAll("$(POD_NAMESPACE)", NAMESPACE)]] : [],
  ),
);
const settings = readSettings(env, settingNames);

it("the worker's settings exist and have valid values", () => {
  expect(Object.keys(env).filter((name) => !settingNames.includes(name as SettingName))).toEqual([]);
  expect(settings.QUEUE_TYPE).toBe("quorum");
});

it("addresses with a password are mounted and not in a manifest", () => {
  expect(Object.keys(env)).toEqual(expect.arrayContaining(["AMQP_URL_FILE", "MONGODB_URL_FILE"]));
  const folder = container.volumeMounts.find(({ name }) => name === "secrets")?.mountPath ?? "none";
  expect(settings.AMQP_URL_FILE?.startsWith(folder)).toBe(true);
  expect(settings.MONGODB_URL_FILE?.startsWith(folder)).toBe(true);
});

it("the credentials key is copied to where the worker reads it, readable only by its user", () => {
  const [copying] = pod.initContainers;
  const folderOf = (volume: string): string =>
    copying.volumeMounts.find(({ name }) => name === volume)?.mountPath ?? "none";
  const [program, ...args] = copying.command;
  expect([program, ...args.slice(0, 2)]).toEqual(["install", "-m", "0400"]);
  expect(args[2]).toBe(`${folderOf("secrets")}/credentials-key`);
  expect(args[3]).toBe(settings.CREDENTIALS_KEY_FILE);
  expect(settings.CREDENTIALS_KEY_FILE).toBe(`${folderOf("credentials-key")}/key`);
  expect(copying.securityContext).toEqual(container.securityContext);
});

it("publishers reach the port for posts through a service of its own, which does not allow reading", () => {
  const port = z.object({ name: z.string(), port: z.number(), targetPort: z.string() });
  const service = z.object({
    metadata: z.object({ name: z.literal("pulse-ingest-public") }),
    spec: z.object({ selector: labels, ports: z.tuple([port]) }),
  });
  const { spec } = service.parse(read("worker.yml").findLast(({ kind }) => kind === "Service"));
  expect(spec.selector).toEqual(set.template.metadata.labels);
  expect(spec.ports).toEqual([{ name: "public", port: settings.PUBLIC_PORT, targetPort: "public" }]);
  expect(container.ports[1].containerPort).toBe(settings.PUBLIC_PORT);
  expect([settings.PUBLIC_HOST, settings.READ_API]).toEqual(["0.0.0.0", "auto"]);
  expect(settings.PUBLIC_ALLOWED_HOSTS).toContain(`pulse-ingest-public.${NAMESPACE}.svc`);
});

it("every mounted volume exists", () => {
  const there = [...pod.volumes, ...set.volumeClaimTemplates.map(({ metadata }) => metadata)];
  const mounted = container.volumeMounts.map(({ name }) => name);
  expect(there.map(({ name }) => name).toSorted()).toEqual(mounted.toSorted());
});

it("the probes use existing routes at the served port: liveness /livez, readiness /readyz", () => {
  const paths = observerRoutes(noView, createCounters()).map(({ url }) => url);
  const { livenessProbe, readinessProbe, startupProbe } = container;
  for (const { httpGet } of [livenessProbe, readinessProbe, startupProbe])
    expect(paths).toContain(httpGet.path);
  expect([livenessProbe.httpGet.path, readinessProbe.httpGet.path]).toEqual(["/livez", "/readyz"]);
  expect(paths).toContain(set.template.metadata.annotations["prometheus.io/path"]);
  expect(container.ports[0].containerPort).toBe(settings.HTTP_PORT);
  expect(settings.HTTP_HOST).toBe("0.0.0.0");
});

describe("the worker answers", () => {
  const app = observeServer(
    [observerPlugin(noView, createCounters())],
    { error: fail, warn: fail, info: fail, debug: fail },
    { host: settings.HTTP_HOST, allowedHosts: settings.HTTP_ALLOWED_HOSTS },
  );
  const ask = async (url: string, host: string): Promise<number> =>
    (await app.inject({ url, headers: { host } })).statusCode;
  const port = settings.HTTP_PORT;

  it.each([`10.244.3.17:${port}`, `[fd00:10:244::5]:${port}`])(
    "probes of a node, which use the pod's address: %s",
    async (host) => {
      const { livenessProbe, readinessProbe, startupProbe } = container;
      for (const { httpGet } of [livenessProbe, readinessProbe, startupProbe]) {
        expect(await ask(httpGet.path, host)).toBe(200);
      }
    },
  );

  it.each(["", `.${NAMESPACE}`, `.${NAMESPACE}.svc`, `.${NAMESPACE}.svc.cluster.local`])(
    "Prometheus by the name of the service, and of one pod: ...%s",
    async (domain) => {
      expect(await ask("/livez", `pulse-ingest${domain}:${port}`)).toBe(200);
      expect(await ask("/livez", `pulse-ingest-0.pulse-ingest${domain}:${port}`)).toBe(200);
    },
  );

  it.each(["pulse-ingest.evil.example", "evil-pulse-ingest", "pulse-ingest.other-namespace"])(
    "nobody under %s",
    async (host) => expect(await ask("/livez", host)).toBe(403),
  );
});

it("a pod has more time to end than a shutdown takes", () => {
  expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(2 * settings.SHUTDOWN_MS);
});

it("the memory limit leaves room for the logs that are read at the same time", () => {
  expect(Number.parseInt(container.resources.limits["memory"] ?? "", 10)).toBeGreaterThanOrEqual(
    256 + 64 * settings.LOG_THREADS,
  );
});

it("the spool's disk is larger than the spool", () => {
  const [claim] = set.volumeClaimTemplates;
  const gib = Number.parseInt(claim?.spec.resources.requests.storage ?? "", 10);
  expect(gib * 1024 ** 3).toBeGreaterThan(1.5 * settings.SPOOL_MAX_BYTES);
});

it("the worker has no rights that it does not need", () => {
  expect(pod.securityContext.runAsNonRoot).toBe(true);
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
});

it("service, budget and policy select these pods, and one of them may always stop", () => {
  const selecting = z.object({ spec: z.object({ selector: z.object({ matchLabels: labels }) }) });
  const byLabels = z.object({ spec: z.object({ selector: labels }) });
  const budget = find("PodDisruptionBudget", selecting.and(z.object({ spec: z.looseObject({}) })));
  expect(set.selector.matchLabels).toEqual(set.template.metadata.labels);
  expect(budget.spec.selector.matchLabels).toEqual(set.template.metadata.labels);
  expect(budget.spec).toMatchObject({ maxUnavailable: 1 });
  expect(find("Service", byLabels).spec.selector).toEqual(set.template.metadata.labels);
  const policy = find(
    "NetworkPolicy",
    z.object({ spec: z.object({ podSelector: selecting.shape.spec.shape.selector }) }),
  );
  expect(policy.spec.podSelector.matchLabels).toEqual(set.template.metadata.labels);
});

it("logs may be fetched only from addresses that the worker itself treats as public", () => {
  const block = z.object({ ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()) }) });
  const rule = z.looseObject({ to: z.array(z.unknown()) });
  const { spec } = find("NetworkPolicy", z.object({ spec: z.object({ egress: z.array(rule) }) }));
  const blocks = spec.egress
    .flatMap(({ to }) => to)
    .flatMap((peer) => block.safeParse(peer).data?.ipBlock ?? []);
  const isAllowed = (text: string): boolean => {
    const address = ipaddr.parse(text);
    const isIn = (cidr: string) => {
      const range = ipaddr.parseCIDR(cidr);
      return range[0].kind() === address.kind() && address.match(range);
    };
    return blocks.some(({ cidr, except }) => isIn(cidr) && !except.some(isIn));
  };
  const addresses = [
    ...["8.8.8.8", "10.1.2.3", "127.0.0.1", "169.254.169.254", "172.20.0.1", "192.168.1.1", "100.64.0.1"],
    ...["0.0.0.0", "224.0.0.1", "255.255.255.255", "168.63.129.16", "198.18.0.1"],
    ...["2606:4700::1111", "::1", "fe80::1", "fd00::1", "2002:a00:1::1", "2001:0:1::1", "ff02::1"],
  ];
  expect(addresses.filter(isAllowed)).toEqual(addresses.filter(isPublicAddress));
});

function fail(event: string): never {
  throw new Error(`unexpected: ${event}`);
}
