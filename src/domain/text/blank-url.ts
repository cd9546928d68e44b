/**
 * The text with the password of every URL in it replaced by `***`, so that it can be logged or shown.
 * Takes any text, not only a URL: drivers quote connection strings inside their messages.
 */
export function blankUrls(text: string): string {
  // The password ends at the last @ before the host: one that is not percent-encoded may hold @ and : itself.
  // Never past a quote, since the text may be a line of JSON.
  return text.replace(/(:\/\/[^\s/:@"]*):[^\s/"]*@/g, "$1:***@");
}

/** The same of a text that is one address, whatever its password holds. */
export function blankUrl(address: string): string {
  return address.replace(/^([^:]*:\/*[^:]*):.*@/s, "$1:***@");
}

/** Names of query parameters that hold a credential. A signature does not count: it opens only what the URL names. */
const credential = /pass|pwd|secret|token|api[-_]?key|access[-_]?key(?![-_]?id)/i;
const parameter = /([?&#;])([^=&#;?]*)=([^&#;]*)/g;

/**
 * A log's URL as it is shown: the password and credentials in the query are replaced by `***`. Strangers write these URLs, so
 * the text is read as URL parsers read it: they accept `http:user:password@host` and ignore tabs and newlines.
 */
export function blankLogUrl(url: string): string {
  return url
    .replace(
      /^([\0-\x20]*[a-z][a-z0-9+.\t\r\n-]*:[\\/\t\r\n]*)([^\\/?#]*)@/i,
      // A user without a password is often a token.
      (_whole, before: string, user: string) =>
        `${before}${user.includes(":") ? `${user.slice(0, user.indexOf(":"))}:` : ""}***@`,
    )
    .replace(parameter, (whole, mark: string, name: string) =>
      credential.test(decoded(name)) ? `${mark}${name}=***` : whole,
    );
}

/** A text with the passwords of its URLs, and credentials in their queries, replaced by `***`. */
export function blankSecrets(text: string): string {
  return blankUrls(text).replace(
    // Up to a quote or a backslash: the text may be a line of JSON.
    /([?&;])([^\s=&#;?"'\\<>]*)=([^\s&#;"'\\<>]*)/g,
    (whole, mark: string, name: string) => (credential.test(decoded(name)) ? `${mark}${name}=***` : whole),
  );
}

/** Options of brokers and databases whose values may be shown. */
const plainOptions = new Set(
  [
    ...["heartbeat", "frameMax", "channelMax", "locale", "ssl", "tls", "authSource", "authMechanism"],
    ...["replicaSet", "directConnection", "loadBalanced", "srvServiceName", "srvMaxHosts", "appName"],
    ...["w", "wTimeoutMS", "journal", "readConcernLevel", "readPreference", "maxStalenessSeconds"],
    ...["retryWrites", "retryReads", "maxPoolSize", "minPoolSize", "maxConnecting", "maxIdleTimeMS"],
    ...["waitQueueTimeoutMS", "connectTimeoutMS", "socketTimeoutMS", "serverSelectionTimeoutMS"],
    ...["heartbeatFrequencyMS", "localThresholdMS", "timeoutMS", "compressors", "zlibCompressionLevel"],
    ...["tlsInsecure", "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames", "tlsCAFile"],
  ].map((name) => name.toLowerCase()),
);

/** The address of a broker or database as it is shown: the password and every option that could hold a secret are replaced by `***`. */
export function blankAddress(address: string): string {
  return blankUrl(address).replace(parameter, (whole, mark: string, name: string) =>
    plainOptions.has(decoded(name).toLowerCase()) ? whole : `${mark}${name}=***`,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", " "));
  } catch {
    // Not encoded as it should be: as it stands.
    return name;
  }
}
