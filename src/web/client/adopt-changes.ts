/**
 * Updates an element to match a newer one. Unchanged parts are kept, with their focus, selection and scroll position.
 *
 * @param fresh - the newer element. Its children may be moved out of it.
 */
export function adoptChanges(old: Element, fresh: Element): void {
  if (old.isEqualNode(fresh)) return;
  adoptAttributes(old, fresh);
  const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
  for (const [index, child] of after.entries()) {
    const known = before[index];
    if (known === undefined) old.append(child);
    else if (known instanceof Element && isSameKind(known, child)) adoptChanges(known, child);
    else if (!known.isEqualNode(child)) known.replaceWith(child);
  }
  for (const surplus of before.slice(after.length)) surplus.remove();
}

function isSameKind(known: Element, child: ChildNode): child is Element & ChildNode {
  return child instanceof Element && child.nodeName === known.nodeName;
}

function adoptAttributes(old: Element, fresh: Element): void {
  for (const { name } of [...old.attributes]) {
    // Details that the reader has opened stay open.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
