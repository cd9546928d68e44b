import * as z from "zod";
import { giveWay } from "../../threads/give-way.ts";
import { serveThread } from "../../threads/serve-thread.ts";
import { findErrors } from "./find-errors.ts";

// The code of a thread that looks for error lines in logs of the cache. `text-threads.ts` starts it.
giveWay();

serveThread(() => async (task) => findErrors(z.string().parse(task)));
