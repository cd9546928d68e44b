import { readTiers } from "../../config/parse-tiers.ts";
import { readSettings } from "../../config/read-settings.ts";
import { type Registry, readRegistry } from "../../config/registry.ts";
import type { JudgeOptions } from "../../judge/judge-delivery.ts";
import type { ItemRules } from "../../judge/judge-item.ts";
import { judgeLimitNames, judgeLimits } from "../../judge/judge-limits.ts";
import { loadCollectionSchemas } from "../../validate/collection-schemas.ts";
import { loadSchemas } from "../../validate/validate-job.ts";

/** The rules by which a worker with this environment judges messages and posted items. */
export interface WorkerRules {
  readonly judge: JudgeOptions & ItemRules;
  readonly registry: Registry;
}

/** Reads the settings, the registry and the tiers, and loads the schemas. @throws Misuse if one of them is invalid. */
export async function readWorkerRules(env: NodeJS.ProcessEnv): Promise<WorkerRules> {
  const settings = readSettings(env, ["REGISTRY_FILE", "DEPLOYMENT", "TIERS_FILE", ...judgeLimitNames]);
  const registry = await readRegistry(settings.REGISTRY_FILE, settings.DEPLOYMENT);
  const judge = {
    schemas: loadSchemas(),
    collections: loadCollectionSchemas(),
    ...judgeLimits(settings),
    tiers: await readTiers(settings.TIERS_FILE),
    acceptsProject: registry.acceptsProject,
  };
  return { judge, registry };
}
