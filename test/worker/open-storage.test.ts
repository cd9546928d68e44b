import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, jest } from "@jest/globals";
import { MongoClient } from "mongodb";
import { readSettings } from "../../src/config/read-settings.ts";
import { settingNames } from "../../src/config/settings.ts";
import { Misuse } from "../../src/domain/faults.ts";
import { openSpoolOf, openStoreOf } from "../../src/worker/open-storage.ts";
import { startCutProxy } from "../doubles/cut-proxy.ts";
import { serverOrSkip } from "../servers/server-or-skip.ts";
import { sharedMongodb } from "../servers/shared-servers.ts";
import { until } from "../until.ts";

jest.setTimeout(180_000);
const mongodb = await serverOrSkip(sharedMongodb);
const untold = (): void => undefined;
const log = { error: untold, warn: untold, info: untold, debug: untold };

mongodb.describe(`a worker without a spool that waits for ${mongodb.name}`, () => {
  it("does not wait for it at the end, and closes it if it opens later", async () => {
    const address = new URL(mongodb.server().url);
    const proxy = await startCutProxy(Number(address.port));
    address.port = String(proxy.port);
    address.pathname = `/late-${randomUUID()}`;
    const env = { AMQP_URL: "amqp://guest:guest@localhost", MONGODB_URL: address.href, SPOOL: "off" };
    const settings = readSettings(env, settingNames);
    const close = jest.spyOn(MongoClient.prototype, "close");
    const stop = new AbortController();
    // It takes long to make the indexes, as with millions of documents, but is never silent.
    proxy.slow(200);
    const opened = openStoreOf(settings, false, log, stop.signal);
    await wait(2000);
    stop.abort();
    expect(await opened).toBeNull();
    expect(close).not.toHaveBeenCalled();
    proxy.restore();
    await until(() => close.mock.calls.length > 0);
    await close.mock.results[0]?.value;
    await proxy.close();
  });
});

it.each(["/proc/none", "/dev/null"])(
  "a spool below %s, where no file can be created, is refused at the start, and the error says how to fix it",
  (DATA_DIR) => {
    const env = { AMQP_URL: "amqp://guest:guest@localhost", MONGODB_URL: "mongodb://localhost/x", DATA_DIR };
    const open = () => openSpoolOf(readSettings(env, settingNames), log);
    expect(open).toThrow(Misuse);
    expect(open).toThrow(
      /^the folder for the spool cannot be used: E.*; set DATA_DIR to another folder, or turn the spool off with SPOOL=off$/,
    );
    expect(openSpoolOf(readSettings({ ...env, SPOOL: "off" }, settingNames), log)).toBeNull();
  },
);
