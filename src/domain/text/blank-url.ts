/**
 * Replaces the password of every URL in a text with `***`, so that the text can be logged or shown. It accepts any text, because
 * drivers quote connection strings in their error messages.
 */
export function blankUrls(text: string): string {
  // The password extends to the last @ before the host, because a password that is not percent-encoded may contain @ and :. The
  // match stops at a quote, because the text may be a line of JSON, in which some encoders write each slash as \/. URL parsers
  // ignore superfluous slashes.
  return text.replace(/(:(?:\\*\/){2,}[^\s/:@"]*):[^\s/"]*@/g, "$1:***@");
}

/** Replaces the password in a text that is a single address. The password may contain any character. */
export function blankUrl(address: string): string {
  return address.replace(/^([^:]*:\/*[^:]*):.*@/s, "$1:***@");
}

/**
 * Matches names of query parameters that contain a credential. A signature is not one, because it gives access only to this URL, and
 * neither is the id of a key.
 */
const credential =
  /pass|pwd|secret|token|api[-_]?key|access[-_]?key(?![-_]?id)|authorization|^(?:key|pw|auth|jwt|credentials?)$/i;
const parameter = /([?&#;])([^=&#;?]*)=([^&#;]*)/g;

/**
 * Replaces the password and the credentials in the query of a log's URL with `***`, also in a URL within this URL. These URLs are
 * untrusted, so the patterns follow URL parsers, which accept `http:user:password@host` and ignore tabs and newlines.
 */
export function blankLogUrl(url: string): string {
  const blanked = url
    .replace(
      /^([\0-\x20]*(?:[a-z][a-z0-9+.\t\r\n-]*:[\\/\t\r\n]*|\/\/))([^\\/?#]*)@/i,
      // A user name without a password is often a token.
      (_whole, before: string, user: string) =>
        `${before}${user.includes(":") ? `${user.slice(0, user.indexOf(":"))}:` : ""}***@`,
    )
    .replace(parameter, blankParameter);
  // If it cannot be parsed, the reason may be a slash in the password.
  return URL.canParse(url) ? blankUrls(blanked) : blankUrl(blanked);
}

function blankParameter(whole: string, mark: string, name: string, value: string): string {
  if (credential.test(decoded(name).replace(/[\t\r\n]/g, ""))) return `${mark}${name}=***`;
  if (!value.includes("%")) return whole;
  const plain = decoded(value);
  const shown = blankUrls(plain);
  return shown === plain ? whole : `${mark}${name}=${encodeURIComponent(shown)}`;
}

/** Replaces the passwords of all URLs in a text, and the credentials in their queries, with `***`. */
export function blankSecrets(text: string): string {
  // A value ends at a quote or a backslash, because the text may be a line of JSON.
  return blankUrls(text).replace(/([?&#;])([^\s=&#;?"'\\<>]*)=([^\s&#;"'\\<>]*)/g, blankParameter);
}

/** Options of broker and database addresses whose values are not secret. */
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

/** Replaces the password, and every option that may be secret, in the address of a broker or database with `***`. */
export function blankAddress(address: string): string {
  return blankUrl(address).replace(parameter, (whole, mark: string, name: string) =>
    plainOptions.has(decoded(name).toLowerCase()) ? whole : `${mark}${name}=***`,
  );
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll("+", " "));
  } catch {
    // The encoding is broken, so the name is used unchanged.
    return name;
  }
}
