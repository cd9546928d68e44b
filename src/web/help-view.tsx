import { buttonClass, type statusLooks } from "./job-status.ts";
import { keyMeanings } from "./key-meanings.ts";
import { type KeyPlace, keyRows, shownKey } from "./keys.ts";

/** The meaning of each status, for people who look at jobs. */
const statusMeanings: Readonly<Record<keyof typeof statusLooks, string>> = {
  success: "it ended well",
  testfailed: "it ran, and tests failed",
  busted: "it could not do its work, for example because the build broke",
  exception: "the machine or the CI system failed",
  retry: "it failed for a reason outside itself, and runs again",
  usercancel: "somebody cancelled it",
  running: "it is running",
  pending: "it is waiting for a machine",
  coalesced: "it does not run; another job runs instead of it",
  unknown: "it ended, but no result was reported",
};

const places: readonly { readonly place: KeyPlace; readonly title: string }[] = [
  { place: "grid", title: "Keys for pushes and jobs" },
  { place: "log", title: "Keys for the log" },
];

/** The help page: the looks of jobs, the keys, and the addresses of pages. */
export function HelpView() {
  return (
    <div class="prose help">
      <h1>Help</h1>
      <h2>Jobs</h2>
      <p>
        Each row of a push is a platform, and each symbol in it is a job, such as <code>bc7</code>. The jobs
        of a group are in parentheses after the group's symbol. Failures and jobs that ran more than once are
        always shown. The others are counted, such as <code>+14</code>: click the group's symbol to see them.
        Failures are filled with their colour. The sign <code>↻</code> before a failure says that the same job
        passed in another run of the same push.
      </p>
      <Statuses />
      {places.map(({ place, title }) => (
        <section key={place}>
          <h2>{title}</h2>
          <Keys place={place} />
        </section>
      ))}
      {/* Hidden until a script shows it, because keys need scripts. */}
      <p id="single-keys-choice" hidden>
        <label>
          <input type="checkbox" id="single-keys" /> Single letters and signs work as keys in this browser.
          Turn this off if you control the computer by voice, or press keys by accident.
        </label>
      </p>
      <h2>Addresses</h2>
      <p>
        The address of a page holds everything that you have chosen: filters, the job, its tab, the lines of a
        log. Anyone you send it to sees the same. A click on the number of a line adds the line, such as{" "}
        <code>#L10</code>, and a click with Shift adds a range, such as <code>#L10-L20</code>. Lines are
        counted from 0.
      </p>
      <p>
        <a href="/assets/licences.txt">Licences of the software in these pages</a>
      </p>
    </div>
  );
}

function Statuses() {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Look</th>
          <th scope="col">Status</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(statusMeanings).map(([status, meaning]) => (
          <tr key={status}>
            <td>
              <span class={`job ${buttonClass(status, 1)}`}>bc7</span>
            </td>
            <th scope="row">{status}</th>
            <td>{meaning}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Keys({ place }: { readonly place: KeyPlace }) {
  const meanings: Readonly<Record<string, string>> = keyMeanings[place];
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {keyRows
          .filter((row) => row.place === place)
          .map(({ action, keys }) => (
            <tr key={action}>
              <th scope="row">
                {keys.map((key, index) => (
                  <span key={key}>
                    {index > 0 && " or "}
                    <kbd>{shownKey(key)}</kbd>
                  </span>
                ))}
              </th>
              <td>{meanings[action]}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
