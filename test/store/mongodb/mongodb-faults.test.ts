import { connect, createServer } from "node:net";
import { expect, it } from "@jest/globals";
import { MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from "mongodb";
import { Misuse, Refused, Unavailable } from "../../../src/domain/faults.ts";
import { asUnavailable, blamed, refusedName } from "../../../src/store/mongodb/mongodb-faults.ts";

it.each([
  ["a connection that the driver lost", new MongoNetworkError("connection 3 closed")],
  ["an answer that is not known to blame the document", new MongoServerError({ message: "down", code: 1 })],
])("%s is the store being away", (_what, error) => {
  expect(asUnavailable(error)).toBeInstanceOf(Unavailable);
});

it.each([
  ["a document that is too large", new MongoServerError({ message: "too large", code: 10334 })],
  ["a document that the driver cannot send", new MongoInvalidArgumentError("too large")],
  ["a bug of ours", new TypeError("x is undefined")],
])("%s is no absence of the store", (_what, error) => {
  expect(asUnavailable(error)).toBe(error);
});

it("a right that is missing is never the document's fault, though another write goes through", async () => {
  const otherWrite = async () => undefined;
  const missing = new MongoServerError({ message: "not authorized on jobs", code: 13 });
  expect(asUnavailable(await blamed(missing, otherWrite))).toBeInstanceOf(Unavailable);
  const unknown = new MongoServerError({ message: "no such thing", code: 1 });
  expect(await blamed(unknown, otherWrite)).toBeInstanceOf(Refused);
});

it.each([
  [73, "Invalid namespace specified"],
  [13297, "db already exists with different case already have: [X] trying to create [x]"],
])("a name of a database that the server will never take (%d) is the operator's mistake", (code, message) => {
  expect(refusedName(new MongoServerError({ message, code }))).toBeInstanceOf(Misuse);
  expect(refusedName(new MongoServerError({ message, code: 1 }))).toBeNull();
});

it("a write to a connection that the other end has reset is the store being away", async () => {
  expect(asUnavailable(await writeAfterReset())).toBeInstanceOf(Unavailable);
});

/** The error that a socket gives when it is written to after a reset, as it comes out of the driver's own write. */
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
