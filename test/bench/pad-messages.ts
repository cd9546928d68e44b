import type { MessageMix } from "./message-mix.ts";

/** Returns the mix with bodies of nearly this size. A long text in the member `extra`, which may hold anything, pads them. */
export function padded(mix: MessageMix, bytes: number): MessageMix {
  const anything = '"extra":{';
  const bodies = mix.bodies.map((body) => {
    const text = body.toString();
    const missing = bytes - body.length - '"padding":"",'.length;
    return Buffer.from(text.replace(anything, `${anything}"padding":"${"x".repeat(Math.max(0, missing))}",`));
  });
  return { ...mix, bodies };
}
