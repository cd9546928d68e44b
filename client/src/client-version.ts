/**
 * The version of this package. It equals the version in `package.json`, which cannot be read when the client is bundled into the
 * daemon.
 */
export const clientVersion = "0.1.0";
