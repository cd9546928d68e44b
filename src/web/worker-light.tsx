import { operateAddress } from "./addresses.ts";

/** The state of the worker, in a few words. */
export interface LightView {
  /** `ready`: it works. `trouble`: something keeps it from working. `unknown`: there was no answer in time, or there is no worker here. */
  readonly state: "ready" | "trouble" | "unknown";
  /** A few words, such as "worker ready", or the first problem. */
  readonly words: string;
}

export interface WorkerLightProps {
  readonly light: LightView;
  /** Whether the operator's page is served. If so, the light links to it. */
  readonly operates: boolean;
}

/** The worker's state in the header: a shape and words, so that colour is not needed to tell the states apart. */
export function WorkerLight({ light: { state, words }, operates }: WorkerLightProps) {
  const said = (
    <>
      <span class={`dot dot-${state}`} aria-hidden="true" />
      <span class="words">{words}</span>
    </>
  );
  return (
    <p id="worker-light" class="worker-light" title={words}>
      {operates ? <a href={operateAddress()}>{said}</a> : said}
    </p>
  );
}
