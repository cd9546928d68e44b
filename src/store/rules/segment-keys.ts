import type { Origin } from "../../domain/origin.ts";
import { oneTaskId } from "../../domain/task-id-forms.ts";
import type { ArchiveFilter } from "../ports/archive-store.ts";

/** What an archived message is found by, besides its time. */
interface Findable {
  readonly origin: Origin;
  readonly projects: readonly string[];
  /** The guids of its jobs. */
  readonly tasks: readonly string[];
}

/** A segment with more keys than this has none, and may hold anything. It bounds what is stored beside the messages. */
const MAX_KEYS = 5000;

/**
 * Returns hashes of the senders, projects and task ids of messages, each hash once. A segment without a hash holds no message
 * that it stands for. One that has it nearly always holds such a message. Hashes are used because they are short, and because
 * texts of strangers would need limits of their own.
 *
 * @returns 32-bit integers; null if there are too many.
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

/** Returns the keys that a segment must have, all of them, if it holds a wanted message. */
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

/** All runs of a task have the same key, in all forms in which the task's id is written. */
const taskKey = (guidOrTaskId: string): number => hash32(`task:${oneTaskId(guidOrTaskId)}`);

/** Returns the FNV-1a hash of a text's UTF-16 units as a signed integer. It is fast, and nothing depends on it being hard to guess. */
function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
