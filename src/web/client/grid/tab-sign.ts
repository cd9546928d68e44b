/** Shows in the browser tab how many failures the filter shows. */
export class TabSign {
  readonly #title = document.title;
  readonly #icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  readonly #plainIcon = this.#icon?.getAttribute("href") ?? "";
  #shown = 0;

  show(failures: number): void {
    if (failures === this.#shown) return;
    this.#shown = failures;
    document.title = failures === 0 ? this.#title : `(${failures}) ${this.#title}`;
    this.#icon?.setAttribute("href", failures === 0 ? this.#plainIcon : countIcon(failures));
  }
}

/** Returns the address of an image of a red square with a number. The image contains no text from data. */
function countIcon(count: number): string {
  const text = count > 99 ? "99+" : String(count);
  const size = text.length === 1 ? 13 : text.length === 2 ? 11 : 8;
  const image = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' fill='#a1020e'/><text x='8' y='8' fill='#fff' font-family='sans-serif' font-weight='bold' font-size='${size}' text-anchor='middle' dominant-baseline='central'>${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(image)}`;
}
