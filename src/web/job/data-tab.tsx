import { escapeInvisibleLines } from "../../domain/text/escape-invisible.ts";
import { printable } from "../../domain/text/printable.ts";
import { artifactAddress } from "../addresses.ts";
import type { TabProps } from "./tab-props.ts";

/** The artifacts of a job as they are stored. */
export function DataTab({ shown: { job, data, history } }: TabProps) {
  if (history.made.length === 0) return <p>No artifacts yet from a message or a log.</p>;
  const place = { project: job.project, guid: job.job_guid };
  const others = history.made.filter(({ name }) => !data.some((each) => each.name === name));
  return (
    <>
      {data.map(({ name, type, made_by, bytes, text, is_cut }) => (
        <details key={name} class="artifact">
          <summary>
            <span class="artifact-name">{printable(name)}</span>{" "}
            <span class="muted">
              {printable(type)}, {sizeText(bytes)}, {made_by}
            </span>
          </summary>
          <p>
            <a href={artifactAddress({ ...place, name })} download="">
              Download the whole artifact
            </a>
            {is_cut && <span class="muted"> Only its beginning is shown here.</span>}
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the text takes the focus so that it can be scrolled with the keyboard */}
          <pre tabIndex={0}>{escapeInvisibleLines(text)}</pre>
        </details>
      ))}
      {others.length > 0 && (
        <>
          <p>Not shown here, because there are so many:</p>
          <ul>
            {others.map(({ name }) => (
              <li key={name}>
                <a href={artifactAddress({ ...place, name })} download="">
                  {printable(name)}
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
