import { expect, it } from "@jest/globals";
import { fetchBugs } from "../../../src/bugs/cache/bugzilla.ts";
import { aRestBug, sendBugs, startBugzilla } from "../../doubles/bugzilla-server.ts";

const fullPage = (offset: number) => Array.from({ length: 500 }, (_, n) => aRestBug(offset + n + 1));

it("a page that is not answered in time fails the sync, and the error names the page and the limit", async () => {
  const server = await startBugzilla([], (response, offset) => {
    if (offset === 0) sendBugs(response, fullPage(0));
  });
  await expect(fetchBugs({ baseUrl: server.url, userAgent: "test", pageMs: 2000 })).rejects.toThrow(
    "bugs from 500 on: not read within 2 s",
  );
  await server.close();
});

it("pages that take too long in total fail the sync", async () => {
  const server = await startBugzilla([], (response, offset) => {
    setTimeout(() => sendBugs(response, fullPage(offset)), 20);
  });
  await expect(fetchBugs({ baseUrl: server.url, userAgent: "test", totalMs: 300 })).rejects.toThrow(
    /^bugs from \d+ on: not read within 0\.3 s$/,
  );
  await server.close();
});
