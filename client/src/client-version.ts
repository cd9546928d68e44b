/** The version of this package. It is the same as in `package.json`, which is not there where the client is part of the daemon. */
export const clientVersion = "0.1.0";
