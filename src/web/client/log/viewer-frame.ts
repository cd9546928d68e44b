import type { LineList } from "./line-list.ts";

/** The elements of the viewer. */
export interface ViewerFrame {
  readonly tools: HTMLElement;
  readonly note: HTMLElement;
  /** The lines with their marks; hidden while there is a note. */
  readonly lines: HTMLElement;
  readonly marks: HTMLCanvasElement;
  /** A selected line that is too long for its row. */
  readonly strip: HTMLElement;
  readonly foot: HTMLElement;
}

/** Puts the elements of the viewer into their place in the page, instead of the content for browsers without scripts. */
export function buildFrame(place: HTMLElement, list: LineList): ViewerFrame {
  const frame = {
    tools: part("log-tools-place"),
    note: part("log-note-place"),
    lines: part("log-frame"),
    marks: document.createElement("canvas"),
    strip: part("log-strip"),
    foot: part("log-foot-place"),
  };
  frame.marks.className = "log-marks";
  frame.marks.setAttribute("aria-hidden", "true");
  list.element.setAttribute("role", "region");
  list.element.setAttribute("aria-label", "Lines of the log");
  frame.strip.hidden = true;
  frame.strip.tabIndex = 0;
  frame.strip.setAttribute("role", "region");
  frame.strip.setAttribute("aria-label", "The whole selected line");
  frame.lines.append(list.element, frame.marks);
  place.replaceChildren(frame.tools, frame.note, frame.lines, frame.strip, frame.foot);
  return frame;
}

function part(className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}
