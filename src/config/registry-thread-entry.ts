import { Misuse } from "../domain/faults.ts";
import { serveThread } from "../threads/serve-thread.ts";
import { parseRegistryContents } from "./registry-contents.ts";
import { type RegistryReply, registryTask } from "./registry-thread-messages.ts";

// The code of a thread that parses a large registry. `parse-changed-registry.ts` starts it.
serveThread(() => async (task): Promise<RegistryReply> => {
  const { path, text, deployment } = registryTask.parse(task);
  try {
    return { contents: parseRegistryContents(path, text, deployment), problems: null };
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { contents: null, problems: [...error.problems] };
  }
});
