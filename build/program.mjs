// `node build/program.mjs FOLDER`: bundles the program with the packages that it uses into a folder: `main.js`, the entry of each thread
// (`src/**/*-thread-entry.ts`), the chunks that these share, and `licences.txt`. All of them lie in the folder itself, because they find
// each other and the files of the package by their own place.
// Plain JavaScript: the build runs it before anything is compiled.
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packagesOf, writeLicences } from "./licences.mjs";
import { replaceFiles } from "./replace-files.mjs";

const project = fileURLToPath(new URL("..", import.meta.url));
const source = join(project, "src");

/** What is installed beside the bundle. Tests replace methods of these packages in a worker, and one has a compiled part. */
const { dependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));

/** Packages in the CommonJS format load Node's own modules through `require`, which a module does not have by itself. */
const withRequire = `import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);`;

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node build/program.mjs FOLDER");
const threads = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith("-thread-entry.ts"),
);

const outputs = await replaceFiles(
  folder,
  async (outdir) => {
    const { metafile } = await build({
      entryPoints: ["main.ts", ...threads].map((file) => join(source, file)),
      absWorkingDir: project,
      outdir,
      entryNames: "[name]",
      chunkNames: "[name]-[hash]",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      external: Object.keys(dependencies),
      banner: { js: withRequire },
      sourcemap: true,
      sourcesContent: false,
      legalComments: "none",
      metafile: true,
      logLevel: "warning",
    });
    writeLicences(outdir, project, packagesOf(Object.keys(metafile.inputs)));
    chmodSync(join(outdir, "main.js"), 0o755);
    return Object.keys(metafile.outputs);
  },
  // `build/assets.mjs` writes it.
  ["assets"],
);
const chunks = outputs.filter((path) => path.endsWith(".js")).length - threads.length - 1;
process.stderr.write(
  `${relative(process.cwd(), folder)}: main.js, ${threads.length} threads, ${chunks} chunks\n`,
);
