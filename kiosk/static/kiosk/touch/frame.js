// What every screen of the kiosk stands in: the dark head, the sheet below it, the bar at its foot.

import { clock, day } from "../../shared/format.js";
import {
  html,
  Icon,
  Mark,
  useCallback,
  useLayoutEffect,
  useRef,
  useState,
  Wait,
} from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";
import { sayWait } from "./figures.js";

/** @typedef {import("./aids.js").Aids} Aids */
/** @typedef {typeof import("./figures.js").rangeOf} rangeOf */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Intake} Intake */
/** @typedef {import("preact").ComponentChildren} Children */

// So little beyond the edge is a margin, not something that nobody sees.
const SLACK = 8;
const LANGUAGES = [
  { code: "id", name: "Indonesia" },
  { code: "en", name: "English" },
];

/** A `long` title is set smaller, so that it leaves the rest its room.
 *  @param {{catalogue: Catalogue, now: Date, lead: Children, title: Children, long?: boolean,
 *    children?: Children}} props */
export function Hero({ catalogue, now, lead, title, long = false, children }) {
  return html`<header class="k-hero on-dark">
    <div class="k-top">
      <div class="brandline">
        <${Mark} /><span>${catalogue.mall.name}<small>${catalogue.mall.region}</small></span>
      </div>
      <div class="k-clock"><b class="num">${clock(now)}</b><span>${day(now)}</span></div>
    </div>
    <div class=${long ? "k-greet is-long" : "k-greet"}><p>${lead}</p><h1 tabindex="-1">${title}</h1></div>
    ${children}
  </header>`;
}

/** The height that an element takes, its margins with it. @param {HTMLElement} element */
function roomOf(element) {
  const { marginTop, marginBottom } = getComputedStyle(element);
  return element.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom);
}

/** The light sheet. Where its content is longer than the screen, a button leafs through it:
 *  not every hand can drag, and not every touch screen feels it.
 *  @param {{cls?: string, children?: Children}} props */
export function Sheet({ cls = "", children }) {
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [reach, setReach] = useState({ above: false, below: false });
  const leafing = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const measure = useCallback(() => {
    const at = box.current;
    if (!at) return;
    const rest = at.scrollHeight - at.clientHeight;
    // The button takes room itself; it must not stay only because it is there.
    const fits = rest <= (leafing.current ? roomOf(leafing.current) : 0) + SLACK;
    const next = { above: !fits && at.scrollTop > SLACK, below: !fits && rest - at.scrollTop > SLACK };
    setReach((seen) => (seen.above === next.above && seen.below === next.below ? seen : next));
  }, []);
  useLayoutEffect(() => {
    measure();
    const watch = new ResizeObserver(measure);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  });
  const leaf = () => {
    const at = box.current;
    if (at) at.scrollTo({ top: reach.below ? at.scrollTop + at.clientHeight * 0.8 : 0 });
  };
  const ends = `${reach.above ? " is-above" : ""}${reach.below ? " is-below" : ""}`;
  return html`<main class=${`k-sheet ${cls}`}>
    <div
      class=${`k-scroll${ends}`} ref=${box} tabindex=${ends ? 0 : undefined} onScroll=${measure}
    >${children}</div>
    ${(reach.above || reach.below) &&
    html`<button class="k-leaf" type="button" ref=${leafing} onClick=${leaf}>
      <${Icon} name=${reach.below ? "chevron-down" : "chevron-up"} stroke=${2.6} />
      ${t(reach.below ? "kiosk.bar.below" : "kiosk.bar.top")}
    </button>`}
  </main>`;
}

/** @param {{icon: string, label: string, pressed?: boolean, cls?: string,
 *    onClick: () => void}} props */
function Tool({ icon, label, pressed, cls = "", onClick }) {
  return html`<button
    class=${`k-tool ${cls}`} type="button" aria-pressed=${pressed} onClick=${onClick}
  ><${Icon} name=${icon} /><span>${label}</span></button>`;
}

/** @param {{aids: Aids, onAids: (aids: Aids) => void, onLanguage: (code: string) => void,
 *    onHelp: () => void, onBack?: (() => void) | undefined}} props */
export function Bar({ aids, onAids, onLanguage, onHelp, onBack }) {
  const aid = /** @param {"large" | "contrast" | "low"} name
               *  @param {string} icon */ (name, icon) =>
    html`<${Tool}
      icon=${icon} label=${t(`kiosk.bar.${name}`)} pressed=${aids[name]}
      onClick=${() => onAids({ ...aids, [name]: !aids[name] })} />`;
  return html`<nav class="k-bar" aria-label=${t("kiosk.bar.label")}>
    ${onBack &&
    html`<${Tool} cls="k-tool--back" icon="arrow-left" label=${t("kiosk.bar.back")}
      onClick=${onBack} />`}
    <${Tool} cls="k-tool--help" icon="hand-helping" label=${t("kiosk.bar.help")}
      onClick=${onHelp} />
    ${aid("large", "a-large-small")} ${aid("contrast", "contrast")} ${aid("low", "accessibility")}
    <div class="k-lang" role="group" aria-label=${t("kiosk.bar.language")}>
      ${LANGUAGES.map(
        ({ code, name }) => html`<button
          type="button" lang=${code} aria-pressed=${code === language()}
          onClick=${() => onLanguage(code)}
        >${name}</button>`
      )}
    </div>
  </nav>`;
}

/** Why there is no wait to tell. @param {Intake} given @param {Date} now */
export function whyNoWait({ state, next_at, serves_at }, now) {
  if (state === "open") {
    return serves_at
      ? t("kiosk.wait.served_from", { time: clock(serves_at) })
      : t("kiosk.wait.no_desk");
  }
  if (state !== "not_yet") return t(`kiosk.wait.${state}`);
  const key = next_at === serves_at ? "not_yet" : "numbers_from";
  return t(`kiosk.wait.${key}`, { time: clock(next_at ?? now) });
}

/** The bars and the range with the last numbers that are left, or why there is none.
 *  @param {{wait: ReturnType<rangeOf>, given: Intake, now: Date}} props */
export function WaitOf({ wait, given, now }) {
  if (!wait || given.state !== "open" || given.serves_at) {
    return html`<span class="wait wait--off">${whyNoWait(given, now)}</span>`;
  }
  const shown = wait.chance === "sure"
    ? html`<${Wait} low=${wait.low_m} high=${wait.high_m} promise=${wait.promise} say=${sayWait} />`
    : html`<span class="wait wait--doubt">
        <${Icon} name="triangle-alert" /><span>${t(`kiosk.doubt.short_${wait.chance}`)}</span>
      </span>`;
  if (given.few_left === null) return shown;
  return html`<span class="k-few">
    ${shown}<small>${t("kiosk.wait.few_left", { count: given.few_left })}</small>
  </span>`;
}
