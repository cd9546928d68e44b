import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from "mongodb";
import { Misuse, Refused, Unavailable } from "../../../src/domain/faults.ts";
import { asUnavailable, blamed, refusedName } from "../../../src/store/mongodb/mongodb-faults.ts";

it.each([
  ["a lost connection", new MongoNetworkError("connection 3 closed")],
  ["an error that does not blame the document", new MongoServerError({ message: "down", code: 1 })],
])("%s means that the store is unavailable", (_what, error) => {
  expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
});

it.each([
  ["connect ECONNREFUSED 127.0.0.1:27017", /^nothing is listening at 127\.0\.0\.1:27017: check /],
  ["getaddrinfo ENOTFOUND db.invalid", /^the host name db\.invalid cannot be resolved: check /],
  ["querySrv ENOTFOUND _mongodb._tcp.db.invalid", /^the host name db\.invalid has no SRV record: check /],
  ["connection <monitor> to 127.0.0.1:5672 closed", /^127\.0\.0\.1:5672 has closed the connection: .* TLS/],
  [
    "Server selection timed out after 3000 ms",
    /^no server that can be used has answered within 3000 ms: check /,
  ],
  ["connection 3 to 127.0.0.1:27017 closed", /^connection 3 to 127\.0\.0\.1:27017 closed$/],
])("the driver's message %j is put in plain words", (message, words) => {
  expect(asUnavailable(new MongoNetworkError(message))).toMatchObject({
    detail: expect.stringMatching(words),
  });
});

it.each([
  ["a document that is too large", new MongoServerError({ message: "too large", code: 10334 })],
  ["a document that the driver cannot send", new MongoInvalidArgumentError("too large")],
  ["a bug in this program", new TypeError("x is undefined")],
])("%s does not mean that the store is unavailable", (_what, error) => {
  expect(asUnavailable(error)).toBe(error);
});

it("a missing right is never blamed on the document, even if another write succeeds", async () => {
  const otherWrite = async () => undefined;
  const missing = new MongoServerError({ message: "not authorized on jobs", code: 13 });
  expect(asUnavailable(await blamed(missing, otherWrite))).toBeInstanceOf(Unavailable);
  const unknown = new MongoServerError({ message: "no such thing", code: 1 });
  expect(await blamed(unknown, otherWrite)).toBeInstanceOf(Refused);
});

it.each([
  [73, "Invalid namespace specified"],
  [13297, "db already exists with different case already have: [X] trying to create [x]"],
])("a database name that the server does not accept (%d) is an error of the operator", (code, message) => {
  expect(refusedName(new MongoServerError({ message, code }))).toBeInstanceOf(Misuse);
  expect(refusedName(new MongoServerError({ message, code: 1 }))).toBeNull();
});

describe("a write to a connection means that the store is unavailable if the other end", () => {
  it("has reset it", async () => {
    const error = await errorOfWrites(
      (far) => far.resetAndDestroy(),
      (near) => setInterval(() => near.write("x"), 1).unref(),
    );
    expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
  });

  it("has just closed it", async () => {
    const error = await errorOfWrites(
      (far) => far.end(),
      // Node.js ends its own side only a moment after this event.
      (near) => near.on("end", () => process.nextTick(() => process.nextTick(() => near.write("x")))),
    );
    expect(error).toMatchObject({ code: "EPIPE", message: "This socket has been ended by the other party" });
    expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
  });

  it("closed it before the driver did so itself", async () => {
    const error = await errorOfWrites(
      (far) => far.end(),
      (near) => near.on("close", () => near.write("x", (written) => near.emit("error", written))),
    );
    expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
  });
});

/** Returns the first error of a socket. The driver passes it on unchanged. */
async function errorOfWrites(
  answer: (far: Socket) => void,
  writeTo: (near: Socket) => unknown,
): Promise<unknown> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const near = connect(address.port, "127.0.0.1");
  const error = await new Promise<unknown>((resolve) => {
    near.on("error", resolve);
    near.on("connect", () => writeTo(near));
    near.resume();
  });
  server.close();
  return error;
}
