import type { Settings } from "../../config/settings.ts";
import type { JudgeOptions } from "../../judge/judge-delivery.ts";
import type { Log } from "../../log.ts";
import type { LogTexts } from "../../logs/cache/log-texts.ts";
import type { Store } from "../../store/ports/store.ts";
import type { WorkerStatus } from "../observe/worker-status.ts";
import type { LightSource } from "./serve/light-source.ts";
import type { Assets } from "./serve/open-assets.ts";

/** The settings that pages need. */
export interface PageSettings
  extends Pick<Settings, "BUGZILLA_URL" | "PAGES_MAX_STREAMS" | "PAGES_REMOTE_IMAGES" | "PAGES_WORKERS"> {
  /** Whether this listener shows operators' data: `/operate`, payloads of rejected messages, and client ids. */
  readonly operates: boolean;
}

/** The parts that pages are made from. */
export interface PageParts {
  readonly store: Store;
  readonly settings: PageSettings;
  /** Returns the status of the worker in this process; null if the process only serves pages. */
  readonly status: (() => Promise<WorkerStatus>) | null;
  /** Returns the rules by which the workers judge messages now. */
  readonly rules: () => JudgeOptions;
  /** Whether the rules know the registry. Without it, they let each exchange write to every project. */
  readonly hasRegistry: boolean;
  readonly light: LightSource;
  /** The texts of logs. */
  readonly logs: LogTexts;
  readonly assets: Assets;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly log: Log;
}
