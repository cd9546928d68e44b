import { jobNumberRange, partNumber } from "../../domain/document-numbers.ts";

/**
 * Returns the numbers of a job's artifacts or logs. In the rare case that two would have the same number, the one that was stored
 * later gets the next free number.
 *
 * @param ids - the ids of the artifacts or logs, in the order of arrival.
 */
export function numberParts(jobNumber: number, ids: readonly string[]): number[] {
  const taken = new Set<number>();
  return ids.map((id) => {
    let number = partNumber(jobNumber, id);
    const [first, last] = jobNumberRange(number);
    while (taken.has(number)) number = number === last ? first : number + 1;
    taken.add(number);
    return number;
  });
}
