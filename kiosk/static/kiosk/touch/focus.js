// Where the keyboard stands once the screen has changed.

import { useLayoutEffect, useRef } from "../../shared/parts.js";

/** Puts the focus on the button that is called `at`, and without one where the screen begins.
 *  @param {string} [at] */
export function focusAt(at = "") {
  const tile = /** @type {HTMLElement | null} */ (document.querySelector(`[data-at="${at}"]`));
  tile?.focus();
  if (tile && document.activeElement === tile) return;
  document.querySelector("h1")?.focus();
}

/** After every change of `screen` the focus stands at its heading, and after a step back on the
 *  button that the citizen had come from.
 *  @param {string} screen @param {string} at */
export function useFocus(screen, at) {
  const seen = useRef(screen);
  useLayoutEffect(() => {
    if (seen.current === screen) return;
    seen.current = screen;
    focusAt(at);
  }, [screen, at]);
}
