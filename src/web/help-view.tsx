import { buttonClass, type statusLooks } from "./job-status.ts";
import { keyMeanings } from "./key-meanings.ts";
import { type KeyPlace, keyRows, shownKey } from "./keys.ts";

/** What each status means, in the words of people who look at jobs. */
const statusMeanings: Readonly<Record<keyof typeof statusLooks, string>> = {
  success: "it ended well",
  testfailed: "it ran, and tests failed",
  busted: "it could not do its work, for example because the build broke",
  exception: "the machine or the CI system failed",
  retry: "it failed for a reason outside of it, and runs again",
  usercancel: "somebody cancelled it",
  running: "it is running",
  pending: "it waits for a machine",
  coalesced: "it was left out; another job stands for it",
  unknown: "it ended, and nobody said how",
};

const places: readonly { readonly place: KeyPlace; readonly title: string }[] = [
  { place: "grid", title: "Keys for pushes and jobs" },
  { place: "log", title: "Keys for the log" },
];

/** The help: what the looks of jobs mean, and what the keys do. */
export function HelpView() {
  return (
    <div class="prose help">
      <h1>Help</h1>
      <h2>Jobs</h2>
      <p>
        A row of a push is a platform, and each sign in it a job, such as <code>bc7</code>. Jobs of a group
        stand in brackets behind its sign. Failures and jobs that ran more than once are always shown; the
        others are counted, such as <code>+14</code>, until you open the group by its sign. Failures are
        filled with their colour.
      </p>
      <Statuses />
      {places.map(({ place, title }) => (
        <section key={place}>
          <h2>{title}</h2>
          <Keys place={place} />
        </section>
      ))}
      {/* A script shows it, because keys need scripts. */}
      <p id="single-keys-choice" hidden>
        <label>
          <input type="checkbox" id="single-keys" /> Single letters and signs work as keys in this browser.
          Turn them off if you speak to your computer, or press keys by accident.
        </label>
      </p>
      <h2>Addresses</h2>
      <p>
        The address of a page holds all that you have chosen: filters, the job, its tab, the lines of a log.
        Send it to somebody, and they see the same. A click on a line's number adds it, such as{" "}
        <code>#L10</code>, and with Shift a range, such as <code>#L10-L20</code>. Lines are counted from 0.
      </p>
      <p>
        <a href="/assets/licences.txt">Licences of what these pages are made with</a>
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
