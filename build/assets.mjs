// `node build/assets.mjs FOLDER`: bundles what browsers load into a folder: one script for each `src/web/client/*-page.ts(x)`, one style
// sheet made of `src/web/styles/*.css`, each also compressed, `manifest.json` and `licences.txt`.
// Plain JavaScript: the build runs it before anything is compiled.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { packagesOf, writeLicences } from "./licences.mjs";
import { replaceFiles } from "./replace-files.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const clientFolder = join(project, "src/web/client");
const stylesFolder = join(project, "src/web/styles");
/** These define what the other sheets use, so they come first. */
const firstSheets = ["tokens.css", "base.css"];
/** The browsers that have what the pages need, such as cascade layers and private fields. */
const target = ["chrome111", "firefox113", "safari16.4"];

/** Names of the scripts by entry, and for each one the chunks that it imports at once. */
async function bundleScripts(folder) {
  const entries = readdirSync(clientFolder).filter((file) => /-page\.tsx?$/.test(file));
  const { metafile } = await build({
    entryPoints: entries.map((file) => join(clientFolder, file)),
    absWorkingDir: project,
    outdir: folder,
    entryNames: "[name].[hash]",
    chunkNames: "[name].[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target,
    tsconfig: join(clientFolder, "tsconfig.json"),
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const scripts = {};
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint === undefined || !entries.includes(basename(entryPoint))) continue;
    const chunks = [...chunksOf(metafile.outputs, path)].map((chunk) => basename(chunk));
    scripts[basename(entryPoint).replace(/\.tsx?$/, "")] = { file: basename(path), chunks };
  }
  return { scripts, packages: packagesOf(Object.keys(metafile.inputs)) };
}

/** Returns the chunks that a script imports at once, and those that they import. */
function chunksOf(outputs, path, seen = new Set()) {
  for (const { path: used, kind } of outputs[path].imports) {
    if (kind !== "import-statement" || seen.has(used)) continue;
    seen.add(used);
    chunksOf(outputs, used, seen);
  }
  return seen;
}

async function bundleStyles(folder) {
  const rest = readdirSync(stylesFolder).filter(
    (file) => file.endsWith(".css") && !firstSheets.includes(file),
  );
  const sheets = [...firstSheets, ...rest.sort()].map((file) =>
    readFileSync(join(stylesFolder, file), "utf8"),
  );
  const { code } = await transform(sheets.join("\n"), { loader: "css", minify: true, target });
  const hash = createHash("sha256").update(code).digest("hex").slice(0, 8).toUpperCase();
  const file = `style.${hash}.css`;
  writeFileSync(join(folder, file), code);
  return file;
}

/** Writes `FILE.br` and `FILE.gz` beside each file that browsers load. */
function compressAll(folder) {
  for (const file of readdirSync(folder).filter((each) => /\.(js|css|txt)$/.test(each))) {
    const plain = readFileSync(join(folder, file));
    const size = { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(plain, { params: size }));
    writeFileSync(join(folder, `${file}.gz`), gzipSync(plain, { level: 9 }));
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node build/assets.mjs FOLDER");
const { scripts, style } = await replaceFiles(folder, async (outdir) => {
  const bundled = await bundleScripts(outdir);
  const manifest = { style: await bundleStyles(outdir), scripts: bundled.scripts };
  writeLicences(outdir, project, bundled.packages);
  compressAll(outdir);
  writeFileSync(join(outdir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
});
process.stderr.write(
  `${relative(process.cwd(), folder)}: ${Object.keys(scripts).length} scripts, ${style}\n`,
);
