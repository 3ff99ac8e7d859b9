// A part of a page as the server draws it now, put in place of what stood there: what did not
// change stays, and with it the focus, what is read out and what was opened.

/** What the server drew of an element; scripts may have written into it since.
 *  @type {WeakMap<Element, string>} */
const drawn = new WeakMap();

/** Parts marked so stay themselves; each child has an id and is a part or is replaced whole.
 *  @param {Element} one */
function stays(one) {
  return one.hasAttribute("data-keep");
}

/** Notes what the server drew, before a script writes into it. @param {Element} root */
export function remember(root) {
  if (stays(root)) for (const child of Array.from(root.children)) remember(child);
  else drawn.set(root, root.outerHTML);
}

/** @param {Element} fresh */
function adopted(fresh) {
  const here = document.importNode(fresh, true);
  remember(here);
  return here;
}

/** Brings `here` to what `fresh` is; returns the element that stands there now.
 *  @param {Element} here
 *  @param {Element} fresh
 *  @returns {Element} */
export function settle(here, fresh) {
  if (stays(here) && stays(fresh) && here.tagName === fresh.tagName) {
    here.className = fresh.className;
    settleChildren(here, fresh);
    return here;
  }
  if (drawn.get(here) === fresh.outerHTML) return here;
  const next = adopted(fresh);
  here.replaceWith(next);
  return next;
}

/** @param {Element} here
 *  @param {Element} fresh */
function settleChildren(here, fresh) {
  const known = new Map(Array.from(here.children, (child) => [child.id, child]));
  const wanted = Array.from(fresh.children, (child) => {
    const there = known.get(child.id);
    return there ? settle(there, child) : adopted(child);
  });
  let place = here.firstElementChild;
  for (const one of wanted) {
    if (one === place) place = one.nextElementSibling;
    else here.insertBefore(one, place);
  }
  while (place) {
    const gone = place;
    place = place.nextElementSibling;
    gone.remove();
  }
}
