import { describeSettings } from "../src/config/read-settings.ts";

/** `config/settings.md`, made from the declarations. `npm run generate` writes it, and a test checks that it is current. */
export function settingsPage(): string {
  const rows = describeSettings().map(({ name, defaultText, unit, description, secret }) => {
    const standard = defaultText === null ? "" : `\`${defaultText}\`${unit === null ? "" : ` ${unit}`}`;
    return `| \`${name}\` | ${standard} | ${description}${secret ? " Secret." : ""} |`;
  });
  return [
    "<!-- Made from src/config/settings.ts by `npm run generate`: change it there. -->",
    "# Settings",
    "",
    "Settings are environment variables. They are read once, at the start; an empty value counts as unset. Secrets are never",
    "shown or logged. `pulse-ingest check` prints the values in force, and reports all invalid settings together.",
    "",
    "| setting | default | meaning |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
