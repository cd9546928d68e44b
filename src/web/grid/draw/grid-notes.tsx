import { printable } from "../../../domain/text/printable.ts";
import { publishAddress } from "../../addresses.ts";
import { gridAddress } from "../grid-address.ts";
import { type GridView, plainView } from "../grid-view.ts";

/** The note that is shown if there are no pushes: it explains why, and what to do. */
export function NoPushes({ view }: { readonly view: GridView }) {
  const { project, author, since, until, before } = view;
  if (before !== null) {
    return (
      <p class="note">
        There are no older pushes. <a href={gridAddress({ ...view, before: null })}>Back to the newest</a>
      </p>
    );
  }
  const isChosen = author !== null || since !== null || until !== null;
  if (isChosen) {
    const words = [
      ...(author === null ? [] : [`by ${printable(author)}`]),
      ...(since === null && until === null ? [] : ["in this time"]),
    ].join(" ");
    return (
      <p class="note">
        {project} has no push {words}.{" "}
        <a href={gridAddress(plainView(project))}>Show all pushes of {project}</a>
      </p>
    );
  }
  return (
    <p class="note">
      No push and no job of {project} has arrived yet.{" "}
      <a href={publishAddress()}>Find out why a job is missing</a>
    </p>
  );
}

/** The end of a list of pushes: a link to older ones, or a note that there are none. */
export function OlderPushes({ view, next }: { readonly view: GridView; readonly next: string | null }) {
  if (next === null) return <p class="end-of-list muted">No older pushes.</p>;
  return (
    <p class="end-of-list">
      <a id="older-pushes" href={gridAddress({ ...view, before: next, job: null, tab: null })}>
        Older pushes
      </a>
    </p>
  );
}
