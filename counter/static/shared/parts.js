// The shared pieces of every page; the same objects as in templates/parts.html.

import { html } from "/static/vendor/preact.js";
import { lasting, numberParts } from "./format.js";

export {
  Component,
  createContext,
  h,
  html,
  render,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "/static/vendor/preact.js";

/** @param {Array<string | false | undefined>} names */
function classes(...names) {
  return names.filter(Boolean).join(" ");
}

let sheet = "/static/vendor/icons.svg";

/** Keeps all icons in the page itself, for screens that draw new ones when the server is away. */
export async function keepIcons() {
  const response = await fetch(sheet);
  if (!response.ok) return;
  const read = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
  const kept = document.importNode(read.documentElement, true);
  kept.setAttribute("style", "position:absolute;width:0;height:0");
  kept.setAttribute("aria-hidden", "true");
  document.body.append(kept);
  sheet = "";
}

/** An icon of the sheet; its name stands in icons.txt.
 *  @param {{name: string, cls?: string, stroke?: number}} props */
export function Icon({ name, cls = "", stroke = 2 }) {
  return html`<svg
    class=${classes("ic", cls)} width="24" height="24" fill="none" stroke="currentColor"
    stroke-width=${stroke} stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"
  ><use href=${`${sheet}#${name}`} /></svg>`;
}

/** The mark of the house. @param {{cls?: string}} props */
export function Mark({ cls = "" }) {
  return html`<svg
    class=${classes("mark", cls)} viewBox="4 4 92 92" fill="currentColor" aria-hidden="true"
  ><use href="#mark" /></svg>`;
}

/** A zone's flower. @param {{code: string, cls?: string}} props */
export function Flower({ code, cls = "" }) {
  return html`<svg
    class=${classes("fl", cls)} viewBox="0 0 100 100" fill="currentColor" aria-hidden="true"
  ><use href=${`#flower-${code}`} /></svg>`;
}

/** The number plate: "A-047" with its zone's flower.
 *  @param {{number: string, flower?: string | null | undefined, size?: string, cls?: string}} props */
export function Plate({ number, flower = null, size = "", cls = "" }) {
  const { letter, digits } = numberParts(number);
  const band = flower && html`<span class="plate__z"><${Flower} code=${flower} /></span>`;
  return html`<span class=${classes("plate", size && `plate--${size}`, cls)} data-zone=${flower}>
    ${band}<span class="plate__n">${letter}<i></i>${digits}</span>
  </span>`;
}

const LEVELS = { kept: 1, at_risk: 2, broken: 3 };

/** How many bars a wait of up to `high` minutes lights, 0 to 3: what it is to the promise of its
 *  service. @param {number} high @param {keyof typeof LEVELS} promise */
export function waitLevel(high, promise) {
  return high <= 0 ? 0 : LEVELS[promise];
}

const BARS = [
  { x: 3, y: 14, height: 8 },
  { x: 10, y: 9, height: 13 },
  { x: 17, y: 4, height: 18 },
];

/** Three bars, the range, and words: never colour alone. `say` words the length as in format.js,
 *  `none` where nobody waits, and for who cannot see the bars the promise that may not be kept.
 *  @param {{low: number, high: number, promise: keyof typeof LEVELS,
 *    say: (key: string, facts?: Record<string, unknown>) => string, cls?: string}} props */
export function Wait({ low, high, promise, say, cls = "" }) {
  const level = waitLevel(high, promise);
  const lit = Math.max(level, 1); // an empty queue still shows one bar: a blank looks broken
  const bars = BARS.map(
    ({ x, y, height }, place) =>
      html`<rect x=${x} y=${y} width="5" height=${height} rx="1.5"
        opacity=${place < lit ? undefined : ".28"} />`
  );
  const said = level
    ? html`<span class="num">${lasting(say, low, high)}${
        level > 1 && html`<span class="sr">, ${say(promise)}</span>`
      }</span>`
    : html`<span>${say("none")}</span>`;
  return html`<span class=${classes("wait", `wait--${level}`, cls)}>
    <svg class="bars" viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">${bars}</svg>${said}
  </span>`;
}
