/**
 * The rules by which browsers treat everything that the public listener sends. Pages have no inline scripts, styles or handlers, and load
 * nothing from elsewhere except the images that are allowed. No other site can frame a page. A string cannot become HTML, except through
 * the policy `dompurify`, for the file that sanitises `raw_html`.
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

/** The powerful features of browsers, as named in `Permissions-Policy`. The pages need none of them. */
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
