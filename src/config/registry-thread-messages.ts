import * as z from "zod";
import { registryContents } from "./registry-contents.ts";

export const registryTask = z.object({
  path: z.string(),
  text: z.string(),
  deployment: z.string().optional(),
});
export type RegistryTask = z.infer<typeof registryTask>;

export const registryReply = z.union([
  z.object({ contents: registryContents, problems: z.null() }),
  /** The file is invalid. */
  z.object({ contents: z.null(), problems: z.array(z.string()) }),
]);
export type RegistryReply = z.infer<typeof registryReply>;
