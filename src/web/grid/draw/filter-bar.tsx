import { printable } from "../../../domain/text/printable.ts";
import { filterInWords } from "../filter-jobs.ts";
import { gridAddress, pushQuery } from "../grid-address.ts";
import { type GridView, isFiltering, noFilter, plainView, toggleStatus, withFilter } from "../grid-view.ts";
import type { JobCounts } from "../job-counts.ts";

export interface FilterBarProps {
  readonly view: GridView;
  /** Counts of the jobs on the page that match the filter, ignoring its conditions on the status. */
  readonly counts: JobCounts;
}

const TIERS = [1, 2, 3];

/** The filter: a form that works without scripts, and links that each change one condition. */
export function FilterBar({ view, counts }: FilterBarProps) {
  const { filter } = view;
  return (
    <form class="filter-bar" method="get" action={gridAddress(plainView(view.project, view.revision))}>
      <KeptConditions view={view} />
      <input
        id="filter-text"
        type="search"
        name="text"
        value={filter.text}
        placeholder="filter jobs: name, symbol, platform …"
        aria-label="Filter jobs by words in their name, symbol, group, platform, options or guid"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
      />
      <CountLink view={view} status="failures" text={`Failures ${counts.failed}`} />
      <CountLink view={view} status="progress" text={`In progress ${counts.inProgress}`} />
      <fieldset class="tiers">
        <legend class="visually-hidden">Tiers</legend>
        {TIERS.map((tier) => (
          <label key={tier}>
            <input type="checkbox" name="tier" value={tier} checked={filter.tiers.includes(tier)} />
            tier {tier}
          </label>
        ))}
      </fieldset>
      <button type="submit" class="apply">
        Apply
      </button>
      <Conditions view={view} />
    </form>
  );
}

/** A link with a number of jobs. Following it shows only these jobs; following it again shows all jobs. */
function CountLink({
  view,
  status,
  text,
}: {
  readonly view: GridView;
  readonly status: string;
  readonly text: string;
}) {
  const isChosen = view.filter.status.join() === status;
  return (
    <a
      class={`count-link count-${status}`}
      href={gridAddress(toggleStatus(view, [status]))}
      aria-current={isChosen ? "true" : undefined}
      title={isChosen ? "show all statuses" : "show only these"}
    >
      {text}
    </a>
  );
}

/** Hidden fields for the conditions that have no field in the form, so that submitting the form keeps them. */
function KeptConditions({ view }: { readonly view: GridView }) {
  const { filter } = view;
  const kept = [
    ...Object.entries(pushQuery(view)),
    ...filter.status.map((value) => ["status", value] as const),
    ...filter.platforms.map((value) => ["platform", value] as const),
    ...filter.groups.map((value) => ["group", value] as const),
    ...filter.symbols.map((value) => ["symbol", value] as const),
  ];
  return (
    <>
      {kept.map(([name, value]) => (
        <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
      ))}
    </>
  );
}

/** The active conditions, each with a link that removes it. */
function Conditions({ view }: { readonly view: GridView }) {
  const { filter, author, since, until, before } = view;
  const removals = [
    ...filter.status.map((status) =>
      removal(
        filterInWords({ ...noFilter, status: [status], tiers: [1] })[0] ?? status,
        withFilter(view, { status: without(filter.status, status) }),
      ),
    ),
    ...filter.platforms.map((platform) =>
      removal(`platform: ${platform}`, withFilter(view, { platforms: without(filter.platforms, platform) })),
    ),
    ...filter.groups.map((group) =>
      removal(`group: ${group}`, withFilter(view, { groups: without(filter.groups, group) })),
    ),
    ...filter.symbols.map((symbol) =>
      removal(`symbol: ${symbol}`, withFilter(view, { symbols: without(filter.symbols, symbol) })),
    ),
    ...(author === null ? [] : [removal(`author: ${author}`, { ...view, author: null })]),
    ...(since === null ? [] : [removal(`since ${dayOf(since)}`, { ...view, since: null })]),
    ...(until === null ? [] : [removal(`until ${dayOf(until)}`, { ...view, until: null })]),
    ...(before === null ? [] : [removal("older pushes", { ...view, before: null })]),
  ];
  return (
    <ul class="conditions" aria-label="Conditions in force">
      {removals}
      {isFiltering(filter) && (
        <li key="">
          <a href={gridAddress({ ...view, filter: noFilter })}>remove the filter</a>
        </li>
      )}
    </ul>
  );
}

/** @param rest - the view without the condition. */
function removal(condition: string, rest: GridView) {
  const words = printable(condition);
  return (
    <li key={condition}>
      <a href={gridAddress(rest)} aria-label={`remove: ${words}`}>
        {words} <span aria-hidden="true">✕</span>
      </a>
    </li>
  );
}

function without<Value>(values: readonly Value[], value: Value): Value[] {
  return values.filter((each) => each !== value);
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
}
