/** A line with a value in the Prometheus text format. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** Parses the output of `/metrics` strictly: a line that does not match is an error. */
export function readMetrics(text: string): MetricFamily[] {
  const families: { name: string; type: string; help: string; samples: MetricSample[] }[] = [];
  for (const line of text.split("\n").filter((part) => part !== "")) {
    const [, comment, name = "", rest = ""] = /^# (HELP|TYPE) (\w+) (.*)$/.exec(line) ?? [];
    if (comment === "HELP") families.push({ name, type: "", help: rest, samples: [] });
    const family = families.at(-1);
    if (family === undefined) throw new Error(`before any help: ${line}`);
    if (comment === "TYPE") {
      if (family.name !== name) throw new Error(`type without help: ${line}`);
      family.type = rest;
    }
    if (comment === undefined) family.samples.push(readSample(line));
  }
  return families;
}

function readSample(line: string): MetricSample {
  const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  const number = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(number) && value.toLowerCase() !== "nan") throw new Error(`no number: ${line}`);
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = "", text = ""]) => [key, text])),
    value: number,
  };
}

/** Returns the sum of a family's values with these labels, or the number of observations for a histogram. */
export function metricTotal(
  families: readonly MetricFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) throw new Error(`there is no ${name}`);
  const wanted = family.type === "histogram" ? `${name}_count` : name;
  return family.samples
    .filter((sample) => sample.name === wanted)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
