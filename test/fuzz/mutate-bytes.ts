import type { Random } from "./random.ts";

/** Returns the text with a duplicate member at the beginning of some object. */
export function withMemberTwice(random: Random, text: string): string {
  const opens = [...text.matchAll(/\{(?=")/g)].map(({ index }) => index + 1);
  if (opens.length === 0) return text;
  const at = random.pick(opens);
  const members = [
    ...text.matchAll(/"(?:[^"\\]|\\.)*":(?:"(?:[^"\\]|\\.)*"|-?\d+|true|false|null)(?=[,}])/g),
  ];
  const member = members.length === 0 ? '"a":1' : random.pick(members)[0];
  return `${text.slice(0, at)}${member},${text.slice(at)}`;
}

export function withBytesChanged(random: Random, body: Buffer): Buffer {
  let changed = body;
  for (let change = 0; change <= random.below(3); change++) changed = withBytes(random, changed);
  return changed;
}

function withBytes(random: Random, body: Buffer): Buffer {
  const at = random.below(body.length + 1);
  const to = Math.min(body.length, at + 1 + random.below(20));
  const noise = () => Buffer.from(Array.from({ length: 1 + random.below(4) }, () => random.below(256)));
  const spliced = (between: Buffer, from = at) =>
    Buffer.concat([body.subarray(0, at), between, body.subarray(from)]);
  switch (random.below(7)) {
    case 0:
      return body.subarray(0, at);
    case 1:
      return spliced(noise());
    case 2:
      return spliced(noise(), to);
    case 3:
      return spliced(Buffer.alloc(0), to);
    case 4:
      return spliced(body.subarray(at, to));
    case 5:
      return spliced(
        Buffer.from(random.pick([...'[]{},:"\\ ', "\ufeff", "null", "\\ud800", "\\u0000", "1e999", "//"])),
      );
    default: {
      const copy = Buffer.from(body);
      if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
}
