// Reading aids and the language: what a citizen may change, and how it goes back for the next one.

import { useEffect, useState } from "../../shared/parts.js";
import { language, setLanguage } from "../../shared/words.js";

/** @typedef {{large: boolean, contrast: boolean, low: boolean}} Aids */

const FIRST_LANGUAGE = language();
const PORTRAIT = matchMedia("(orientation: portrait)");
const MORE_CONTRAST = matchMedia("(prefers-contrast: more)");

/** @returns {Aids} */
function noAids() {
  return { large: false, contrast: MORE_CONTRAST.matches, low: false };
}

/** Lets the style sheets know of the reading aids. @param {Aids} aids */
function wear(aids) {
  const { dataset } = document.documentElement;
  const set = /** @param {string} name @param {string | false} value */ (name, value) => {
    if (value) dataset[name] = value;
    else delete dataset[name];
  };
  set("text", aids.large && "large");
  set("theme", aids.contrast && "contrast");
  set("reach", aids.low && "low");
}

/** How many agencies fit on one screen; who is `adding` sees no popular services above them.
 *  @param {Aids} aids @param {boolean} portrait @param {boolean} adding */
export function agenciesAtOnce(aids, portrait, adding) {
  const { large, low } = aids;
  if (adding) return 12;
  if (portrait) return large ? 4 : low ? 6 : 12;
  if (large) return 6;
  return low ? 4 : 12;
}

/** Whether the screen stands upright, also after it was turned. */
export function usePortrait() {
  const [portrait, setPortrait] = useState(PORTRAIT.matches);
  useEffect(() => {
    const turned = () => setPortrait(PORTRAIT.matches);
    PORTRAIT.addEventListener("change", turned);
    return () => PORTRAIT.removeEventListener("change", turned);
  }, []);
  return portrait;
}

/** The reading aids and the language; `changed` tells that something is not as it was. */
export function useAids() {
  const [aids, setAids] = useState(noAids);
  const [shown, setShown] = useState(FIRST_LANGUAGE);
  useEffect(() => wear(aids), [aids]);
  const speak = /** @param {string} code */ (code) => {
    setLanguage(code);
    setShown(code);
  };
  const reset = () => {
    setAids(noAids());
    speak(FIRST_LANGUAGE);
  };
  const changed = aids.large || aids.low || aids.contrast !== MORE_CONTRAST.matches
    || shown !== FIRST_LANGUAGE;
  return { aids, setAids, speak, reset, changed };
}
