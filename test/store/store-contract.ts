import { apiReadsContract } from "./api-reads-contract.ts";
import { archiveContract } from "./archive-contract.ts";
import { artifactContract } from "./artifact-contract.ts";
import { bindingLedgerContract } from "./binding-ledger-contract.ts";
import { bothWaysContract } from "./both-ways-contract.ts";
import { bugCacheContract } from "./bug-cache-contract.ts";
import { copyContract } from "./copy-contract.ts";
import { credentialStoreContract } from "./credential-store-contract.ts";
import type { OpenEmpty } from "./empty-store.ts";
import { jobReadsContract } from "./job-reads-contract.ts";
import { jobStatesContract } from "./job-states-contract.ts";
import { leaseStoreContract } from "./lease-store-contract.ts";
import { mutantContract } from "./mutant-contract.ts";
import { nonceStoreContract } from "./nonce-store-contract.ts";
import { orderContract } from "./order-contract.ts";
import { pageReadsContract } from "./page-reads-contract.ts";
import { pushContract } from "./push-contract.ts";
import { quotaContract } from "./quota-contract.ts";
import { rejectionReadsContract } from "./rejection-reads-contract.ts";
import { retentionContract } from "./retention-contract.ts";
import { retryContract } from "./retry-contract.ts";
import { submissionStoreContract } from "./submission-store-contract.ts";
import { suspectLedgerContract } from "./suspect-ledger-contract.ts";
import { workStoreContract } from "./work-store-contract.ts";

/** The random cases differ in each run. `STORE_RUNS=10` makes ten times as many: the long form. */
const TIMES = Number(process.env["STORE_RUNS"] ?? 1);

/** The number of random cases with which an adapter is tested. */
export interface StoreRuns {
  readonly orders: number;
  readonly mutants: number;
}

/** Tests everything that a store promises, port by port. Every adapter must pass. */
export function storeContract(name: string, openEmpty: OpenEmpty, runs: StoreRuns): void {
  submissionStoreContract(name, openEmpty);
  jobStatesContract(name, openEmpty);
  pushContract(name, openEmpty);
  artifactContract(name, openEmpty);
  retryContract(name, openEmpty);
  quotaContract(name, openEmpty);
  orderContract(name, openEmpty, TIMES * runs.orders);
  bothWaysContract(name, openEmpty);
  mutantContract(name, openEmpty, TIMES * runs.mutants);
  workStoreContract(name, openEmpty);
  jobReadsContract(name, openEmpty);
  apiReadsContract(name, openEmpty);
  pageReadsContract(name, openEmpty);
  rejectionReadsContract(name, openEmpty);
  archiveContract(name, openEmpty);
  bugCacheContract(name, openEmpty);
  suspectLedgerContract(name, openEmpty);
  bindingLedgerContract(name, openEmpty);
  credentialStoreContract(name, openEmpty);
  nonceStoreContract(name, openEmpty);
  copyContract(name, openEmpty);
  retentionContract(name, openEmpty);
  leaseStoreContract(name, openEmpty);
}
