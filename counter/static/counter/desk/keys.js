// Single keys and Enter: never inside a field, never with a modifier, never held down.

/** @typedef {import("./types.js").Action} Action */

const WRITTEN_IN = "textarea, select, input:not([type=checkbox]):not([type=radio])";
const PRESSED_BY_ENTER = `a[href], button, summary, ${WRITTEN_IN}`;

/** What a key press asks for.
 *  @typedef {{main: () => void, act: (action: Action) => void, paper: (place: number) => void}} Asked */

/** Listens until the returned function is called. `keyed` gives the actions of this moment and
 *  `open` tells whether single keys count: they may be switched off, and a dialog has its own.
 *  @param {Asked} asked
 *  @param {() => Action[]} keyed
 *  @param {() => {enter: boolean, keys: boolean}} open
 *  @returns {() => void} */
export function listen(asked, keyed, open) {
  /** @param {KeyboardEvent} event */
  const heard = (event) => {
    // A finger that rests on Enter must not call a number and start serving it at once; browsers
    // repeat the click of a focused button as well.
    if (event.repeat && (event.key === "Enter" || event.key === " ")) {
      const writes = event.target instanceof Element && event.target.matches(WRITTEN_IN);
      if (!writes) event.preventDefault();
      return;
    }
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Enter") {
      if (open().enter && !target.closest(PRESSED_BY_ENTER)) asked.main();
      return;
    }
    if (!open().keys || event.shiftKey || target.closest(WRITTEN_IN)) return;
    pressed(event, asked, keyed);
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

/** @param {KeyboardEvent} event @param {Asked} asked @param {() => Action[]} keyed */
function pressed(event, asked, keyed) {
  if (/^[1-9]$/.test(event.key)) {
    asked.paper(Number(event.key) - 1);
    return;
  }
  const action = keyed().find((one) => one.key === event.key.toUpperCase());
  if (!action) return;
  event.preventDefault(); // the key must not be written into the dialog that it opens
  asked.act(action);
}
