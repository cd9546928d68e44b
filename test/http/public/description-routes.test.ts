import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import fastify from "fastify";
import { load } from "js-yaml";
import * as z from "zod";
import { descriptionPlugin } from "../../../src/http/public/description-routes.ts";
import { readRoutes } from "../../../src/http/read/read-api-plugin.ts";
import { submissionPlugin } from "../../../src/http/submit/submission-routes.ts";
import { updateStatePlugin } from "../../../src/http/submit/update-state.ts";
import { version } from "../../../src/version.ts";

const folder = new URL("../../../schemas/", import.meta.url);
const schemas = readdirSync(folder).filter((file) => file !== "openapi.yml");
const read = (file: string): unknown => load(readFileSync(new URL(file, folder), "utf8"));

const methods = ["get", "post", "put", "patch", "delete"];
const description = z.looseObject({
  info: z.looseObject({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** Answers requests without a listener. */
const app = fastify();
app.register(descriptionPlugin);

async function get(url: string): Promise<{ status: number; body: unknown }> {
  const answer = await app.inject({ url });
  expect(answer.headers["content-type"]).toBe("application/json");
  return { status: answer.statusCode, body: answer.json() };
}

/** Returns every `$ref` in a document. */
function refsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    name === "$ref" && typeof member === "string" ? [member] : refsIn(member),
  );
}

/** Returns a Fastify path as OpenAPI writes it. */
function toOpenApi(url: string): string {
  return url.replaceAll(/:(\w+)(\([^)]*\))?/g, "{$1}");
}

it("the description has exactly the existing paths and methods", async () => {
  const described = description.parse((await get("/api/openapi.json")).body);
  const listed = Object.entries(described.paths).flatMap(([path, members]) =>
    Object.keys(members)
      .filter((name) => methods.includes(name))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes: string[] = [];
  const served = fastify({ exposeHeadRoutes: false });
  served.addHook("onRoute", ({ method, url }) => {
    routes.push(...[method].flat().map((one) => `${one} ${toOpenApi(url)}`));
  });
  served.register(submissionPlugin({ submit: nobody, read: nobody, reads: { findResultSets: nobody } }));
  served.register(
    updateStatePlugin({
      store: { setJobState: nobody, selectJobs: nobody, readJobs: nobody },
      archive: null,
    }),
  );
  served.register(descriptionPlugin);
  await served.ready();
  routes.push(...readRoutes.map(({ path }) => `GET ${toOpenApi(path)}`));
  expect(listed.toSorted()).toEqual(routes.toSorted());
  expect(described.info.version).toBe(version);
});

it("everything that the description refers to exists", async () => {
  const document = (await get("/api/openapi.json")).body;
  const refs = [...new Set(refsIn(document))];
  expect(refs.length).toBeGreaterThan(20);
  for (const ref of refs) {
    if (ref.startsWith("#/")) {
      const found = ref
        .slice(2)
        .split("/")
        .reduce<unknown>((value, name) => z.looseObject({}).parse(value)[name], document);
      expect({ ref, found: typeof found }).toEqual({ ref, found: "object" });
    } else {
      const { pathname } = new URL(ref, "http://localhost/api/openapi.json");
      expect({ ref, status: (await get(pathname)).status }).toEqual({ ref, status: 200 });
    }
  }
});

it("all schemas are listed, and served unchanged", async () => {
  const list = z.array(z.object({ name: z.string(), title: z.string(), url: z.string() }));
  const listed = list.parse((await get("/api/schemas/")).body);
  expect(listed.map(({ name }) => `${name}.yml`).toSorted()).toEqual(schemas.toSorted());
  for (const { name, url } of listed) expect((await get(url)).body).toEqual(read(`${name}.yml`));
});

it.each(["openapi.json", "job-item.yml", "job-item", "..%2Fpackage.json", "__proto__.json"])(
  "no other file is served as a schema: %s",
  async (file) => {
    const { status, body } = await get(`/api/schemas/${file}`);
    expect({ status, body }).toEqual({ status: 404, body: { detail: expect.any(String) } });
  },
);

function nobody(): never {
  throw new Error("nobody asks");
}
