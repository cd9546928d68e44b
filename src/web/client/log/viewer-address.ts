import { logAddress } from "../../addresses.ts";
import { type LineRange, rangeHash } from "../../log/line-range.ts";
import type { LogName } from "./ask-log.ts";

/** What the address of the page says about the reader's view. */
export interface AddressedView {
  readonly find: string;
  readonly isFailingOnly: boolean;
  readonly selected: LineRange | null;
}

/**
 * Writes the view into the address. Called only after the reader has changed it.
 *
 * @param isStep - the reader may want to come back to how it was before.
 */
export function writeAddress({ project, guid, log }: LogName, view: AddressedView, isStep: boolean): void {
  const { find, isFailingOnly, selected } = view;
  const address = logAddress({
    ...{ project, guid, log },
    ...(find !== "" && { find }),
    ...(isFailingOnly && { view: "errors" as const }),
  });
  const whole = address + (selected === null ? "" : rangeHash(selected));
  if (isStep) history.pushState(null, "", whole);
  else history.replaceState(null, "", whole);
}
