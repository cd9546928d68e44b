import { resultSetId } from "../../../domain/ids.ts";
import { CELL } from "../../../domain/job-cell.ts";
import type { GridModel } from "../../../queries/grid/grid-model.ts";
import type { CellChanges } from "../../../queries/grid/hot-push.ts";
import { EventLoopTurns } from "../../../timing/event-loop-turns.ts";
import type { CellsAnswer, CellsOfPush } from "../../../web/grid/grid-answers.ts";

/** Returns the changes of a push in the form in which browsers get them. */
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
 * @param after - only changes after this position; `""` for all jobs.
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
  for (const { id } of ids) await model.look(id);
  const position = model.position();
  const pieces: string[] = [];
  for (const { revision, id } of ids) {
    const changes = model.changesOf(id, after);
    if (changes !== null) pieces.push(JSON.stringify(cellsOfPush(revision, changes)));
    await turns.giveIfDue();
  }
  // Each push is written in a turn of its own, so the text is put together here.
  const head = JSON.stringify({ position, pushes: [] } satisfies CellsAnswer);
  return Buffer.from(`${head.slice(0, -2)}${pieces.join(",")}]}`);
}
