import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { version } from "../../src/version.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const files = ["Dockerfile", "deploy/compose.yml", "test/servers/images.ts"];
const worker = "deploy/kubernetes/worker.yml";

/** Returns every image that a text names, in every notation. */
function imagesIn(text: string): string[] {
  const named = text.matchAll(/^FROM (\S+)|^ *image: (\S+)|^ {2}\w+: "([^"]+)",$/gm);
  return [...named].map(([, ...groups]) => groups.find((group) => group !== undefined) ?? "");
}
const read = (file: string, folder = project): string => readFileSync(join(folder, file), "utf8");

describe("images", () => {
  it.each([...files, worker])("in %s are named by full version", (file) => {
    const named = imagesIn(read(file));
    expect(named.length).toBeGreaterThan(0);
    for (const image of named)
      expect(image).toMatch(/^[a-z][a-z/-]+:[\w.-]*\d+\.\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$/);
  });

  it("of this project have its version", () => {
    const ours = [...files, worker]
      .flatMap((file) => imagesIn(read(file)))
      .filter((image) => image.startsWith("pulse-ingest"));
    expect(new Set(ours)).toEqual(new Set([`pulse-ingest:${version}`]));
  });
});

describe("pin-images", () => {
  let folder: string;
  let server: Server;
  let registry: string;
  let asked: string[];
  /** The registry's answer for an image and its version, and the digest that it claims. */
  let manifestOf: (path: string) => { readonly body: string; readonly claimed?: string } | null;
  const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pin-images-"));
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      cpSync(join(project, file), join(folder, file));
      // The test also works after the project's own files have been pinned.
      writeFileSync(join(folder, file), read(file, folder).replace(/@sha256:[0-9a-f]+/g, ""));
    }
    asked = [];
    manifestOf = (path) => ({ body: `manifest of ${path}`, claimed: digestOf(`manifest of ${path}`) });
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "", registry);
      if (url.pathname === "/token") {
        const { service, scope } = Object.fromEntries(url.searchParams);
        response.end(JSON.stringify({ token: `${service} ${scope}` }));
        return;
      }
      const [, name = "", tag = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
      const scope = `repository:${name}:pull`;
      if (request.headers.authorization !== `Bearer images ${scope}`) {
        const challenge = `Bearer realm="${registry}/token",service="images",scope="${scope}"`;
        response.writeHead(401, { "www-authenticate": challenge }).end();
        return;
      }
      asked.push(`${name}:${tag}`);
      expect(request.headers.accept).toContain("application/vnd.oci.image.index.v1+json");
      const found = manifestOf(url.pathname);
      if (found === null) response.writeHead(404).end();
      else
        response
          .writeHead(200, found.claimed === undefined ? {} : { "docker-content-digest": found.claimed })
          .end(found.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    registry = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : ""}`;
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  function run(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const script = join(project, "deploy/pin-images.mjs");
    return new Promise((resolve) => {
      execFile(process.execPath, [script, ...args], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  /** Returns an image in the notation of the project's files, with the digest of the registry's answer. */
  function pinned(image: string): string {
    if (image.startsWith("pulse-ingest:")) return image;
    const [name = "", tag = ""] = image.split(":");
    const sent = manifestOf(`/v2/${name.includes("/") ? name : `library/${name}`}/manifests/${tag}`);
    return `${image}@${digestOf(sent?.body ?? "")}`;
  }

  it("writes the digest of every image after its version, and prints what it changes", async () => {
    const before = Object.fromEntries(files.map((file) => [file, read(file, folder)]));
    const { code, stdout, stderr } = await run("--registry", registry);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const file of files) {
      const old = before[file] ?? "";
      expect(imagesIn(read(file, folder))).toEqual(imagesIn(old).map(pinned));
      // Nothing else has changed.
      expect(read(file, folder).replace(/@sha256:[0-9a-f]{64}/g, "")).toBe(old);
      for (const image of imagesIn(old)) {
        const now = pinned(image);
        expect(stdout).toContain(
          now === image ? `${file}: ${image} stays\n` : `${file}: ${image} -> ${now}\n`,
        );
      }
    }
    expect(asked).toContain("library/node:24.21.0-bookworm-slim");
    expect(asked).toContain("ferretdb/ferretdb:2.7.0");
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.join()).not.toContain("pulse-ingest");
  });

  it("keeps a digest that is still right, and replaces one that is not", async () => {
    await run("--registry", registry);
    const first = files.map((file) => read(file, folder));
    const again = await run("--registry", registry);
    expect(again.stdout).not.toContain("->");
    expect(files.map((file) => read(file, folder))).toEqual(first);
    // Without a header, the digest is computed from the body.
    manifestOf = (path) => ({ body: `published again: ${path}` });
    expect((await run("--registry", registry)).stdout).toMatch(
      /node:\S+@sha256:\w+ -> node:\S+@sha256:\w+\n/,
    );
    expect(imagesIn(read("Dockerfile", folder))).toEqual(
      imagesIn(read("Dockerfile")).map((image) => pinned(image.replace(/@.*/, ""))),
    );
  });

  it.each([
    [
      "an image that does not exist",
      () => null,
      /^error: ferretdb\/ferretdb:2\.7\.0: 127\.0\.0\.1:\d+ answers 404\n$/,
    ],
    [
      "a digest that does not match the content",
      () => ({ body: "x", claimed: digestOf("y") }),
      /^error: ferretdb\/ferretdb:2\.7\.0: the registry says sha256:.* has sha256:/,
    ],
  ])("writes nothing for %s", async (_what, answer, expected) => {
    const good = manifestOf;
    manifestOf = (path) => (path.includes("ferretdb/ferretdb") ? answer() : good(path));
    const before = files.map((file) => read(file, folder));
    const { code, stdout, stderr } = await run("--registry", registry);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(expected);
    expect(files.map((file) => read(file, folder))).toEqual(before);
  });

  it("says what is missing: a registry, or its answer", async () => {
    expect(await run()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: --registry must be/),
    });
    const nobody = await run("--registry", "http://127.0.0.1:1");
    expect(nobody).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^error: 127\.0\.0\.1:1 cannot be asked \(.+\)\n$/),
    });
  });
});
