import { isUtf8 } from "node:buffer";
import { shown } from "./text/hidden-characters.ts";

/** The parts of a broker's address. */
export interface AmqpAddress {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
  /** The connection parameters in the address, under the same names. The driver has defaults for the others. */
  readonly tuning: AmqpTuning;
}

export interface AmqpTuning {
  readonly heartbeat?: number;
  readonly frameMax?: number;
  readonly channelMax?: number;
  readonly maxFrameSize?: number;
  readonly locale?: string;
}

type Reading = { readonly address: AmqpAddress } | { readonly problem: string };

const numbers: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  heartbeat: { min: 0, max: 0xffff },
  channelMax: { min: 0, max: 0xffff },
  // 0 means "no limit"; AMQP allows no other value below 4096.
  frameMax: { min: 4096, max: 0xffffffff },
  maxFrameSize: { min: 4096, max: 0xffffffff },
};
const known = [...Object.keys(numbers), "locale", "ssl"].toSorted();
const UNREADABLE =
  "cannot be read as a URL: the port must be from 1 to 65535; in user, password and vhost, write % as %25, / as %2F, # as %23, ? as %3F";

/**
 * Parses a broker's address: `amqp://USER:PASSWORD@HOST:PORT/VHOST?NAME=VALUE`, percent-encoded as UTF-8. TLS is on with
 * `amqps://`, or with `ssl=1`, the form that Treeherder and kombu use. Pure.
 *
 * @returns the address, or the problem with it. The problem does not contain the password, and is worded to follow the
 *   setting's name.
 */
export function readAmqpAddress(text: string): Reading {
  if (!/^amqps?:\/\//i.test(text)) return { problem: "must be a URL that begins with amqp:// or amqps://" };
  // A broker's address has no fragment, so a # must belong to the password. The URL parser would end the address there.
  if (!URL.canParse(text) || text.includes("#")) return { problem: UNREADABLE };
  const url = new URL(text);
  if (url.port === "0") return { problem: UNREADABLE };
  // After a ? in the password, the rest of the password would be read as a parameter, and the error would show it.
  if (url.search.includes("@")) return { problem: UNREADABLE };
  const problem = queryProblem(url.searchParams, url.protocol === "amqps:");
  if (problem !== null) return { problem };
  const host = hostOf(url);
  if (host === null)
    return { problem: `names the host ${shown(unescaped(url.hostname))}, which is not a name` };
  const isTls = url.protocol === "amqps:" || isOn(url.searchParams.get("ssl"));
  const isGuest = url.username === "" && url.password === "";
  const path = url.pathname.slice(1);
  return {
    address: {
      isTls,
      host,
      port: Number(url.port) || (isTls ? 5671 : 5672),
      user: isGuest ? "guest" : unescaped(url.username),
      password: isGuest ? "guest" : unescaped(url.password),
      vhost: path === "" ? "/" : unescaped(path),
      tuning: tuning(url.searchParams),
    },
  };
}

/**
 * Returns the host in the form in which it is looked up, or null if it cannot be a name. The URL parser encodes letters beyond
 * ASCII as DNS needs them only for schemes that it knows, such as http.
 */
function hostOf({ hostname }: URL): string | null {
  if (!hostname.includes("%")) return hostname.replace(/^\[|\]$/g, "");
  const web = `http://${hostname}`;
  return URL.canParse(web) ? new URL(web).hostname : null;
}

function queryProblem(query: URLSearchParams, isTls: boolean): string | null {
  for (const name of new Set(query.keys())) {
    const value = query.get(name) ?? "";
    if (!known.includes(name)) {
      return `has the unknown parameter ${JSON.stringify(name)}; the known ones are ${known.join(", ")}`;
    }
    if (query.getAll(name).length > 1) return `has the parameter ${name} more than once`;
    const limits = numbers[name];
    if (limits !== undefined && !isNumberWithin(value, limits)) {
      return `has the parameter ${name}, which must be a whole number from ${limits.min} to ${limits.max}`;
    }
    if (name === "ssl" && !isOn(value) && !isOff(value)) {
      return "has the parameter ssl, which must be 1, true, 0 or false";
    }
    if (name === "ssl" && isOff(value) && isTls) {
      return "begins with amqps://, but its parameter ssl turns TLS off: write amqp:// for no TLS, or leave ssl out";
    }
  }
  return null;
}

function isNumberWithin(value: string, { min, max }: { min: number; max: number }): boolean {
  const number = Number(value);
  return /^\d+$/.test(value) && (number === 0 || number >= min) && number <= max;
}

const isOn = (value: string | null): boolean => /^(1|true)$/i.test(value ?? "");
const isOff = (value: string): boolean => /^(0|false)$/i.test(value);

function tuning(query: URLSearchParams): AmqpTuning {
  const locale = query.get("locale");
  const asked = Object.keys(numbers).filter((name) => query.has(name));
  return {
    ...Object.fromEntries(asked.map((name) => [name, Number(query.get(name))])),
    ...(locale === null ? {} : { locale }),
  };
}

/** Decodes `%XX`. A `%` without two hex digits is kept. Bytes that are not UTF-8 are read as Latin-1, which older addresses use. */
function unescaped(text: string): string {
  const toByte = (_escape: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
  // The parts of a parsed URL are ASCII, so each character is one byte.
  const bytes = Buffer.from(text.replace(/%([\da-f]{2})/gi, toByte), "latin1");
  return bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
}
