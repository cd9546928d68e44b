import { printable } from "../domain/text/printable.ts";
import { helpAddress, jobAddress, projectAddress, publishAddress, pushAddress } from "./addresses.ts";
import { jobStatus } from "./job-status.ts";
import { ShownTime, type Zone } from "./shown-time.tsx";

export interface ListedProject {
  readonly project: string;
  /** The time of its newest push, in seconds since the Unix epoch. */
  readonly newest_order_at: number;
}

export interface HomeMainProps {
  /** Sorted by name. */
  readonly projects: readonly ListedProject[];
  readonly zone: Zone;
}

/** The list of all projects. Those with the newest pushes come first. */
export function HomeMain({ projects, zone }: HomeMainProps) {
  if (projects.length === 0) {
    return (
      <div class="prose">
        <h1>Projects</h1>
        <p class="note">
          No job has arrived yet. As soon as one is stored, its project is listed here.{" "}
          <a href={publishAddress()}>Find out why a job is missing</a>
        </p>
      </div>
    );
  }
  const sorted = projects.toSorted((a, b) => b.newest_order_at - a.newest_order_at);
  return (
    <div class="home-page">
      <h1>Projects</h1>
      <table>
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Newest push</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(({ project, newest_order_at }) => (
            <tr key={project}>
              <th scope="row">
                <a class="project-link" href={projectAddress(project)}>
                  {printable(project)}
                </a>
              </th>
              <td>
                <ShownTime at={newest_order_at} zone={zone} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        The box at the top of every page finds a task by its id, a push by its revision, and a project by its
        name. <a href={helpAddress()}>Keys and colours</a>
      </p>
    </div>
  );
}

export interface FoundMainProps {
  readonly text: string;
  readonly pushes: readonly {
    readonly project: string;
    readonly short_revision: string;
    readonly author: string;
  }[];
  readonly jobs: readonly {
    readonly project: string;
    readonly guid: string;
    readonly name: string;
    readonly state: string;
    readonly result: string | null;
  }[];
}

/** The results of the search box, unless it found exactly one. */
export function FoundMain({ text, pushes, jobs }: FoundMainProps) {
  const shown = printable(text);
  if (pushes.length + jobs.length === 0) {
    return (
      <div class="prose">
        <h1>Nothing found</h1>
        <p>
          No project, revision or task is called “{shown}”. Enter at least the first 12 characters of a
          revision, or the whole id of a task.
        </p>
        <p>
          <a href={publishAddress(text)}>Why is the task {shown} missing?</a> · <a href="/">All projects</a>
        </p>
      </div>
    );
  }
  return (
    <div class="prose">
      <h1>Found: {shown}</h1>
      <ul>
        {pushes.map(({ project, short_revision, author }) => (
          <li key={`push ${project}`}>
            <a href={pushAddress({ project, revision: short_revision })}>
              push {printable(short_revision)} of {printable(project)}
            </a>{" "}
            by {printable(author)}
          </li>
        ))}
        {jobs.map(({ project, guid, name, state, result }) => (
          <li key={`job ${project} ${guid}`}>
            <a href={jobAddress({ project, guid })}>{printable(guid)}</a> {printable(name)},{" "}
            {printable(jobStatus(state, result, false))}, in {printable(project)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The page that an old link to a log shows until the script has found the log's new address. */
export function OldLogMain() {
  return (
    <div class="prose">
      <h1>Log Viewer</h1>
      <p>This is a link to the Log Viewer of an earlier system. Looking for its log …</p>
      <p>
        If nothing happens, the link names no job, or scripts are off. Enter the project and the number of the
        job, which are <code>repo</code> and <code>job_id</code> in the link.
      </p>
      <form method="get" action="/logviewer.html" class="old-log">
        <label>
          Project <input name="repo" required />
        </label>{" "}
        <label>
          Job number <input name="job_id" inputMode="numeric" pattern="[0-9]+" required />
        </label>{" "}
        <button type="submit">Open the log</button>
      </form>
    </div>
  );
}
