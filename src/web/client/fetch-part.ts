/** A part of a page as the server draws it now, or the reason why there is none. */
export type PartAnswer =
  | { readonly ok: true; readonly part: Element; readonly title: string }
  | { readonly ok: false; readonly text: string };

/**
 * Requests a page from the server, and returns one element of it. The browser parses the answer as a document, so no string becomes HTML
 * here, and scripts in it do not run. Never throws.
 *
 * @param address - the path of a page on this server, with its query.
 * @param id - the id of the element.
 * @param form - the fields to post. Without them, a GET request is sent.
 */
export function fetchPart(address: string, id: string, form?: URLSearchParams): Promise<PartAnswer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(form === undefined ? "GET" : "POST", address);
    request.responseType = "document";
    request.setRequestHeader("accept", "text/html");
    request.addEventListener("load", () => {
      const answer = partOf(request.responseXML, id);
      // A page that the server could not complete contains the part, too, but the part that is already shown is better.
      const isWhole = request.status === 200 || form !== undefined;
      resolve(answer.ok && !isWhole ? { ok: false, text: "The server cannot answer in full now." } : answer);
    });
    request.addEventListener("error", () => resolve({ ok: false, text: "The server cannot be reached." }));
    request.send(form ?? null);
  });
}

/** Returns the part of a page. An error page does not contain it, but says what went wrong. */
function partOf(page: Document | null, id: string): PartAnswer {
  const part = page?.getElementById(id) ?? null;
  if (page !== null && part !== null) return { ok: true, part, title: page.title };
  const said = [...(page?.querySelectorAll(".error-view > p:not(:has(a))") ?? [])];
  const text = said.map(({ textContent }) => textContent).join(" ");
  return { ok: false, text: text === "" ? "The server could not answer." : text };
}
