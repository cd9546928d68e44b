import { logAddress } from "../../addresses.ts";
import { type LineRange, rangeHash } from "../../log/line-range.ts";
import type { LogName } from "./ask-log.ts";

/** The parts of the reader's view that are in the address of the page. */
export interface AddressedView {
  readonly find: string;
  readonly isFailingOnly: boolean;
  readonly selected: LineRange | null;
}

/**
 * Writes the view into the address. Called only after the reader has changed the view.
 *
 * @param isStep - whether the browser's Back button should return to the view before the change.
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
