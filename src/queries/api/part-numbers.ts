import { jobNumberRange, partNumber } from "../../domain/document-numbers.ts";

/**
 * Returns the numbers of a job's artifacts or logs. In the rare case that two have the same, the one that was stored later gets
 * the next free one.
 *
 * @param ids - their ids, in the order of arrival.
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
