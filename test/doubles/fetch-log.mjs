// Fetches a log in a process of its own, whose trusted certificates come from its environment. Arguments: URL, DNS
// server, maximum bytes. Prints the log, or its failure as JSON.
import { openHttpLogSource } from "../../src/logs/fetch/http-log-source.ts";

const [, , url, dnsServer, bytes] = process.argv;
const source = openHttpLogSource({
  userAgent: "test",
  allowPrivate: true,
  dnsServers: [dnsServer],
  limits: bytes === undefined ? {} : { bytes: Number(bytes) },
});
try {
  for await (const piece of (await source.open(url)).bytes) process.stdout.write(piece);
} catch (error) {
  process.stdout.write(JSON.stringify(error.failure));
}
await source.close();
