// The screens of a kiosk that gives no numbers: the hall is closed, or the server is away.

import { clock, day } from "../../shared/format.js";
import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { hoursLines, said, when } from "./figures.js";
import { Hero, Sheet } from "./frame.js";

/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */

/** @param {Hall} hall @param {Date} now */
function closedTitle(hall, now) {
  if (hall.phase === "break") return t("kiosk.closed.break");
  if (!hall.opens_at) return t("kiosk.closed.today_closed");
  if (hall.next_at && day(hall.next_at) === day(now)) return t("kiosk.closed.not_yet");
  return t("kiosk.closed.over");
}

/** @param {Hall} hall @param {Date} now */
function nextTime(hall, now) {
  if (!hall.next_at) return t("kiosk.closed.no_promise");
  const key = hall.phase === "break" ? "numbers_again" : "opens";
  return t(`kiosk.closed.${key}`, { when: when(hall.next_at, now) });
}

/** @param {{catalogue: Catalogue, hall: Hall, now: Date}} props */
export function Closed({ catalogue, hall, now }) {
  const help_desk = said(catalogue.mall.help_desk);
  const served = hall.phase === "cut_off" || hall.phase === "break";
  const title = closedTitle(hall, now);
  return html`<${Hero}
      catalogue=${catalogue} now=${now} lead=${t("kiosk.closed.thanks")} title=${title} />
    <${Sheet} cls="k-sheet--state">
      <div class="st-card" role="status">
        <span class="st-ic"><${Icon} name="clock" /></span>
        <div>
          <b>${nextTime(hall, now)}</b>
          ${hoursLines(catalogue.hours).map((line) => html`<p class="num">${line}</p>`)}
          ${served && html`<p>${t("kiosk.closed.served_on")}</p>`}
        </div>
      </div>
      ${help_desk &&
      html`<div class="st-card">
        <span class="st-ic"><${Icon} name="hand-helping" /></span>
        <div><b>${t("kiosk.help.title")}</b><p>${t("kiosk.closed.or_ask", { help_desk })}</p></div>
      </div>`}
    <//>`;
}

/** @param {{catalogue: Catalogue, now: Date, since: Date}} props */
export function Away({ catalogue, now, since }) {
  const help_desk = said(catalogue.mall.help_desk);
  const steps = [
    html`${t("kiosk.away.go_to")} <strong>${help_desk}</strong>`,
    t("kiosk.away.written"),
    t("kiosk.away.wait_there"),
  ];
  return html`<${Hero}
      catalogue=${catalogue} now=${now}
      lead=${t("kiosk.away.sorry")} title=${t("kiosk.away.title")} />
    <${Sheet} cls="k-sheet--state">
      <div class="st-card" role="alert">
        <span class="st-ic st-ic--warn"><${Icon} name="wifi-off" /></span>
        <div>
          <b>${t("kiosk.away.since", { time: clock(since) })}</b>
          <p>${t("kiosk.away.still_valid")}</p>
        </div>
      </div>
      <ol class="st-steps">
        ${steps.map((step, place) => html`<li><b>${place + 1}</b><span>${step}</span></li>`)}
      </ol>
      <p class="k-foot"><${Icon} name="refresh-cw" /><span>${t("kiosk.away.trying")}</span></p>
    <//>`;
}
