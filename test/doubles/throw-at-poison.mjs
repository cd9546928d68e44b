import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const inDriver = createRequire(require.resolve("amqplib"));

/** Makes amqplib throw at each content header with a header `poison`, as it does for one that it cannot decode. */
export function throwAtPoison() {
  const { BaseChannel } = inDriver("./lib/channel.js");
  const { accept } = BaseChannel.prototype;
  BaseChannel.prototype.accept = function (frame) {
    if (frame.fields?.headers?.poison !== undefined) throw new TypeError("this delivery cannot be decoded");
    return accept.call(this, frame);
  };
  return () => {
    BaseChannel.prototype.accept = accept;
  };
}
