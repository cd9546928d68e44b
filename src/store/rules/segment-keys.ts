import type { Origin } from "../../domain/origin.ts";
import { oneTaskId } from "../../domain/task-id-forms.ts";
import type { ArchiveFilter } from "../ports/archive-store.ts";

/** The properties by which an archived message can be found, apart from its time. */
interface Findable {
  readonly origin: Origin;
  readonly projects: readonly string[];
  /** The guids of its jobs. */
  readonly tasks: readonly string[];
}

/** The most keys stored with a segment. A segment with more keys gets none, and every search must consider it. */
const MAX_KEYS = 5000;

/**
 * Returns the distinct hashes of the senders, projects and task ids of messages. If a segment lacks the hash of a sender, a project or
 * a task, it has no message of it; if it has the hash, it nearly always has such a message. Hashes are stored because they are short,
 * and because texts chosen by publishers would need limits of their own.
 *
 * @returns signed 32-bit integers; null if there are too many.
 */
export function segmentKeys(messages: readonly Findable[]): number[] | null {
  const keys = new Set<number>();
  for (const { origin, projects, tasks } of messages) {
    keys.add(senderKey(origin));
    for (const project of projects) keys.add(projectKey(project));
    for (const task of tasks) keys.add(taskKey(task));
    if (keys.size > MAX_KEYS) return null;
  }
  return [...keys];
}

/** Returns the keys that a segment must have to contain a selected message. All of them are required. */
export function wantedKeys({ exchange, client, project, task }: ArchiveFilter): number[] {
  return [
    ...(exchange === null ? [] : [exchangeKey(exchange)]),
    ...(client === null ? [] : [clientKey(client)]),
    ...(project === null ? [] : [projectKey(project)]),
    ...(task === null ? [] : [taskKey(task)]),
  ];
}

const senderKey = (origin: Origin): number =>
  origin.kind === "rest" ? clientKey(origin.clientId) : exchangeKey(origin.exchange);
const exchangeKey = (exchange: string): number => hash32(`exchange:${exchange}`);
const clientKey = (client: string): number => hash32(`client:${client}`);
const projectKey = (project: string): number => hash32(`project:${project}`);

/** Returns the same key for all runs of a task, and for all forms of the task's id. */
const taskKey = (guidOrTaskId: string): number => hash32(`task:${oneTaskId(guidOrTaskId)}`);

/** Returns the FNV-1a hash of a text's UTF-16 code units as a signed integer. Fast but not cryptographic, which is enough here. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
