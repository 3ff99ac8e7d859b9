// The number just given: where to sit, roughly when, how to follow it, and how the paper fares.

import { numberParts, span } from "../shared/format.js";
import { Flower, html, Icon, useEffect, useState } from "../shared/parts.js";
import { t } from "../shared/words.js";
import { said } from "./figures.js";
import { useCountdown } from "./waiting.js";

/** @typedef {import("./shapes.js").Given} Given */
/** @typedef {import("./shapes.js").Patience} Patience */
/** @typedef {"printing" | "printed" | "late" | "doubtful" | "no_printer"} Paper */
/** @typedef {(topic: string, onState: (state: any) => void) => () => void} Follow */

const FINAL = /** @type {Record<string, Paper>} */ ({
  printed: "printed",
  failed: "late",
  doubtful: "doubtful",
});

/** How the paper fares; one that takes longer than `paper_s` seconds counts as late.
 *  @param {number | null} job
 *  @param {Patience} patience
 *  @param {Follow} follow
 *  @returns {Paper} */
export function usePaper(job, patience, follow) {
  const [paper, setPaper] = useState(/** @type {Paper} */ (job === null ? "no_printer" : "printing"));
  useEffect(() => {
    if (job === null) return undefined;
    const late = setTimeout(
      () => setPaper((now) => (now === "printing" ? "late" : now)),
      patience.paper_s * 1000
    );
    const stop = follow(`slip/${job}`, ({ state }) =>
      setPaper((now) => FINAL[state] ?? now)
    );
    return () => {
      clearTimeout(late);
      stop();
    };
  }, [job, follow, patience]);
  return paper;
}

/** "KTP-el, lalu Aktivasi IKD". @param {Given} given */
function services(given) {
  return given.services
    .map(said)
    .reduce((first, next) => t("kiosk.ticket.then", { first, next }));
}

/** @param {{given: Given}} props */
function Zone({ given }) {
  const { zone, desks } = given;
  const place = [said(zone.place), t("kiosk.ticket.desks", { desks })].filter(Boolean).join(", ");
  return html`<div class="t-zone">
    <${Flower} code=${zone.flower} />
    <div>
      <small>${t("kiosk.ticket.wait_in")}</small>
      <b>${t("kiosk.ticket.zone", { name: zone.name })}</b>
      <span>${place}</span>
    </div>
  </div>`;
}

/** @param {{qr: {size: number, path: string}}} props */
function QrCode({ qr }) {
  const edge = 2;
  const box = `${-edge} ${-edge} ${qr.size + 2 * edge} ${qr.size + 2 * edge}`;
  return html`<svg
    class="qr" viewBox=${box} role="img" aria-label=${t("kiosk.ticket.qr")}
    shape-rendering="crispEdges"
  ><path fill="currentColor" d=${qr.path} /></svg>`;
}

/** @param {{given: Given}} props */
function Card({ given }) {
  const { letter, digits } = numberParts(given.number);
  const ahead = given.ahead === 1
    ? t("kiosk.ticket.person")
    : t("kiosk.ticket.people", { count: given.ahead });
  return html`<article class="t-card" data-zone=${given.zone.flower}>
    <p class="t-label">${t("kiosk.ticket.label")}</p>
    <h1 class="t-num num">${letter}<i></i>${digits}</h1>
    <p class="t-svc">${services(given)}</p>
    <${Zone} given=${given} />
    <dl class="t-facts">
      <div>
        <dt>${t("kiosk.ticket.ahead")}</dt>
        <dd class="num">${given.ahead ? ahead : t("kiosk.ticket.nobody")}</dd>
      </div>
      <div>
        <dt>${t("kiosk.ticket.called_about")}</dt>
        <dd class="num">
          ${given.expected ? span(...given.expected) : t("kiosk.ticket.no_forecast")}
        </dd>
      </div>
    </dl>
    <div class="t-tear"></div>
    <div class="t-qr">
      <div class="qrbox"><${QrCode} qr=${given.qr} /></div>
      <div><b>${t("kiosk.ticket.follow")}</b><p>${t("kiosk.ticket.follow_hint")}</p></div>
    </div>
  </article>`;
}

/** @param {{paper: Paper, help_desk: string}} props */
function PaperLine({ paper, help_desk }) {
  if (paper === "printing" || paper === "printed") {
    return html`<div class="t-print" role="status">
      <span class=${`t-slot is-${paper}`} aria-hidden="true"><i></i></span>
      <div><b>${t(`kiosk.ticket.${paper}`)}</b><p>${t("kiosk.ticket.take_below")}</p></div>
      <${Icon} name="arrow-down" cls="t-down" stroke=${2.6} />
    </div>`;
  }
  return html`<div class="t-paper" role="status">
    <span class="t-paper__ic"><${Icon} name="printer-x" /></span>
    <div>
      <b>${t(`kiosk.ticket.${paper}`)}</b><p>${t("kiosk.ticket.keep", { help_desk })}</p>
    </div>
  </div>`;
}

/** @param {{given: Given, help_desk: string, patience: Patience, follow: Follow,
 *    full: boolean, onAdd: () => void, onDone: () => void}} props */
export function TicketGiven({ given, help_desk, patience, follow, full, onAdd, onDone }) {
  const [more, setMore] = useState(0);
  const paper = usePaper(given.job_id ?? null, patience, follow);
  const inHand = paper === "printing" || paper === "printed";
  const seconds = inHand ? patience.ticket_s : patience.ticket_without_paper_s;
  const left = useCountdown(seconds, more, onDone);
  return html`<main class="t-wrap" aria-live="assertive"><${Card} given=${given} /></main>
    <footer class="t-foot on-dark">
      <${PaperLine} paper=${paper} help_desk=${help_desk} />
      <div class="t-actions">
        <button class="btn t-more" type="button" disabled=${full} onClick=${onAdd}>
          <${Icon} name="plus" />${t("kiosk.ticket.add")}
        </button>
        <button class="btn t-more" type="button" onClick=${() => setMore(more + 1)}>
          <${Icon} name="clock" />${t("kiosk.ticket.more_time")}
        </button>
        <button class="btn t-done" type="button" onClick=${onDone}>
          ${t("kiosk.ticket.done")} <span class="t-count num" aria-hidden="true">${left}</span>
        </button>
      </div>
    </footer>`;
}
