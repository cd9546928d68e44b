import type { FastifyReply } from "fastify";

/**
 * The rules under which browsers show what the public listener sends. No script, style or handler can stand in a page, nothing is loaded from
 * elsewhere, no page of others can frame ours, and a string cannot become HTML. The policy `dompurify` is the one exception, for the
 * file that sanitises `raw_html`.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types dompurify",
].join("; ");

/** The powerful features that browsers have. A page of ours needs none. */
const features = [
  ...[
    "accelerometer",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "display-capture",
  ],
  ...["encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer"],
  ...["microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock"],
  ...["serial", "storage-access", "usb", "web-share", "xr-spatial-tracking"],
];

/** Headers of every answer of the public listener when it serves pages. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": contentSecurityPolicy,
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": features.map((feature) => `${feature}=()`).join(", "),
  "x-frame-options": "DENY",
};

/** Sets {@link pageHeaders}. `X-Content-Type-Options` is set by the server on all of its answers. */
export function setPageHeaders(reply: FastifyReply): void {
  reply.headers(pageHeaders);
}
