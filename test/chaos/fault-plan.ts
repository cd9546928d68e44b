import type { Fault } from "./faults.ts";
import type { Random } from "./random.ts";

/** Faults that are active together: a single one, or one of the workers and one of a server. */
export type Round = readonly [Fault, ...Fault[]];

/** The probability that two faults are combined, if they may be. */
const TOGETHER = 0.4;

/** Returns this many faults, each kind equally often, in random order. The plan is the same for the same seed. */
export function planFaults(kinds: readonly Fault[], count: number, random: Random): Round[] {
  const drawn: Fault[] = [];
  while (drawn.length < count) drawn.push(...random.shuffled(kinds));
  drawn.length = count;
  const rounds: Round[] = [];
  const left = [...drawn];
  for (let fault = left.shift(); fault !== undefined; fault = left.shift()) {
    const partner = random.chance(TOGETHER) ? left.findIndex((other) => goTogether(fault, other)) : -1;
    const [other] = partner < 0 ? [] : left.splice(partner, 1);
    rounds.push(other === undefined ? [fault] : [fault, other]);
  }
  return rounds;
}

function goTogether(a: Fault, b: Fault): boolean {
  if (a.side === "all" || b.side === "all") return false;
  return (a.side === "worker") !== (b.side === "worker");
}
