/**
 * Makes an element like a newer one. What is the same stays as it is, with its focus, its selection and its scroll position.
 *
 * @param fresh - is taken apart.
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
    // What a reader has opened stays open.
    if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}
