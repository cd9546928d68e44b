/**
 * The style of a publisher's HTML. The HTML is in a shadow root, where the classes of our own style sheet have no effect, so that it
 * cannot look like a part of our pages. Only colours and the font are inherited from the page.
 */
export const rawHtmlStyle = `
:host {
  all: initial;
  display: inline-block;
  max-width: 100%;
  max-height: 40rem;
  overflow: auto;
  contain: content;
  vertical-align: top;
  font: inherit;
  color: var(--text);
  overflow-wrap: anywhere;
  unicode-bidi: isolate;
}
a { color: var(--link); }
table { border-collapse: collapse; }
th, td { padding: 0.125rem 0.5rem; border: 1px solid var(--rule); text-align: start; }
pre { overflow-x: auto; }
img, svg { max-width: 100%; }
.testfail, .fail, .busted { color: var(--bad); }
`;
