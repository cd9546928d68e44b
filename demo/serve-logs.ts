import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

/** The demo's log host. */
export interface DemoLogHost {
  close(): Promise<void>;
}

/**
 * Serves logs on a port of this machine, compressed with gzip.
 *
 * @param textAt - returns the text of the log at a path; null for 404.
 */
export async function serveLogs(port: number, textAt: (path: string) => string | null): Promise<DemoLogHost> {
  const server = createServer(({ url = "" }, response) => {
    const text = textAt(url);
    if (text === null) response.writeHead(404).end("This log is gone.\n");
    else
      response
        .writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" })
        .end(gzipSync(text));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
