import { bindingLedgerContract } from "./binding-ledger-contract.ts";
import { bugCacheContract } from "./bug-cache-contract.ts";
import type { OpenEmpty } from "./empty-store.ts";
import { jobReadsContract } from "./job-reads-contract.ts";
import { jobStatesContract } from "./job-states-contract.ts";
import { mutantContract } from "./mutant-contract.ts";
import { orderContract } from "./order-contract.ts";
import { pushContract } from "./push-contract.ts";
import { quotaContract } from "./quota-contract.ts";
import { rejectionReadsContract } from "./rejection-reads-contract.ts";
import { submissionStoreContract } from "./submission-store-contract.ts";
import { suspectLedgerContract } from "./suspect-ledger-contract.ts";
import { workStoreContract } from "./work-store-contract.ts";

/** The random cases are others in each run. STORE_RUNS=10 tries ten times as many: the long form. */
const TIMES = Number(process.env["STORE_RUNS"] ?? 1);

/** How many random cases an adapter is tried with. */
export interface StoreRuns {
  readonly orders: number;
  readonly mutants: number;
}

/** Everything that a store promises, port by port. An adapter that passes is a store; one that fails is not. */
export function storeContract(name: string, openEmpty: OpenEmpty, runs: StoreRuns): void {
  submissionStoreContract(name, openEmpty);
  jobStatesContract(name, openEmpty);
  pushContract(name, openEmpty);
  quotaContract(name, openEmpty);
  orderContract(name, openEmpty, TIMES * runs.orders);
  mutantContract(name, openEmpty, TIMES * runs.mutants);
  workStoreContract(name, openEmpty);
  jobReadsContract(name, openEmpty);
  rejectionReadsContract(name, openEmpty);
  bugCacheContract(name, openEmpty);
  suspectLedgerContract(name, openEmpty);
  bindingLedgerContract(name, openEmpty);
}
