// Single keys and Enter: never inside a field, never with a modifier, never held down. Escape
// leaves a field, so that the keys count again. Where a field was taken away under somebody's
// hands, none counts until they have paused.

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").Keys} Keys */

const WRITTEN_IN = "textarea, select, input:not([type=checkbox]):not([type=radio])";
const PRESSED_BY_ENTER = `a[href], button, summary, ${WRITTEN_IN}`;

/** What a key press asks for.
 *  @typedef {object} Asked
 *  @property {() => void} main
 *  @property {(action: Action) => void} act
 *  @property {(place: number) => void} paper
 *  @property {(outcome: string) => void} outcome
 *  @property {() => void} note
 *  @property {() => void} stray a key that does not count */

/** Listens until the returned function is called. `keyed` gives the actions of this moment and
 *  `open` tells whether single keys count: they may be switched off, and a dialog has its own.
 *  @param {Asked} asked
 *  @param {Keys} keys
 *  @param {() => Action[]} keyed
 *  @param {() => {enter: boolean, keys: boolean, hushed: boolean}} open
 *  @returns {() => void} */
export function listen(asked, keys, keyed, open) {
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
    if (open().hushed && event.key !== "Tab" && !target.closest(WRITTEN_IN)) {
      event.preventDefault(); // nor may it press the button that has the focus now
      asked.stray();
      return;
    }
    if (event.key === "Enter") {
      if (open().enter && !target.closest(PRESSED_BY_ENTER)) asked.main();
      return;
    }
    if (event.key === "Escape" && open().enter && target instanceof HTMLElement) {
      if (target.matches(WRITTEN_IN)) target.blur();
      return;
    }
    if (!open().keys || event.shiftKey || target.closest(WRITTEN_IN)) return;
    pressed(event, asked, keys, keyed);
  };
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

/** @param {KeyboardEvent} event @param {Asked} asked @param {Keys} keys
 *  @param {() => Action[]} keyed */
function pressed(event, asked, keys, keyed) {
  if (/^[1-9]$/.test(event.key)) {
    asked.paper(Number(event.key) - 1);
    return;
  }
  const key = event.key.toUpperCase();
  const outcome = Object.keys(keys.outcomes).find((one) => keys.outcomes[one] === key);
  if (outcome) {
    asked.outcome(outcome);
    return;
  }
  const action = keyed().find((one) => one.key === key);
  if (!action && key !== keys.note) return;
  event.preventDefault(); // the key must not be written into what it opens
  if (!action) {
    asked.note();
    return;
  }
  asked.act(action);
}
