import { expect, it } from "@jest/globals";
import { workerUrl } from "../../../src/http/observe/ask-worker.ts";

it.each([
  ["127.0.0.1", "http://127.0.0.1:9182"],
  ["worker-1.example", "http://worker-1.example:9182"],
  ["0.0.0.0", "http://127.0.0.1:9182"],
  ["::", "http://[::1]:9182"],
  ["fd00::1", "http://[fd00::1]:9182"],
])("a worker that listens on %s is asked at %s", (host, url) => {
  expect(workerUrl({ HTTP_HOST: host, HTTP_PORT: 9182 })).toEqual({ url });
});
