import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

export interface BugzillaServer {
  readonly url: string;
  /** Query and headers of each request, in order. */
  readonly requests: { readonly query: URLSearchParams; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/**
 * Starts a web server that acts as Bugzilla, under a path of its own.
 * @param answer - answers a request for bugs from an offset on. By default it returns pages of `bugs`, as Bugzilla does.
 */
export async function startBugzilla(
  bugs: readonly unknown[],
  answer: (response: ServerResponse, offset: number, limit: number) => void = (response, offset, limit) =>
    sendBugs(response, bugs.slice(offset, offset + limit)),
): Promise<BugzillaServer> {
  const requests: BugzillaServer["requests"] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    if (url.pathname !== "/tracker/rest/bug") {
      response.writeHead(404).end();
      return;
    }
    requests.push({ query: url.searchParams, headers: request.headers });
    answer(response, Number(url.searchParams.get("offset")), Number(url.searchParams.get("limit")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}/tracker`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendBugs(response: ServerResponse, bugs: readonly unknown[]): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ bugs }));
}

/** Returns a bug in the form of Bugzilla's REST API. A test names only the members that matter to it. */
export function aRestBug(
  id: number,
  overrides: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    id,
    summary: `Intermittent test_${id}.js | timed out`,
    status: "NEW",
    resolution: "",
    op_sys: "Linux",
    cf_crash_signature: "[@ Foo::Bar]",
    keywords: ["intermittent-failure", "leave-open"],
    last_change_time: "2026-01-05T10:00:00Z",
    ...overrides,
  };
}
