// The number just given: where to sit, roughly when, how to follow it, and how the paper fares.

import { numberParts, span } from "../../shared/format.js";
import { Flower, html, Icon, useMemo, useState } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";
import { Doubts } from "./dialogs.js";
import { feeText, warning } from "./fees.js";
import { said, whyDoubt } from "./figures.js";
import { useFit } from "./fit.js";
import { drawingOf } from "./qr.js";
import { PaperLine, useFate, useReprint } from "./paper.js";
import { MORE_AT } from "./visit.js";
import { useCountdown } from "./waiting.js";

/** @typedef {import("./shapes.js").Given} Given */
/** @typedef {import("./paper.js").Follow} Follow */
/** @typedef {import("./shapes.js").Patience} Patience */

// Names of more letters than these are set smaller.
const ROOMY = 60;

/**
 * "KTP-el, lalu Aktivasi IKD" where one waits for the other, else "KTP-el dan SKCK".
 * @param {Given} given
 */
function services(given) {
  const names = given.needs.map(({ name }) => said(name));
  if (!given.in_order) return new Intl.ListFormat(language()).format(names);
  return names.reduce((first, next) => t("kiosk.ticket.then", { first, next }));
}

/** What each need costs, by name where there are several. @param {Given} given */
function fees({ needs }) {
  const [only, another] = needs;
  if (only && !another) return feeText(only.fee);
  return needs
    .map(({ name, fee }) => t("kiosk.ticket.fee_of", { service: said(name), fee: feeText(fee) }))
    .join(" ");
}

/** What may not be served today, and for which needs the papers are not all known yet; then what is
 *  to be paid, and what nobody must pay, which no other sentence may push out of sight.
 *  @param {{given: Given}} props */
function Needs({ given }) {
  const { needs } = given;
  const open = needs.filter((need) => need.lacks_reason).map(({ name }) => said(name));
  const services = new Intl.ListFormat(language()).format(open);
  const doubts = needs.length > 1 ? given.doubts : [];
  return html`${(doubts.length > 0 || open.length > 0) &&
    html`<div class="t-needs" role="group" tabindex="0" aria-label=${t("kiosk.ticket.about")}>
      <${Doubts} doubts=${doubts} named />
      ${open.length > 0 && html`<p>${t("kiosk.ticket.lacks_reason", { services })}</p>`}
    </div>`}
    <p class="t-fees"><b>${fees(given)}</b> ${warning(needs.map(({ fee }) => fee))}</p>`;
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
  </div>
  ${given.elsewhere.map(
    (one) => html`<p key=${one.zone + one.desks} class="t-else"><b>${said(one.service)}</b> ${[
      t("kiosk.ticket.zone", { name: one.zone }),
      t("kiosk.ticket.desks", { desks: one.desks }),
    ].join(", ")}</p>`
  )}`;
}

/** @param {{url: string}} props */
function QrCode({ url }) {
  const edge = 2;
  const qr = useMemo(() => drawingOf(url), [url]);
  const box = `${-edge} ${-edge} ${qr.size + 2 * edge} ${qr.size + 2 * edge}`;
  return html`<svg
    class="qr" viewBox=${box} role="img" aria-label=${t("kiosk.ticket.qr")}
    shape-rendering="crispEdges"
  ><path fill="currentColor" d=${qr.path} /></svg>`;
}

/** When the call comes, or that it may not come today. @param {{given: Given}} props */
function Called({ given }) {
  const [doubt] = given.doubts;
  if (given.expected || !doubt) {
    return html`<div>
      <dt>${t("kiosk.ticket.called_about")}</dt>
      ${given.expected
        ? html`<dd class="num">${span(...given.expected)}</dd>`
        : html`<dd class="t-none">${t("kiosk.ticket.no_forecast")}</dd>`}
    </div>`;
  }
  return html`<div>
    <dt>${whyDoubt(doubt)}</dt>
    <dd class="t-none is-doubt">${t(`kiosk.doubt.${doubt.chance}`)}</dd>
  </div>`;
}

/** @param {{given: Given}} props */
function Card({ given }) {
  const { letter, digits } = numberParts(given.number);
  const ahead = given.ahead === 1
    ? t("kiosk.ticket.person")
    : t("kiosk.ticket.people", { count: given.ahead });
  const names = services(given);
  const card = useFit(given);
  return html`<article class="t-card" ref=${card} data-zone=${given.zone.flower}>
    <div class="t-main">
      <p class="t-label">${t("kiosk.ticket.label")}</p>
      <h1 class=${letter.length > 1 ? "t-num is-two num" : "t-num num"} tabindex="-1"
      >${letter}<i></i>${digits}</h1>
      <p class=${names.length > ROOMY ? "t-svc is-long" : "t-svc"}>${names}</p>
      <${Needs} given=${given} />
      <${Zone} given=${given} />
    </div>
    <div class="t-side">
      <dl class="t-facts">
        <div>
          <dt>${t("kiosk.ticket.ahead")}</dt>
          <dd class="num">${given.ahead ? ahead : t("kiosk.ticket.nobody")}</dd>
        </div>
        <${Called} given=${given} />
      </dl>
      <div class="t-tear"></div>
      <div class="t-qr">
        <div class="qrbox"><${QrCode} url=${given.url} /></div>
        <div><b>${t("kiosk.ticket.follow")}</b><p>${t("kiosk.ticket.follow_hint")}</p></div>
      </div>
    </div>
  </article>`;
}

/** @param {{given: Given, help_desk: string, patience: Patience, follow: Follow,
 *    full: boolean, onAdd: () => void, onDone: () => void}} props */
export function TicketGiven({ given, help_desk, patience, follow, full, onAdd, onDone }) {
  const [more, setMore] = useState(0);
  const again = useReprint(given.job_id ?? null, given.token);
  const { paper, elsewhere } = useFate(again.job, patience, follow);
  const offered = (paper === "doubtful" || paper === "sent") && again.step !== "failed";
  const inHand = paper === "printing" || paper === "printed";
  const seconds = inHand ? patience.ticket_s : patience.ticket_without_paper_s;
  const left = useCountdown(seconds, `${more} ${again.job}`, onDone);
  return html`<main class="t-wrap" aria-live="assertive"><${Card} given=${given} /></main>
    <footer class="t-foot on-dark">
      <${PaperLine}
        paper=${paper} elsewhere=${elsewhere} help_desk=${help_desk} offered=${offered}
        copy=${again.job !== (given.job_id ?? null)} />
      <div class="t-actions">
        ${offered
          ? html`<button
              class="btn t-done" type="button" disabled=${again.step === "asking"}
              onClick=${again.reprint}
            ><${Icon} name="printer" />${t("kiosk.ticket.again")}</button>`
          : html`<button
              class="btn t-more" type="button" data-at=${MORE_AT} disabled=${full} onClick=${onAdd}
            >
              <${Icon} name="plus" />${t("kiosk.ticket.add")}
            </button>`}
        <button class="btn t-more" type="button" onClick=${() => setMore(more + 1)}>
          <${Icon} name="clock" />${t("kiosk.ticket.more_time")}
        </button>
        <button class="btn t-done" type="button" onClick=${onDone}>
          ${t("kiosk.ticket.done")} <span class="t-count num" aria-hidden="true">${left}</span>
        </button>
      </div>
    </footer>`;
}
