import { render } from "preact";
import { arrangePush } from "../../grid/draw/drawn-push.ts";
import { PushContent } from "../../grid/draw/push-section.tsx";
import { createTests } from "../../grid/filter-jobs.ts";
import type { GridView } from "../../grid/grid-view.ts";
import { DrawQueue } from "./draw-queue.ts";
import { restoreStop } from "./grid-focus.ts";
import { jobsOfPush, type PagePush, type PushList } from "./push-list.ts";

/** Pushes up to this far outside the window are drawn as if they were visible, in pixels. */
const MARGIN_PX = 300;

/** Draws pushes into their sections. The server has drawn them once; unchanged elements are kept. */
export class PushDrawing {
  readonly #list: PushList;
  readonly #place: HTMLElement;
  readonly #viewNow: () => GridView;
  readonly #sections = new Map<string, HTMLElement>();
  readonly #seen = new Set<Element>();
  readonly #observer: IntersectionObserver;
  readonly #queue: DrawQueue<PagePush>;

  /** @param place - the element that holds the sections. */
  constructor(list: PushList, place: HTMLElement, viewNow: () => GridView) {
    this.#list = list;
    this.#place = place;
    this.#viewNow = viewNow;
    this.#queue = new DrawQueue(
      (push) => this.#draw(push),
      (push) => this.#isSeen(push),
    );
    this.#observer = new IntersectionObserver((entries) => this.#notice(entries), {
      rootMargin: `${MARGIN_PX}px 0px`,
    });
    for (const section of place.querySelectorAll<HTMLElement>("[data-push]")) {
      this.#sections.set(section.dataset["push"] ?? "", section);
      this.#observer.observe(section);
    }
  }

  /**
   * Redraws those of the pushes whose jobs are known.
   *
   * @param isOtherFilter - whether pushes that are still waiting show an outdated view, which the browser need not lay out.
   */
  draw(pushes: readonly PagePush[], isOtherFilter: boolean): void {
    this.#arrangeSections();
    this.#queue.add(pushes.filter(({ jobs }) => jobs !== null));
    if (!isOtherFilter) return;
    for (const push of pushes) {
      if (this.#queue.isWaiting(push)) this.#sections.get(push.revision)?.classList.add("push-stale");
    }
  }

  /** Puts the sections in the order of the list, and adds sections for new pushes. Sections in the right place are not touched. */
  #arrangeSections(): void {
    let next: Element | null = this.#place.firstElementChild;
    for (const { revision } of this.#list.pushes) {
      const section = this.#sections.get(revision) ?? this.#newSection(revision);
      if (section === next) next = next.nextElementSibling;
      else this.#place.insertBefore(section, next);
    }
  }

  #newSection(revision: string): HTMLElement {
    const section = document.createElement("section");
    section.className = "push";
    section.dataset["push"] = revision;
    section.setAttribute("aria-label", `push ${revision}`);
    this.#sections.set(revision, section);
    this.#observer.observe(section);
    return section;
  }

  #isSeen({ revision }: PagePush): boolean {
    const section = this.#sections.get(revision);
    // A section that has just been created has not been observed yet.
    return section === undefined || this.#seen.has(section) || section.childElementCount === 0;
  }

  #notice(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
  }

  #draw(push: PagePush): void {
    const { revision, head, jobs } = push;
    const section = this.#sections.get(revision);
    if (section === undefined || jobs === null) return;
    section.classList.remove("push-stale");
    const hadFocus = section.contains(document.activeElement);
    const view = this.#viewNow();
    const drawn = arrangePush({
      ...{ push: head, all: jobsOfPush(push), isShown: createTests(view.filter).isShown },
      ...{ view, tabIndex: -1 },
    });
    render(<PushContent drawn={drawn} zone="local" />, section);
    const stop = restoreStop(section);
    // The job with the focus is hidden now. Without this, the next key would begin at the top of the page.
    if (hadFocus && !section.contains(document.activeElement)) stop?.focus({ preventScroll: true });
  }
}
