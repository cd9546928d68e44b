/**
 * `npm run screenshots`: makes the pictures of docs/pages.md. A real worker, with a real broker and the demo's week in its store,
 * serves the pages to a real Chromium.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { logTextAt } from "../../demo/demo-logs.ts";
import { serveLogs } from "../../demo/serve-logs.ts";
import { commandLine } from "../command-line.ts";
import { freePort } from "../servers/free-port.ts";
import { startRabbitmq } from "../servers/rabbitmq.ts";
import { openBrowser } from "../web/browser.ts";
import { chosenScenes } from "./scenes.ts";
import { startShownWorker } from "./shown-worker.ts";

const help = `npm run screenshots -- [options]

Makes the pictures of docs/pages.md. It starts its own broker, worker and Chromium, and takes about a minute.

  --jobs N    about how many jobs are in the store (4000)
  --out DIR   where the pictures go (docs/pictures)
  --only A,B  some pictures, by the name of their file

Examples
  npm run screenshots
  npm run screenshots -- --only grid,log --out /tmp
`;
const values = commandLine(help, {
  jobs: { type: "string", default: "4000" },
  out: { type: "string", default: fileURLToPath(new URL("../../docs/pictures", import.meta.url)) },
  only: { type: "string" },
});
if (!/^[1-9]\d{0,6}$/.test(values.jobs)) {
  process.stderr.write(help);
  process.exit(2);
}
mkdirSync(values.out, { recursive: true });

const logsPort = await freePort();
const broker = await startRabbitmq();
const worker = await startShownWorker({
  brokerUrl: broker.url,
  logsUrl: `http://127.0.0.1:${logsPort}`,
  jobs: Number(values.jobs),
});
const logs = await serveLogs(logsPort, (path) => logTextAt(worker.plan, path));
const browser = await openBrowser();
try {
  for (const { name, address, options, isReady } of chosenScenes(worker, values.only?.split(",") ?? null)) {
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      timezoneId: "UTC",
      ...options,
    });
    await page.goto(worker.url + address);
    await page.waitForSelector(isReady);
    // The stream and the worker's status light are added after the page has loaded.
    await page.waitForTimeout(1500);
    const path = join(values.out, `${name}.png`);
    await page.screenshot({ path });
    await page.close();
    process.stdout.write(`${path}\n`);
  }
} finally {
  await browser.close();
  await logs.close();
  await worker.stop();
  await broker.stop();
}
