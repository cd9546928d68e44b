/** FerretDB's program, built once from `ferretdb/main.go` and kept in the cache. */
import { chmod, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { madeOnce, recipeHash, removeTree } from "./cache.ts";
import { certificates, findDebianRoot } from "./debian-root.ts";
import { findProgram, runCommand, say } from "./run-command.ts";
import { openRunFolder } from "./run-folder.ts";

const sources = ["main.go", "go.mod", "go.sum"];
const sourceFolder = join(import.meta.dirname, "ferretdb");

/** The release of FerretDB that go.mod names, such as "2.7". */
export async function ferretdbVersion(): Promise<string> {
  const [, version] =
    /FerretDB\/v2 v(\d+\.\d+)/.exec(await readFile(join(sourceFolder, "go.mod"), "utf8")) ?? [];
  return version ?? "2";
}

/**
 * Returns the path of the program. It is linked statically, so that it runs on this machine wherever it was built.
 *
 * @throws ServerMissing if there is no recent Go, and Debian's cannot be installed.
 */
export async function findFerretdb(): Promise<string> {
  const texts = await Promise.all(sources.map((name) => readFile(join(sourceFolder, name), "utf8")));
  return madeOnce(`ferretdb-${recipeHash([texts, process.arch])}`, async (path) => {
    const go = await findGo(/^go (\S+)/m.exec(texts[1] ?? "")?.[1] ?? "1");
    say(`building FerretDB${go === null ? " with Debian's Go" : ""}: about a minute, once`);
    if (go === null) await buildWithDebiansGo(path);
    else await runCommand(go, ["build", "-o", path, "."], { cwd: sourceFolder, env: buildEnvironment() });
    await chmod(path, 0o755);
  });
}

/** Returns this machine's Go if its version is at least `needed`, such as "1.25"; otherwise null. */
async function findGo(needed: string): Promise<string | null> {
  const go = await findProgram("go");
  if (go === null) return null;
  const version = await runCommand(go, ["env", "GOVERSION"], { env: buildEnvironment() }).catch(() => "");
  const [, has] = /^go(\d+\.\d+)/.exec(version.trim()) ?? [];
  const minor = (text: string) => Number(text.split(".")[1]);
  return has !== undefined && minor(has) >= minor(needed) ? go : null;
}

/** Builds in a separate root of Debian testing, because the compiler is larger than everything else together. */
async function buildWithDebiansGo(path: string): Promise<void> {
  const root = await findDebianRoot("FerretDB", ["golang-go", "ca-certificates"]);
  const folder = await openRunFolder("go");
  try {
    for (const name of sources) await copyFile(join(sourceFolder, name), join(folder.path, name));
    const build = "cd /srv && go build -o ferretdb .";
    const [program = "", ...args] = await root.command("root", folder.path, ["sh", "-c", build]);
    await runCommand(program, args, {
      env: {
        ...buildEnvironment(),
        SSL_CERT_FILE: certificates,
        HOME: "/srv",
        GOPATH: "/srv/go",
        GOCACHE: "/srv/cache",
      },
    });
    await copyFile(join(folder.path, "ferretdb"), path);
  } finally {
    await folder.remove();
    await removeTree(root.path);
  }
}

function buildEnvironment(): NodeJS.ProcessEnv {
  // Go must not download another version of itself. A Go that is too old is not used.
  return { ...process.env, CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-buildvcs=false -trimpath" };
}
