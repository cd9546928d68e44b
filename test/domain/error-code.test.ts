import { expect, it } from "@jest/globals";
import { errorCode } from "../../src/domain/error-code.ts";

it.each([
  [Object.assign(new Error("no such file"), { code: "ENOENT" }), "ENOENT"],
  [Object.assign(new Error("no such queue"), { code: 404 }), "404"],
  [{ code: "ECONNREFUSED" }, "ECONNREFUSED"],
  [new Error("without a code"), ""],
  [{ code: undefined }, ""],
  [{ code: { deep: true } }, ""],
  ["ENOENT", ""],
  [null, ""],
  [undefined, ""],
])("the code of %p is %p", (error, code) => expect(errorCode(error)).toBe(code));
