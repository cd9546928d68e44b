import * as z from "zod";
import { giveWay } from "../../threads/give-way.ts";
import { serveThread } from "../../threads/serve-thread.ts";
import { findErrors } from "./find-errors.ts";

// The code of a thread that searches logs of the cache for error lines. `text-threads.ts` starts it.
giveWay();

serveThread(() => async (task) => findErrors(z.string().parse(task)));
