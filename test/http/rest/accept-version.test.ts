import { expect, it } from "@jest/globals";
import { acceptsVersion } from "../../../src/http/rest/accept-version.ts";
import { isNamelessAgent } from "../../../src/http/rest/refused-agents.ts";
import { isRestPath } from "../../../src/http/rest/rest-plugin.ts";
import { acceptsCoding } from "../../../src/http/server/accepts-coding.ts";

it.each([
  [undefined, true],
  ["", true],
  ["*/*", true],
  ["application/json", true],
  ["application/json; version=1.0", true],
  ["application/json;version=1.0;q=0.9", true],
  ['application/json; version="1.0"', true],
  ["application/json; version=2.0", false],
  ["application/json; VERSION=1", false],
  ["application/json; version=2.0, application/json; version=1.0", true],
  ["application/json; version=2.0, text/html", true],
  ["application/json; version=", false],
])("Accept %p: served %p", (accept, served) => {
  expect(acceptsVersion(accept)).toBe(served);
});

it.each([
  [undefined, false],
  ["gzip", true],
  ["gzip, deflate, br", true],
  ["br;q=1.0, GZIP;q=0.8", true],
  ["gzip;q=0, *", false],
  ["gzip;q=0.000", false],
  ["gzip;q=0.001", true],
  ["*", true],
  ["identity", false],
  ["br", false],
])("Accept-Encoding %p: compressed %p", (accepted, compressed) => {
  expect(acceptsCoding(accepted, "gzip")).toBe(compressed);
});

it.each([
  ["python-requests/2.9.1", true],
  ["Python-urllib/3.5", true],
  ["libcurl/7.0", true],
  ["curl/7.88", false],
  ["Python-Requests/2.9.1", false],
  ["treeherder-pyclient/3.0.0", false],
  ["my python-requests/2", false],
  ["", false],
  [undefined, false],
])("User-Agent %p: refused %p", (userAgent, refused) => {
  expect(isNamelessAgent(userAgent)).toBe(refused);
});

it.each([
  ["/api/project/try/jobs/", true],
  ["/api/nothing", true],
  ["/api/schemas/jobs.json", false],
  ["/api/openapi.json", false],
  ["/", false],
  ["/apix/", false],
])("the rules of the REST API apply to %s: %p", (path, holds) => {
  expect(isRestPath(path)).toBe(holds);
});
