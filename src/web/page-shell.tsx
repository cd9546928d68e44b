import type { ComponentChildren } from "preact";
import { printable } from "../domain/text/printable.ts";
import { helpAddress, operateAddress, projectAddress, publishAddress } from "./addresses.ts";
import { documentTitle } from "./document-title.ts";
import { type LightView, WorkerLight } from "./worker-light.tsx";

/** The addresses of our own files that a page loads. */
export interface PageFiles {
  /** The style sheet; null only if the client files have not been built. */
  readonly style: string | null;
  /** The entry script; null if the page has none. */
  readonly script: string | null;
  /** Chunks that the script imports. They are preloaded at the same time. */
  readonly chunks: readonly string[];
}

export interface PageShellProps {
  /** The name of the page; "pulse-ingest" is added. */
  readonly title: string;
  /** The project that the page is about; null if it is about none, or about several. */
  readonly project: string | null;
  /** The text in the search box. */
  readonly search?: string;
  readonly light: LightView;
  /** Whether the operator's page is served here. */
  readonly operates: boolean;
  /** Whether scripts show images from elsewhere (`PAGES_REMOTE_IMAGES`). */
  readonly loadsImages: boolean;
  readonly files: PageFiles;
  readonly children: ComponentChildren;
}

/** A dot in the colour of links. It is a `data:` address, so it needs no request. Only images may have such addresses. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%231a5fb4'/%3E%3Cpath d='M2 8h3l2-4 2 8 2-4h3' fill='none' stroke='%23fff' stroke-width='1.5'/%3E%3C/svg%3E";

/** The document around each page: head, header, the main landmark, and a live region for the announcements of scripts. */
export function PageShell(props: PageShellProps) {
  const { title, project, search = "", light, operates, loadsImages, files, children } = props;
  return (
    <html lang="en" data-remote-images={loadsImages ? "" : undefined}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{documentTitle(title)}</title>
        <link rel="icon" href={icon} />
        {files.style !== null && <link rel="stylesheet" href={files.style} />}
        {files.chunks.map((chunk) => (
          <link key={chunk} rel="modulepreload" href={chunk} />
        ))}
        {files.script !== null && <script type="module" src={files.script} />}
      </head>
      <body>
        <a class="skip-link" href="#main">
          Skip to the page
        </a>
        <header class="page-header">
          <nav aria-label="Site">
            <a class="home" href="/">
              pulse-ingest
            </a>
            {project !== null && (
              <a class="project" href={projectAddress(project)}>
                {printable(project)}
              </a>
            )}
          </nav>
          <search>
            <form action="/" method="get">
              <input
                type="search"
                name="find"
                value={search}
                placeholder="task id, revision or project"
                aria-label="Find a task, a revision or a project"
                autocomplete="off"
                spellcheck={false}
              />
              <button type="submit">Find</button>
            </form>
          </search>
          <nav class="more" aria-label="More pages">
            <a href={publishAddress()}>Why is my job missing?</a>
            {operates && <a href={operateAddress()}>Operate</a>}
            <a href={helpAddress()}>Help</a>
          </nav>
          <WorkerLight light={light} operates={operates} />
        </header>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
        <div id="announcer" class="visually-hidden" role="status" aria-live="polite" />
      </body>
    </html>
  );
}
