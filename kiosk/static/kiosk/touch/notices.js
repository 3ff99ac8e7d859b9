// The screens of a kiosk that gives no numbers: the hall is closed, or the server is away.

import { clock } from "../../shared/format.js";
import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { hoursLines, isServed, numbersAgain, said, when } from "./figures.js";
import { Hero, Sheet } from "./frame.js";

/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */

/** @param {Hall} hall @param {Date} now */
function closedTitle(hall, now) {
  if (hall.holiday) return t("kiosk.closed.holiday", { name: hall.holiday });
  if (hall.phase === "break") return t("kiosk.closed.break");
  if (!hall.opens_at) return t("kiosk.closed.today_closed");
  if (isBefore(hall, now)) return t("kiosk.closed.not_yet");
  return t("kiosk.closed.over");
}

/** Whether today's first opening is still to come. @param {Hall} hall @param {Date} now */
function isBefore(hall, now) {
  return Boolean(hall.opens_at && now < new Date(hall.opens_at));
}

/** @param {Hall} hall @param {Date} now */
function nextTime(hall, now) {
  if (!hall.serves_at) return t("kiosk.closed.no_promise");
  // The doors are open still.
  if (hall.phase === "cut_off") return numbersAgain(hall, now);
  const first = isBefore(hall, now) ? "opens_first" : "opens";
  const key = hall.phase === "break" ? "serves_again" : first;
  return t(`kiosk.closed.${key}`, { when: when(hall.serves_at, now) });
}

/** What of today differs from the week below: the break that the hall has now, and when it closes.
 *  @param {Hall} hall */
function todayLines({ phase, pauses_until, closes_at }) {
  return [
    pauses_until && phase !== "break" && t("kiosk.closed.pauses", { time: clock(pauses_until) }),
    closes_at && t("kiosk.closed.closes", { time: clock(closes_at) }),
  ].filter(Boolean);
}

/** Whoever waits is called until the desks close, and perhaps not served any more.
 *  @param {Hall} hall */
function servedUntil({ closes_at }) {
  return t("kiosk.closed.served_until", { time: clock(closes_at ?? "") });
}

/** When numbers are given, where that is before the desks open. @param {Hall} hall */
function numbersBefore({ phase, next_at, serves_at }) {
  if (phase === "cut_off" || !next_at || next_at === serves_at) return "";
  return t("kiosk.closed.numbers_from", { time: clock(next_at) });
}

/** @param {{catalogue: Catalogue, hall: Hall, now: Date}} props */
export function Closed({ catalogue, hall, now }) {
  const help_desk = said(catalogue.mall.help_desk);
  const served = hall.phase === "cut_off" && !hall.pauses_until;
  const title = closedTitle(hall, now);
  return html`<${Hero}
      catalogue=${catalogue} now=${now} lead=${t("kiosk.closed.thanks")} title=${title} />
    <${Sheet} cls="k-sheet--state">
      <div class="st-card" role="status">
        <span class="st-ic"><${Icon} name="clock" /></span>
        <div>
          <b>${nextTime(hall, now)}</b>
          ${numbersBefore(hall) && html`<p>${numbersBefore(hall)}</p>`}
          ${todayLines(hall).map((line) => html`<p class="num">${line}</p>`)}
          ${hoursLines(catalogue.hours).map((line) => html`<p class="num">${line}</p>`)}
          ${served && html`<p>${servedUntil(hall)}</p>`}
        </div>
      </div>
      ${help_desk &&
      isServed(hall, now) &&
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
