import { payloadLineAddress, publishAddress, rejectionsAddress } from "../addresses.ts";
import { CopyCommand } from "../copy-command.tsx";
import { PointedMessage } from "../pointed-message.tsx";
import { shownCount } from "../shown-count.ts";
import { ShownText } from "../shown-text.tsx";
import type { RejectionDetails, ShownError, ShownPayload } from "./shown-rejections.ts";

/** One rejected message: its errors next to its payload, and how to replay it. */
export function RejectionView({ rejection }: { readonly rejection: RejectionDetails }) {
  const { id, reason, meaning, facts, errors, payload, task_id, not_replayed } = rejection;
  return (
    <div class="rejection">
      <p>
        <a href={rejectionsAddress({})}>Rejected messages</a>
      </p>
      <h1>
        {reason}{" "}
        <span class="muted">
          <ShownText text={task_id ?? id.slice(0, 12)} />
        </span>
      </h1>
      <p>{sentence(meaning)}</p>
      <div class="beside">
        <div>
          <h2>What is wrong</h2>
          <Errors errors={errors} />
          <h2>What to do</h2>
          {not_replayed === null ? (
            <p>
              Once the cause is fixed:{" "}
              <CopyCommand words={["pulse-ingest", "rejections", "replay", id.slice(0, 12)]} />
            </p>
          ) : (
            <p>
              It cannot be replayed: <ShownText text={not_replayed} />.
            </p>
          )}
          {task_id !== null && (
            <p>
              <a href={publishAddress(task_id)}>How far this task has come</a>
            </p>
          )}
          <h2>Where it came from</h2>
          <dl class="figures">
            {facts.map(({ label, text }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <ShownText text={text} />
                </dd>
              </div>
            ))}
          </dl>
        </div>
        <Payload payload={payload} errors={errors} id={id} />
      </div>
    </div>
  );
}

/** Returns a meaning as a sentence. Meanings are written for a table, so they have no capital letter and no full stop. */
function sentence(meaning: string): string {
  return `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
}

function Errors({ errors }: { readonly errors: readonly ShownError[] }) {
  return (
    <ul>
      {errors.map(({ pointer, message, line }, index) => (
        <li key={`${index} ${pointer}`}>
          {line !== null && (
            <>
              <a href={payloadLineAddress(line)}>line {line}</a>{" "}
            </>
          )}
          <PointedMessage pointer={pointer} message={message} />
        </li>
      ))}
    </ul>
  );
}

interface PayloadProps {
  readonly payload: ShownPayload;
  readonly errors: readonly ShownError[];
  readonly id: string;
}

function Payload({ payload: { title, lines, more_lines }, errors, id }: PayloadProps) {
  const wrong = new Set(errors.map(({ line }) => line));
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <pre class="payload">
        {lines.map((line, index) => (
          <span key={index} id={`L${index + 1}`} class={wrong.has(index + 1) ? "wrong" : undefined}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
      {more_lines > 0 && (
        <p>
          Lines that are not shown: {shownCount(more_lines)}. All of it:{" "}
          <CopyCommand words={["pulse-ingest", "rejections", "show", id.slice(0, 12)]} />
        </p>
      )}
    </section>
  );
}
