import { beforeEach, describe } from "@jest/globals";
import { VolatileLedger } from "../../../src/broker/queue/volatile-ledger.ts";
import { bindingClaimsContract } from "../../store/binding-ledger-contract.ts";

describe("the ledger of a private queue", () => {
  let ledger: VolatileLedger;
  beforeEach(() => {
    ledger = new VolatileLedger();
  });
  bindingClaimsContract(() => ledger);
});
