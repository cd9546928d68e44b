import { readdirSync, readFileSync } from "node:fs";
import type { FastifyPluginAsync } from "fastify";
import { load } from "js-yaml";
import * as z from "zod";
import { packageFile } from "../../package-files.ts";
import { version } from "../../version.ts";
import { sendDetail } from "../rest/send-detail.ts";
import { sendJson } from "../server/send-json.ts";

const folder = packageFile("schemas/");
const API = "openapi";
const SCHEMAS = "/api/schemas/";

const api = z.looseObject({ info: z.looseObject({}) });
const schema = z.looseObject({ title: z.string(), description: z.string() });

/** An entry in the list of schemas. */
interface ListedSchema {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The path of the schema. */
  readonly url: string;
}

/**
 * A fastify plugin that describes the REST API: OpenAPI, and the schemas of messages, posted items and blobs. The files of `schemas/`
 * are read for each request and not kept in memory, because most workers never get such a request.
 */
export const descriptionPlugin: FastifyPluginAsync = async (app) => {
  app.get("/api/openapi.json", async (_request, reply) => {
    const document = api.parse(readYaml(API));
    return sendJson(reply, 200, { ...document, info: { ...document.info, version } });
  });
  app.get(SCHEMAS, async (_request, reply) => sendJson(reply, 200, schemaNames().map(listed)));
  app.get<{ Params: { file: string } }>(`${SCHEMAS}:file`, async (request, reply) => {
    const { file } = request.params;
    const name = schemaNames().find((known) => file === `${known}.json`);
    if (name !== undefined) return sendJson(reply, 200, readYaml(name));
    return sendDetail(reply, 404, `There is no such schema. ${SCHEMAS} lists all schemas.`);
  });
};

/** Returns the names of all schemas, sorted. */
function schemaNames(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yml"));
  return files
    .map((file) => file.replace(/\.yml$/, ""))
    .filter((name) => name !== API)
    .toSorted();
}

function listed(name: string): ListedSchema {
  const { title, description } = schema.parse(readYaml(name));
  return { name, title, description, url: `${SCHEMAS}${name}.json` };
}

function readYaml(name: string): unknown {
  return load(readFileSync(new URL(`${name}.yml`, folder), "utf8"));
}
