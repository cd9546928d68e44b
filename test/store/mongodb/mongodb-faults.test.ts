import { connect, createServer } from "node:net";
import { expect, it } from "@jest/globals";
import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from "mongodb";
import { Misuse, Refused, Unavailable } from "../../../src/domain/faults.ts";
import { asUnavailable, blamed, refusedName } from "../../../src/store/mongodb/mongodb-faults.ts";

it.each([
  ["a lost connection", new MongoNetworkError("connection 3 closed")],
  ["an error that does not blame the document", new MongoServerError({ message: "down", code: 1 })],
])("%s means that the store is away", (_what, error) => {
  expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
});

it.each([
  ["a document that is too large", new MongoServerError({ message: "too large", code: 10334 })],
  ["a document that the driver cannot send", new MongoInvalidArgumentError("too large")],
  ["a bug in this program", new TypeError("x is undefined")],
])("%s does not mean that the store is away", (_what, error) => {
  expect(asUnavailable(error)).toBe(error);
});

it("a missing right is never the document's fault, even if another write succeeds", async () => {
  const otherWrite = async () => undefined;
  const missing = new MongoServerError({ message: "not authorized on jobs", code: 13 });
  expect(asUnavailable(await blamed(missing, otherWrite))).toBeInstanceOf(Unavailable);
  const unknown = new MongoServerError({ message: "no such thing", code: 1 });
  expect(await blamed(unknown, otherWrite)).toBeInstanceOf(Refused);
});

it.each([
  [73, "Invalid namespace specified"],
  [13297, "db already exists with different case already have: [X] trying to create [x]"],
])("a database name that the server does not accept (%d) is the operator's mistake", (code, message) => {
  expect(refusedName(new MongoServerError({ message, code }))).toBeInstanceOf(Misuse);
  expect(refusedName(new MongoServerError({ message, code: 1 }))).toBeNull();
});

it("a write to a connection that the other end has reset means that the store is away", async () => {
  expect(asUnavailable(await writeAfterReset())).toBeInstanceOf(Unavailable);
});

/** Returns the error of a socket that is written to after a reset. The driver passes it on unchanged. */
async function writeAfterReset(): Promise<Error> {
  const server = createServer((socket) => socket.resetAndDestroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const socket = connect(address.port, "127.0.0.1");
  const error = await new Promise<Error>((resolve) => {
    socket.on("error", resolve);
    socket.on("connect", () => setInterval(() => socket.write("x"), 1).unref());
  });
  server.close();
  return error;
}
