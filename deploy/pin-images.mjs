// `npm run pin-images -- --registry URL`: pins every image of this project to its current digest. It is plain JavaScript and
// needs only Node.js.
//
// --registry is the address of the registry that your container engine uses for images without a host name, or of a
// mirror. Images that begin with a host name are looked up at that host. Nothing is written unless all images are found.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** The files that name images, and the patterns that find them; the first group is the image. */
const places = [
  { file: "Dockerfile", naming: /^FROM (\S+)/gm },
  { file: "deploy/compose.yml", naming: /^ *image: (\S+)/gm },
  { file: "test/servers/images.ts", naming: /: "(\S+)",$/gm },
];
/** Returns whether an image is our own. Our images are built here, and have no digest. */
const isOurs = (image) => image.startsWith("pulse-ingest:");

const LIMIT_MS = 30_000;
/** The accepted media types. A multi-architecture index is preferred, because it has one digest for all architectures. */
const ACCEPTED = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

try {
  await pinImages();
} catch (error) {
  const reason = error.cause?.message ?? error.cause?.code;
  process.stderr.write(`error: ${error.message}${reason === undefined ? "" : ` (${reason})`}\n`);
  process.exitCode = 1;
}

async function pinImages() {
  const { values } = parseArgs({ options: { registry: { type: "string" } } });
  if (!URL.canParse(values.registry ?? "")) {
    throw new Error("--registry must be the address of the registry for images without a host name");
  }
  const files = places.map(({ file, naming }) => ({ file, naming, text: readFileSync(file, "utf8") }));
  const named = files.flatMap(({ naming, text }) => [...text.matchAll(naming)].map(([, image]) => image));
  const pinned = new Map();
  for (const image of new Set(named.filter((each) => !isOurs(each)))) {
    pinned.set(image, await pin(image, values.registry));
  }
  for (const { file, naming, text } of files) {
    const rewritten = text.replace(naming, (whole, image) =>
      whole.replace(image, pinned.get(image) ?? image),
    );
    if (rewritten !== text) writeFileSync(file, rewritten);
    for (const [, image] of text.matchAll(naming)) {
      const now = pinned.get(image) ?? image;
      process.stdout.write(`${file}: ${now === image ? `${image} stays` : `${image} -> ${now}`}\n`);
    }
  }
}

/** The image with the digest that its version has now. */
async function pin(image, defaultRegistry) {
  const [versioned] = image.split("@");
  const { registry, name, tag } = parse(versioned, defaultRegistry);
  const address = new URL(`/v2/${name}/manifests/${tag}`, registry);
  const manifest = await read(address, versioned);
  const digest = `sha256:${createHash("sha256")
    .update(Buffer.from(await manifest.arrayBuffer()))
    .digest("hex")}`;
  const claimed = manifest.headers.get("docker-content-digest");
  if (claimed !== null && claimed !== digest) {
    throw new Error(`${versioned}: the registry says ${claimed}, but what it sent has ${digest}`);
  }
  return `${versioned}@${digest}`;
}

/** The parts of `[host/]name:tag`. A first part is a host where it has a dot or a port, as container engines see it. */
function parse(image, defaultRegistry) {
  const [, path, tag] = /^(.+):([\w.-]+)$/.exec(image) ?? [];
  if (tag === undefined) throw new Error(`${image} names no version`);
  const [first, ...rest] = path.split("/");
  if (rest.length > 0 && /[.:]/.test(first))
    return { registry: `https://${first}`, name: rest.join("/"), tag };
  return { registry: defaultRegistry, name: rest.length > 0 ? path : `library/${path}`, tag };
}

/** Asks as anybody may: a registry that wants a token names the place that gives one without a login. */
async function read(address, image) {
  const first = await ask(address, { accept: ACCEPTED });
  const answer =
    first.status === 401 ? await ask(address, { accept: ACCEPTED, ...(await token(first)) }) : first;
  if (!answer.ok) throw new Error(`${image}: ${address.host} answers ${answer.status}`);
  return answer;
}

async function token(refusal) {
  const challenge = refusal.headers.get("www-authenticate") ?? "";
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, field, value]) => [field, value]),
  );
  if (!/^bearer /i.test(challenge) || !URL.canParse(fields.realm ?? "")) {
    throw new Error(`${new URL(refusal.url).host} wants a login`);
  }
  const address = new URL(fields.realm);
  for (const field of ["service", "scope"]) {
    if (fields[field] !== undefined) address.searchParams.set(field, fields[field]);
  }
  const answer = await ask(address, {});
  if (!answer.ok) throw new Error(`${address.host} answers ${answer.status}`);
  const body = await answer.json();
  return { authorization: `Bearer ${body.token ?? body.access_token}` };
}

async function ask(address, headers) {
  try {
    return await fetch(address, { headers, signal: AbortSignal.timeout(LIMIT_MS) });
  } catch (error) {
    throw new Error(`${address.host} cannot be asked`, { cause: error.cause ?? error });
  }
}
