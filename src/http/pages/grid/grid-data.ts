import { resultSetId } from "../../../domain/ids.ts";
import { CELL } from "../../../domain/job-cell.ts";
import type { GridModel } from "../../../queries/grid/grid-model.ts";
import type { CellChanges } from "../../../queries/grid/hot-push.ts";
import { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import type { CellsAnswer, CellsOfPush } from "../../../web/grid/grid-answers.ts";

/** Returns the changes of a push in the form that is sent to browsers. */
export function cellsOfPush(revision: string, { isComplete, cells, gone }: CellChanges): CellsOfPush {
  return {
    ...{ revision, isComplete, gone },
    cells: cells.map(({ cell }) => cell),
    coalesced: cells.filter(({ coalesced }) => coalesced).map(({ cell }) => cell[CELL.guid]),
    more: false,
  };
}

/**
 * Returns the jobs of pushes as JSON text.
 *
 * @param after - the position after which changes are returned; `""` for all jobs.
 */
export async function cellsJson(
  model: GridModel,
  {
    project,
    revisions,
    after,
  }: { readonly project: string; readonly revisions: readonly string[]; readonly after: string },
): Promise<Buffer> {
  const turns = new EventLoopTurns();
  const ids = revisions.map((revision) => ({ revision, id: resultSetId(project, revision) }));
  for (const { id } of ids) {
    await model.look(id);
    await turns.giveIfDue();
  }
  const position = model.position();
  const pieces: string[] = [];
  for (const { revision, id } of ids) {
    const changes = model.changesOf(id, after);
    if (changes !== null) pieces.push(JSON.stringify(cellsOfPush(revision, changes)));
    await turns.giveIfDue();
  }
  return Buffer.from(withPushes({ position, pushes: [] }, pieces));
}

/**
 * Returns an answer as JSON.
 *
 * @param head - the answer without its last member, the pushes.
 * @param pushes - each push as JSON. Each was written in its own turn of the event loop, or is shared with other readers.
 */
export function withPushes(
  head: CellsAnswer & { readonly pushes: readonly [] },
  pushes: readonly string[],
): string {
  return `${JSON.stringify(head).slice(0, -"]}".length)}${pushes.join(",")}]}`;
}
