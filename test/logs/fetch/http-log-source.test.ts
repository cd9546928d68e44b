import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { FetchLimits } from "../../../src/logs/fetch/fetch-limits.ts";
import { type HttpLogSourceOptions, openHttpLogSource } from "../../../src/logs/fetch/http-log-source.ts";
import { LogFetchError, type LogFetchFailure, type LogSource } from "../../../src/logs/fetch/log-source.ts";
import {
  answer,
  type Behaviour,
  endless,
  type LogHost,
  raw,
  redirect,
  startLogHost,
} from "../../doubles/log-host.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function aHost(paths: Readonly<Record<string, Behaviour>>, address?: string): Promise<LogHost> {
  const host = await startLogHost(paths, address);
  opened.push(host);
  return host;
}

function aSource(options: Partial<HttpLogSourceOptions> = {}): LogSource {
  const source = openHttpLogSource({ userAgent: "pulse-ingest/test", allowPrivate: true, ...options });
  opened.push(source);
  return source;
}

async function read(source: LogSource, url: string, stop?: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of (await source.open(url, stop)).bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function failureOf(reading: Promise<unknown>): Promise<LogFetchFailure> {
  const error = await reading.then(
    () => new Error("it was read"),
    (reason: unknown) => reason,
  );
  if (error instanceof LogFetchError) return error.failure;
  throw error;
}

const closed = "Connection: close\r\n";

describe("a log that exists", () => {
  it("is returned as the transferred bytes, whatever the headers say", async () => {
    const log = gzipSync("a line\n".repeat(1000));
    const host = await aHost({
      "/plain": answer(log),
      "/encoded": answer(log, "200 OK", "Content-Encoding: gzip\r\nContent-Type: text/plain\r\n"),
      "/twice": answer(gzipSync(log), "200 OK", "Content-Encoding: gzip, gzip\r\n"),
    });
    const source = aSource();
    expect(await read(source, `${host.url}/plain`)).toEqual(log);
    expect(await read(source, `${host.url}/encoded`)).toEqual(log);
    expect(await read(source, `${host.url}/twice`)).toEqual(gzipSync(log));
  });

  it("is requested once, with our user agent and without encoding, credential, cookie or referrer", async () => {
    const host = await aHost({ "/log": answer("log", "200 OK", "Set-Cookie: a=b\r\n") });
    const source = aSource();
    const url = `http://user:secret@127.0.0.1:${host.port}/log?x=1#part`;
    await read(source, url);
    await read(source, url);
    expect(host.requests).toHaveLength(2);
    const [first = "", second = ""] = host.requests;
    expect(first).toMatch(/^GET \/log\?x=1 HTTP\/1\.1\r\n/);
    expect(first).toMatch(/\r\nuser-agent: pulse-ingest\/test(\r\n|$)/i);
    for (const request of [first, second]) {
      expect(request).not.toMatch(/authorization|cookie|referer|accept-encoding|secret|part/i);
    }
  });

  it.each([
    ["chunked", "Transfer-Encoding: chunked\r\n", "3\r\nlog\r\n0\r\n\r\n"],
    ["ended by closing the connection", closed, "log"],
    ["empty", "Content-Length: 0\r\n", ""],
  ])("may be %s", async (_form, header, body) => {
    const host = await aHost({ "/log": raw(`HTTP/1.1 200 OK\r\n${header}\r\n${body}`) });
    expect((await read(aSource(), `${host.url}/log`)).toString()).toBe(body === "" ? "" : "log");
  });

  it("may come from an HTTP/1.0 server", async () => {
    const host = await aHost({ "/log": raw("HTTP/1.0 200 OK\r\n\r\nlog") });
    expect((await read(aSource(), `${host.url}/log`)).toString()).toBe("log");
  });

  it("can be abandoned early, which ends the transfer", async () => {
    const host = await aHost({ "/log": endless(Buffer.alloc(10_000)) });
    for await (const piece of (await aSource().open(`${host.url}/log`)).bytes) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("waits for a slow reader without counting that as idle time", async () => {
    const host = await aHost({ "/log": answer(Buffer.alloc(3_000_000)) });
    let bytes = 0;
    for await (const piece of (await aSource({ limits: { idleMs: 1000 } }).open(`${host.url}/log`)).bytes) {
      if (bytes === 0) await new Promise((resolve) => setTimeout(resolve, 2000));
      bytes += piece.length;
    }
    expect(bytes).toBe(3_000_000);
  });

  /** Long enough for all bytes to arrive, and for the connection to end after them. */
  const SLOW_MS = 200;
  // As much as undici's buffers hold, so that undici stops reading, and nothing is left in the socket when the connection ends.
  const full = "x".repeat(64 * 1024);

  it.each([
    ["has the announced length", `Content-Length: ${full.length}\r\n`, full],
    ["is chunked", "Transfer-Encoding: chunked\r\n", `10000\r\n${full}\r\n0\r\n\r\n`],
    ["is ended by closing the connection", "", full],
  ])(
    "is read to its end by a slow reader after the host has closed the connection, if it %s",
    async (_form, header, body) => {
      const host = await aHost({ "/log": raw(`HTTP/1.1 200 OK\r\n${closed}${header}\r\n${body}`) });
      const { bytes } = await aSource().open(`${host.url}/log`);
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece);
      expect(Buffer.concat(pieces).toString()).toBe(full);
    },
  );

  it.each(["end", "reset"] as const)(
    "is not complete if the connection has ended too early (%s), however slowly it is read",
    async (ending) => {
      const header = `Content-Length: ${full.length + 1}\r\n`;
      const host = await aHost({ "/log": raw(`HTTP/1.1 200 OK\r\n${closed}${header}\r\n${full}`, ending) });
      const { bytes } = await aSource().open(`${host.url}/log`);
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      const reading = (async () => {
        for await (const piece of bytes) expect(piece.length).toBeGreaterThan(0);
      })();
      expect((await failureOf(reading)).kind).toBe("network");
    },
  );
});

describe("an answer other than a log", () => {
  it.each([
    [403, true],
    [404, true],
    [400, false],
    [401, false],
    [410, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
    [304, false],
  ])("HTTP %i, final: %s", async (status, final) => {
    const host = await aHost({ "/log": answer("no", `${status} No`) });
    expect(await failureOf(read(aSource(), `${host.url}/log`))).toEqual({
      kind: "http-status",
      final,
      detail: `HTTP ${status} from 127.0.0.1:${host.port}`,
    });
  });

  it.each(["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])(
    "follows %s",
    async (status) => {
      const host = await aHost({ "/a/log": redirect("../b?c", status), "/b": answer("log") });
      expect((await read(aSource(), `${host.url}/a/log`)).toString()).toBe("log");
      expect(host.requests[1]).toMatch(/^GET \/b\?c /);
    },
  );

  it.each([
    ["UTF-8", "/\xc3\xbc a.log", "/%C3%BC%20a.log"],
    ["Latin-1", "/\xfc?\xe4", "/%FC?%E4"],
    ["a percent-encoded address", "/%C3%BC%20a", "/%C3%BC%20a"],
  ])("follows a redirect to an address in %s unchanged", async (_what, location, asked) => {
    const head = `HTTP/1.1 302 Found\r\n${closed}Content-Length: 0\r\nLocation: ${location}\r\n\r\n`;
    const host = await aHost({ "/log": raw(head), [asked.replace(/\?.*/, "")]: answer("log") });
    expect((await read(aSource(), `${host.url}/log`)).toString()).toBe("log");
    expect(host.requests[1]).toContain(`GET ${asked} `);
  });

  it("follows a redirect to another host without sending credentials", async () => {
    const other = await aHost({ "/log": answer("log") }, "127.0.0.2");
    const host = await aHost({ "/log": redirect(`http://user:secret@127.0.0.2:${other.port}/log`) });
    const url = `http://me:mine@127.0.0.1:${host.port}/log`;
    expect((await read(aSource(), url)).toString()).toBe("log");
    expect(other.requests.join()).not.toMatch(/authorization|secret|mine|referer/i);
  });

  it("follows a limited number of redirects, also in a loop", async () => {
    const host = await aHost({
      "/loop": redirect("/loop"),
      "/2": redirect("/1"),
      "/1": redirect("/0"),
      "/0": answer("log"),
    });
    const source = aSource({ limits: { redirects: 2 } });
    expect((await read(source, `${host.url}/2`)).toString()).toBe("log");
    expect(await failureOf(read(source, `${host.url}/loop`))).toMatchObject({
      kind: "too-many-redirects",
      final: false,
    });
    expect(host.requests).toHaveLength(3 + 3);
  });

  it.each([
    ["file:///etc/passwd", "refused-scheme"],
    ["ftp://127.0.0.1/log", "refused-scheme"],
    ["data:,log", "refused-scheme"],
    ["gopher://127.0.0.1/", "refused-scheme"],
    ["http://[::1", "invalid-url"],
    ["http://elsewhere.test/log", "refused-host"],
  ])("does not follow a redirect to %s", async (target, kind) => {
    const host = await aHost({ "/log": redirect(target) });
    const source = aSource({ allowHosts: ["127.0.0.1"] });
    expect(await failureOf(read(source, `${host.url}/log`))).toMatchObject({ kind, final: true });
  });

  it("reports a redirect to something that is not a URL", async () => {
    const host = await aHost({ "/log": redirect("http://[::1") });
    expect(await failureOf(read(aSource(), `${host.url}/log`))).toMatchObject({
      detail: `${new URL(host.url).host} redirects to something that is not a URL`,
    });
  });

  it("does not follow a redirect with two targets or none", async () => {
    const host = await aHost({
      "/two": answer("", "302 Found", "Location: /a\r\nLocation: /b\r\n"),
      "/none": answer("", "302 Found"),
    });
    for (const path of ["two", "none"]) {
      expect(await failureOf(read(aSource(), `${host.url}/${path}`))).toMatchObject({ kind: "http-status" });
    }
    expect(host.requests).toHaveLength(2);
  });
});

describe("URLs that are never requested", () => {
  it.each([
    ["", "invalid-url"],
    ["log.txt.gz", "invalid-url"],
    ["http://", "invalid-url"],
    ["http://a b/", "invalid-url"],
    ["http://127.0.0.1:99999/", "invalid-url"],
    ["file:///etc/passwd", "refused-scheme"],
    ["FILE:///etc/passwd", "refused-scheme"],
    ["ftp://example.com/log", "refused-scheme"],
    ["blob:http://127.0.0.1/log", "refused-scheme"],
    ["javascript:1", "refused-scheme"],
    ["unix:/run/docker.sock", "refused-scheme"],
  ])("%j: %s, final", async (url, kind) => {
    expect(await failureOf(read(aSource(), url))).toMatchObject({ kind, final: true });
  });

  it("hosts that are not on the list, if there is a list", async () => {
    const host = await aHost({ "/log": answer("log") });
    const listed = aSource({ allowHosts: ["127.0.0.1"] });
    const unlisted = aSource({ allowHosts: ["logs.test", "*.0.0.2"] });
    expect((await read(listed, `${host.url}/log`)).toString()).toBe("log");
    expect(await failureOf(read(unlisted, `${host.url}/log`))).toMatchObject({
      kind: "refused-host",
      final: true,
    });
    expect(host.connections()).toBe(1);
  });
});

describe("limits", () => {
  it("refuses a body whose announced length is too large, without reading it", async () => {
    const host = await aHost({ "/log": raw("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "stay") });
    const reading = read(aSource({ limits: { bytes: 1000 } }), `${host.url}/log`);
    expect(await failureOf(reading)).toMatchObject({ kind: "too-large", final: true });
  });

  it("ends a body that becomes too large, announced or not", async () => {
    const host = await aHost({ "/log": endless(Buffer.alloc(10_000)) });
    const reading = read(aSource({ limits: { bytes: 1_000_000 } }), `${host.url}/log`);
    expect(await failureOf(reading)).toMatchObject({ kind: "too-large", final: true });
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("lets a body of exactly that size through", async () => {
    const host = await aHost({ "/log": answer(Buffer.alloc(1000)) });
    expect(await read(aSource({ limits: { bytes: 1000 } }), `${host.url}/log`)).toHaveLength(1000);
  });

  // Each limit that the case is not about is too long to be reached on a busy machine.
  const long = { connectMs: 20_000, idleMs: 20_000, totalMs: 20_000 };

  it.each<[string, Behaviour, Partial<FetchLimits>, string]>([
    ["no answer at all", () => undefined, { connectMs: 100, idleMs: 200 }, "no answer from"],
    ["a head that never ends", dripHead(), { connectMs: 1000, idleMs: 200 }, "no answer from"],
    ["interim answers without end", dripInterim(), { connectMs: 1000, idleMs: 200 }, "no answer from"],
    [
      "a body that stops",
      raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nlog", "stay"),
      { idleMs: 1000 },
      "nothing more from",
    ],
    [
      "a body that trickles, past the total limit",
      endless(Buffer.from("x"), 20),
      { totalMs: 1000 },
      "not read within",
    ],
  ])("%s: timeout, which is not final", async (_case, behaviour, short, detail) => {
    const host = await aHost({ "/log": behaviour });
    const limits = { ...long, ...short };
    const failure = await failureOf(read(aSource({ limits }), `${host.url}/log`));
    expect(failure).toMatchObject({ kind: "timeout", final: false });
    expect(failure.detail).toContain(detail);
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("the total limit also ends a log that was opened but never read", async () => {
    const host = await aHost({ "/log": endless(Buffer.from("x"), 20) });
    await aSource({ limits: { totalMs: 2000 } }).open(`${host.url}/log`);
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("broken transfers fail, and are not final", () => {
  it.each<[string, Behaviour]>([
    ["a connection that is closed without an answer", (socket) => socket.end()],
    ["a connection that is reset", (socket) => socket.resetAndDestroy()],
    ["a body shorter than announced", raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nlog")],
    ["a chunked body that stops", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlo")],
    ["a reset in the middle of the body", raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nlog", "reset")],
    ["a reset in the middle of a body without a length", raw(`HTTP/1.1 200 OK\r\n${closed}\r\nlog`, "reset")],
    ["a reset in the middle of an HTTP/1.0 body", raw("HTTP/1.0 200 OK\r\n\r\nlog", "reset")],
    ["a broken chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nlog\r\n0\r\n\r\n")],
    ["a length that is not a number", raw("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nlog")],
    ["two lengths", raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nlog")],
    ["a negative length", raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nlog")],
    ["a huge head", raw(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\nlog`)],
    ["very many headers", raw(`HTTP/1.1 200 OK\r\n${"X: x\r\n".repeat(20_000)}\r\nlog`)],
    ["something that is not HTTP", raw("220 smtp.example.com ESMTP\r\n")],
  ])("%s", async (_case, behaviour) => {
    const host = await aHost({ "/log": behaviour });
    const failure = await failureOf(read(aSource({ limits: { idleMs: 20_000 } }), `${host.url}/log`));
    expect(failure).toMatchObject({ kind: "network", final: false });
    expect(failure.detail).toContain(`127.0.0.1:${host.port}`);
  });

  it("a body longer than announced is read up to the announced length, and the next log is not affected", async () => {
    const host = await aHost({
      "/long": raw(
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nlogHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        "stay",
      ),
      "/log": answer("good"),
    });
    const source = aSource();
    expect((await read(source, `${host.url}/long`)).toString()).toBe("log");
    expect((await read(source, `${host.url}/log`)).toString()).toBe("good");
  });

  it("a port that nobody listens on", async () => {
    const host = await aHost({});
    await host.close();
    expect(await failureOf(read(aSource(), `${host.url}/log`))).toEqual({
      kind: "network",
      final: false,
      detail: `127.0.0.1:${host.port}: connection refused`,
    });
  });
});

describe("stopping", () => {
  it("before, while waiting and while reading", async () => {
    const host = await aHost({ "/wait": () => undefined, "/drip": endless(Buffer.from("x"), 10) });
    const before = read(aSource(), `${host.url}/wait`, AbortSignal.abort());
    expect(await failureOf(before)).toMatchObject({ kind: "stopped" });
    expect(host.connections()).toBe(0);
    for (const path of ["wait", "drip"]) {
      const reading = read(aSource(), `${host.url}/${path}`, AbortSignal.timeout(100));
      expect(await failureOf(reading)).toMatchObject({ kind: "stopped", final: false });
    }
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("closing the source ends all reads", async () => {
    const host = await aHost({ "/drip": endless(Buffer.from("x"), 10) });
    const source = aSource();
    const reading = failureOf(read(source, `${host.url}/drip`));
    while (host.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await source.close();
    expect(await reading).toMatchObject({ kind: "stopped", final: false });
  });
});

function dripHead(): Behaviour {
  return (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nX-Long: ");
    const timer = setInterval(() => socket.write("x"), 20);
    socket.on("close", () => clearInterval(timer));
  };
}

function dripInterim(): Behaviour {
  return (socket) => {
    const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  };
}

describe("the cost of a hostile host is limited", () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  /** Sends the log `log` with each byte in a chunk that has an extension of 16 KiB. */
  const extended = (bytes: number): string => `1;x=${"y".repeat(16_000)}\r\nx\r\n`.repeat(bytes);

  it.each<[string, Behaviour]>([
    ["chunk extensions", raw(`${chunked}${extended(100)}0\r\n\r\n`, "stay")],
    ["chunk extensions without end", endlessly(chunked, `1;x=${"y".repeat(16_000)}\r\nx\r\n`)],
    ["one chunk's extension without end", endlessly(`${chunked}1;x=`, "y".repeat(10_000))],
    ["chunks of one byte without end", endlessly(chunked, "1\r\nx\r\n".repeat(1000))],
    ["interim answers without end", endlessly("", `HTTP/1.1 103 Hi\r\nX: ${"y".repeat(10_000)}\r\n\r\n`)],
  ])("%s count towards the limit of transferred bytes", async (_case, behaviour) => {
    const host = await aHost({ "/log": behaviour });
    const failure = await failureOf(read(aSource({ limits: { bytes: 1_000_000 } }), `${host.url}/log`));
    expect(failure).toMatchObject({ kind: "too-large", final: true });
    expect(failure.detail).toContain("chunk framing");
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("ends endless trailers", async () => {
    const host = await aHost({ "/log": endlessly(`${chunked}0\r\n`, `X: ${"y".repeat(10_000)}\r\n`) });
    const failure = await failureOf(read(aSource({ limits: { bytes: 1_000_000 } }), `${host.url}/log`));
    expect(["too-large", "network"]).toContain(failure.kind);
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it.each<[string, Behaviour]>([
    ["a chunk's extension that trickles", drip(`${chunked}1;x=`, "y")],
    ["trailers that trickle", drip(`${chunked}0\r\n`, "X: y\r\n")],
  ])("%s: timeout", async (_case, behaviour) => {
    const host = await aHost({ "/log": behaviour });
    const limits = { idleMs: 10_000, totalMs: 500 };
    expect(await failureOf(read(aSource({ limits }), `${host.url}/log`))).toMatchObject({ kind: "timeout" });
    while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("accepts a log in small chunks that each have an extension", async () => {
    const host = await aHost({ "/log": raw(`${chunked}${extended(50)}0\r\nTrailer: x\r\n\r\n`, "stay") });
    expect(await read(aSource({ limits: { bytes: 1_000_000 } }), `${host.url}/log`)).toHaveLength(50);
  });

  it("leaves no idle connection open, whatever the host asks for", async () => {
    const keepAlive = "Connection: keep-alive\r\nKeep-Alive: timeout=600\r\n";
    const paths = {
      "/log": answer("log", "200 OK", keepAlive),
      "/moved": answer("", "302 Found", `Location: /log\r\n${keepAlive}`),
      "/gone": answer("no", "404 Not Found", keepAlive),
    };
    const source = aSource();
    const hosts = await Promise.all(["127.0.0.1", "127.0.0.2"].map((address) => aHost(paths, address)));
    for (const { url } of hosts) {
      await read(source, `${url}/moved`);
      await failureOf(read(source, `${url}/gone`));
    }
    for (const host of hosts) {
      while (host.open() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(host.connections()).toBe(3);
    }
  });

  it("does not follow a redirect to a port that is not allowed", async () => {
    const host = await aHost({ "/log": redirect("http://127.0.0.1:22/log") });
    expect(await failureOf(read(aSource(), `${host.url}/log`))).toEqual({
      kind: "refused-port",
      final: true,
      detail: "port 22 of 127.0.0.1 is not among the ports of LOG_PORTS",
    });
  });
});

/** Sends the head, then the piece again and again, as fast as it is read. */
function endlessly(head: string, piece: string): Behaviour {
  return (socket) => {
    socket.write(head);
    const go = (): void => {
      if (socket.destroyed) return;
      if (socket.write(piece)) setImmediate(go);
      else socket.once("drain", go);
    };
    go();
  };
}

function drip(head: string, piece: string): Behaviour {
  return (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(piece), 20);
    socket.on("close", () => clearInterval(timer));
  };
}
