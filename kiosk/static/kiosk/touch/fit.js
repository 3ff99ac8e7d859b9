// How closely a card is set, so that all of it fits where it stands.

import { useLayoutEffect, useRef } from "../../shared/parts.js";

// From as it was drawn to as close as it is legible; the last leafs through what is left over.
const CLOSER = ["", "1", "1 2", "1 2 3", "1 2 3 4"];

/** @param {HTMLElement} card @param {HTMLElement} frame */
function fits(card, frame) {
  const { paddingTop, paddingBottom } = getComputedStyle(frame);
  return card.offsetHeight <= frame.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom);
}

/** A card that is set closer, step by step, until it fits into what it stands in. It is measured:
 *  letters that are counted know nothing of the language, the aids, and what stands below.
 *  @param {unknown} content - what the card shows */
export function useFit(content) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const card = box.current;
    const frame = card?.parentElement;
    if (!card || !frame) return undefined;
    const fit = () => {
      for (const step of CLOSER) {
        card.dataset["close"] = step;
        if (fits(card, frame)) return;
      }
    };
    fit();
    const watch = new ResizeObserver(fit);
    watch.observe(frame);
    return () => watch.disconnect();
  }, [content]);
  return box;
}
