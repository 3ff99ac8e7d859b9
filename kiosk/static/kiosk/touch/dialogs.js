// What lies over a screen for a moment: help, a refusal, "still there?", one service more.

import { html, Icon, useEffect, useRef } from "../../shared/parts.js";
import { knows, t } from "../../shared/words.js";
import { FeeLine } from "./fees.js";
import { doubtsOf, isServed, numbersAgain, said, when, whenServed, whyDoubt } from "./figures.js";
import { focusAt } from "./focus.js";
import { Cases } from "./reasons.js";
import { lacksReason, needed } from "./visit.js";
import { useArmed } from "./waiting.js";

/** @typedef {import("./shapes.js").Doubt} Doubt */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("preact").ComponentChildren} Children */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {{code: string, facts: Record<string, unknown>}} Trouble */

/** The browser's own modal: it keeps the focus inside and the rest of the page silent.
 *  @param {{icon: string, title: string, children?: Children, onClose: () => void}} props */
function Dialog({ icon, title, children, onClose }) {
  const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser gives the focus back; what had it may be gone by now.
      if (document.activeElement === document.body) focusAt();
    };
  }, []);
  const escaped = /** @param {Event} event */ (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog class="k-dialog" ref=${box} aria-labelledby="d-title" onCancel=${escaped}>
    <span class="st-ic"><${Icon} name=${icon} /></span>
    <h2 id="d-title">${title}</h2>
    ${children}
  </dialog>`;
}

/** @param {{label: string, primary?: boolean, onClick: () => void}} props */
function Choice({ label, primary = false, onClick }) {
  return html`<button
    class=${`btn ${primary ? "btn--primary" : "btn--plain"}`} type="button" onClick=${onClick}
  >${label}</button>`;
}

/** Nobody is promised who has gone home, and no number while none is given.
 *  @param {string} help_desk @param {Hall} hall @param {Date} now */
function helpLines(help_desk, hall, now) {
  if (hall.phase === "open") return [t("kiosk.help.where", { help_desk })];
  if (isServed(hall, now)) return [t("kiosk.closed.or_ask", { help_desk }), numbersAgain(hall, now)];
  if (!hall.serves_at) return [];
  return [t("kiosk.help.later", { help_desk, when: when(hall.serves_at, now) })];
}

/** @param {{help_desk: string, hall: Hall, now: Date, onClose: () => void}} props */
export function HelpDialog({ help_desk, hall, now, onClose }) {
  const title = t(isServed(hall, now) ? "kiosk.help.title" : "kiosk.help.nobody");
  const lines = helpLines(help_desk, hall, now).filter(Boolean);
  return html`<${Dialog} icon="hand-helping" title=${title} onClose=${onClose}>
    ${lines.map((line) => html`<p>${line}</p>`)}
    <div class="k-choices">
      <${Choice} primary label=${t("kiosk.help.close")} onClick=${onClose} />
    </div>
  <//>`;
}

/** @param {{left: number, onMore: () => void, onRestart: () => void}} props */
export function IdleDialog({ left, onMore, onRestart }) {
  return html`<${Dialog} icon="timer" title=${t("kiosk.idle.title")} onClose=${onMore}>
    <p role="timer">${t("kiosk.idle.text", { seconds: left })}</p>
    <div class="k-choices">
      <${Choice} label=${t("kiosk.idle.restart")} onClick=${onRestart} />
      <${Choice} primary label=${t("kiosk.idle.more")} onClick=${onMore} />
    </div>
  <//>`;
}

/** @param {unknown} fact */
const instant = (fact) => (typeof fact === "string" ? fact : null);

/** The rules said no, with the reason and the time to come again.
 *  @param {{trouble: Trouble, help_desk: string, now: Date, onClose: () => void}} props */
export function RefusedDialog({ trouble, help_desk, now, onClose }) {
  const { next_at, serves_at, holiday } = trouble.facts;
  const next = whenServed({ next_at: instant(next_at), serves_at: instant(serves_at) }, now);
  const facts = { ...trouble.facts, next, help_desk };
  const key = `kiosk.refused.${trouble.code}${holiday ? "_holiday" : ""}`;
  const sentence = t(knows(key) ? key : "kiosk.refused.other", facts);
  return html`<${Dialog} icon="circle-alert" title=${t("kiosk.refused.title")} onClose=${onClose}>
    <p>${sentence}</p>
    <div class="k-choices">
      <${Choice} primary label=${t("kiosk.refused.understood")} onClick=${onClose} />
    </div>
  <//>`;
}

/** No answer came: the same press is sent again, so it still counts once.
 *  @param {{onAgain: () => void, onRestart: () => void}} props */
export function UnreachableDialog({ onAgain, onRestart }) {
  const title = t("kiosk.refused.unreachable_title");
  return html`<${Dialog} icon="wifi-off" title=${title} onClose=${onRestart}>
    <p>${t("kiosk.refused.unreachable")}</p>
    <div class="k-choices">
      <${Choice} label=${t("kiosk.idle.restart")} onClick=${onRestart} />
      <${Choice} primary label=${t("kiosk.refused.again")} onClick=${onAgain} />
    </div>
  <//>`;
}

/** What is said of each need that may not be served today, by name where there are several.
 *  @param {{doubts: Doubt[], named: boolean}} props */
export function Doubts({ doubts, named }) {
  return doubts.map(
    (doubt) => html`<p key=${doubt.service.id} class="k-doubt">
      <${Icon} name="triangle-alert" /><span>
        ${named && html`<b>${said(doubt.service)}.</b>`} ${t(`kiosk.doubt.${doubt.chance}`)} ${whyDoubt(doubt)}
      </span>
    </p>`
  );
}

/** Before a number is taken that may not be called today.
 *  @param {{doubts: Doubt[], among: number, onYes: () => void, onNo: () => void}} props */
export function DoubtDialog({ doubts, among, onYes, onNo }) {
  const armed = useArmed();
  const chance = doubts.some((doubt) => doubt.chance === "unlikely") ? "unlikely" : "doubtful";
  const title = t(`kiosk.doubt.title_${chance}`);
  return html`<${Dialog} icon="hourglass" title=${title} onClose=${onNo}>
    <${Doubts} doubts=${doubts} named=${among > 1} />
    <p>${t("kiosk.doubt.all_the_same")}</p>
    <div class="k-choices">
      <${Choice} label=${t("kiosk.bar.back")} onClick=${onNo} />
      <button class="btn btn--primary" type="button" disabled=${!armed} onClick=${onYes}>
        ${t("kiosk.doubt.take")}
      </button>
    </div>
  <//>`;
}

/** What to bring for one service more, to read. @param {{service: Service, visit: Visit}} props */
function Papers({ service, visit }) {
  const papers = needed(service, visit);
  return html`${papers.length > 0 &&
    html`<h3>${t("kiosk.service.bring")}</h3>
      <ul>${papers.map((paper) => html`<li key=${paper.id}>${said(paper.text)}</li>`)}</ul>`}
    ${lacksReason(service, visit) && html`<p class="d-more">${t("kiosk.service.bring_by_case")}</p>`}`;
}

/** One service more on the number that was given: whether it can be served today, why, what to
 *  bring for it and what it costs.
 *  @param {{service: Service, visit: Visit, hall: Hall, number: string, onVisit: (visit: Visit) => void,
 *    onYes: () => void, onNo: () => void}} props */
export function AddDialog({ service, visit, hall, number, onVisit, onYes, onNo }) {
  const priority = visit.kinds.length > 0;
  const doubts = doubtsOf(hall, { [service.id]: service }, [service.id], priority);
  const title = t("kiosk.refused.ask_add", { service: said(service.name) });
  return html`<${Dialog} icon="plus" title=${title} onClose=${onNo}>
    <p>${t("kiosk.refused.same_number", { number })}</p>
    <div class="d-need">
      <${Doubts} doubts=${doubts} named=${false} />
      <${Cases} service=${service} visit=${visit} onVisit=${onVisit} />
      <${Papers} service=${service} visit=${visit} />
      <${FeeLine} fee=${service.fee} />
    </div>
    <div class="k-choices">
      <${Choice} label=${t("kiosk.bar.back")} onClick=${onNo} />
      <button class="btn btn--primary" type="button" disabled=${visit.pending} onClick=${onYes}>
        ${t(doubts.length ? "kiosk.doubt.add" : "kiosk.service.add")}
      </button>
    </div>
  <//>`;
}
