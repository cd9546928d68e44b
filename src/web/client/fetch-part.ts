/** A part of a page, as the server draws it now, or why there is none. */
export type PartAnswer =
  | { readonly ok: true; readonly part: Element; readonly title: string }
  | { readonly ok: false; readonly text: string };

/**
 * Asks the server for a page, and returns an element of it. The browser parses the answer like any page that it opens, so no string
 * becomes HTML here, and scripts in it do not run. Never throws.
 *
 * @param address - a page of ours with its query.
 * @param id - of the element.
 * @param form - what to post. Without it the page is only asked for.
 */
export function fetchPart(address: string, id: string, form?: URLSearchParams): Promise<PartAnswer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(form === undefined ? "GET" : "POST", address);
    request.responseType = "document";
    request.setRequestHeader("accept", "text/html");
    request.addEventListener("load", () => {
      const answer = partOf(request.responseXML, id);
      // A page that could not be answered in full has the part, too. The reader is better served by what is shown already.
      const isWhole = request.status === 200 || form !== undefined;
      resolve(answer.ok && !isWhole ? { ok: false, text: "The server cannot answer in full now." } : answer);
    });
    request.addEventListener("error", () => resolve({ ok: false, text: "The server cannot be reached." }));
    request.send(form ?? null);
  });
}

/** An error's page does not have the part. It says what went wrong. */
function partOf(page: Document | null, id: string): PartAnswer {
  const part = page?.getElementById(id) ?? null;
  if (page !== null && part !== null) return { ok: true, part, title: page.title };
  const said = [...(page?.querySelectorAll(".error-view > p:not(:has(a))") ?? [])];
  const text = said.map(({ textContent }) => textContent).join(" ");
  return { ok: false, text: text === "" ? "The server could not answer." : text };
}
