import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, expect, it } from "@jest/globals";
import { refuseTakenPort } from "../../demo/serve-pages.ts";

const before = process.env["PUBLIC_PORT"];
afterEach(() => {
  if (before === undefined) delete process.env["PUBLIC_PORT"];
  else process.env["PUBLIC_PORT"] = before;
});

it("a port is refused while another demo may serve its pages there, and accepted afterwards", async () => {
  const other = createServer();
  await once(other.listen(0, "127.0.0.1"), "listening");
  const { port } = other.address() as AddressInfo;
  process.env["PUBLIC_PORT"] = String(port);
  await expect(refuseTakenPort()).rejects.toThrow(`something already listens on 127.0.0.1:${port}: `);
  await new Promise((resolve) => other.close(resolve));
  await expect(refuseTakenPort()).resolves.toBeUndefined();
});
