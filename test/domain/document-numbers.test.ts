import { createHash } from "node:crypto";
import { expect, it } from "@jest/globals";
import { jobNumberRange, numberAfter, numberOf, partNumber } from "../../src/domain/document-numbers.ts";
import { artifactId, jobId, logId } from "../../src/domain/ids.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const artifact = { name: "a/b", type: "json", blob: "1" };

it("the number of a document is the first 53 bits of the SHA-256 of its id", () => {
  for (const id of ["try/guid%2F0", "try/aaaaaaaaaaaa", "", "😀/\ud800"]) {
    const digits = createHash("sha256").update(id).digest("hex");
    expect(BigInt(numberOf(id))).toBe(BigInt(`0x${digits}`) >> 203n);
  }
});

it("a number that is taken is followed by the next one, and the largest by 1", () => {
  expect([1, 7, LARGEST - 1, LARGEST].map(numberAfter)).toEqual([2, 8, LARGEST, 1]);
});

it("the number of a part leads to the range of its job's number, even at the ends of the range", () => {
  for (const job of [1, 2 ** 26 - 1, 2 ** 26, numberOf("try/guid"), LARGEST]) {
    for (const id of [artifactId("try", "guid", artifact), logId("try", "guid", "live", "http://l/1")]) {
      const number = partNumber(job, id);
      const [first, last] = jobNumberRange(number);
      expect(number).toBeGreaterThan(0);
      expect(number).toBeLessThanOrEqual(LARGEST);
      expect(first).toBeLessThanOrEqual(job);
      expect(last).toBeGreaterThanOrEqual(job);
      expect(last).toBeLessThanOrEqual(LARGEST);
    }
  }
});

it("a part keeps its number when its job gets another guid, and different parts have different numbers", () => {
  const job = numberOf(jobId("try", "a/b"));
  const numbers = ["a/b", "a%b_12345"].flatMap((guid) => [
    partNumber(job, artifactId("try", guid, artifact)),
    partNumber(job, artifactId("try", guid, { ...artifact, name: "c" })),
    partNumber(job, logId("try", guid, "a/b", "u")),
    partNumber(job, logId("try", guid, "a/b", "v")),
  ]);
  expect(numbers.slice(4)).toEqual(numbers.slice(0, 4));
  expect(new Set(numbers).size).toBe(4);
});
