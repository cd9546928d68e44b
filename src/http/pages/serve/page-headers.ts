/**
 * The rules under which browsers show what the public listener sends. No script, style or handler can stand in a page, nothing is loaded from
 * elsewhere, no page of others can frame ours, and a string cannot become HTML. The policy `dompurify` is the one exception, for the
 * file that sanitises `raw_html`.
 */
const contentSecurityPolicy = (imageSources: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${imageSources}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types dompurify",
  ].join("; ");

const ownImages = "'self' data:";

/** The powerful features that browsers have, by the names that they know. A page of ours needs none. */
const features = [
  ...["accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read", "display-capture"],
  ...["encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer"],
  ...["microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock"],
  ...["serial", "storage-access", "usb", "xr-spatial-tracking"],
];

/**
 * Returns the headers of every answer of the public listener when it serves pages.
 *
 * @param loadsImages - whether pages may load images from elsewhere (`PAGES_REMOTE_IMAGES`).
 */
export function pageHeaders(loadsImages: boolean): Readonly<Record<string, string>> {
  return {
    "content-security-policy": contentSecurityPolicy(loadsImages ? `${ownImages} http: https:` : ownImages),
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": features.map((feature) => `${feature}=()`).join(", "),
    "x-frame-options": "DENY",
  };
}
