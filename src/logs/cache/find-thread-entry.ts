import { giveWay } from "../../threads/give-way.ts";
import { serveThread } from "../../threads/serve-thread.ts";
import { findInFile } from "./find-in-file.ts";
import { findTask } from "./text-thread-messages.ts";

// The code of a thread that searches logs of the cache for a text. `text-threads.ts` starts it.
giveWay();

serveThread(() => async (task) => {
  const { path, question } = findTask.parse(task);
  return findInFile(path, question);
});
