// The first screen: three services that most people want, and all agencies.

import { clock } from "../../shared/format.js";
import { html, Icon, useState } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { cardTitle, intakeOf, rangeOf, said } from "./figures.js";
import { Hero, Sheet, WaitOf } from "./frame.js";
import { agencyAt, serviceAt } from "./visit.js";

/** @typedef {import("./shapes.js").Agency} Agency */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Service} Service */

const POPULAR = 3;
// What is closed today, or whose numbers are gone, is no tip for anybody.
const COMES = ["open", "not_yet"];
// A card takes so many letters in its large type; longer titles are set smaller.
const LONG_TITLE = 9;

/** The hour of the mall's clock decides the greeting. @param {Date} now */
function greeting(now) {
  const hour = Number(clock(now).slice(0, 2));
  if (hour >= 3 && hour < 11) return t("kiosk.home.morning");
  if (hour >= 11 && hour < 15) return t("kiosk.home.midday");
  return t(hour >= 15 && hour < 18 ? "kiosk.home.afternoon" : "kiosk.home.evening");
}

/** Words that do not break at their hyphens. @param {string} text */
function unbroken(text) {
  return text.split(" ").flatMap((word, place) => [
    place ? " " : "",
    html`<span class="k-word">${word}</span>`,
  ]);
}

/** @param {{service: Service, hall: Hall, now: Date, onOpen: (service: Service) => void}} props */
function Card({ service, hall, now, onOpen }) {
  const { title, subtitle } = cardTitle(service);
  const ids = [service.id];
  return html`<button
    class="k-card" type="button" data-at=${serviceAt(service.id)} onClick=${() => onOpen(service)}
  >
    <span class="k-card__h">
      <span class="k-card__ic"><${Icon} name=${service.icon} /></span><b class=${title.length > LONG_TITLE ? "is-long" : ""}>${unbroken(title)}</b>
    </span>
    <span class="k-card__s">${subtitle}</span>
    <${WaitOf} wait=${rangeOf(hall, ids)} given=${intakeOf(hall, ids)} now=${now} />
  </button>`;
}

/** @param {{agency: Agency, hall: Hall, now: Date, onOpen: (id: number) => void}} props */
function Tile({ agency, hall, now, onOpen }) {
  const ids = agency.services;
  return html`<button
    class="k-tile" type="button" data-at=${agencyAt(agency.id)} onClick=${() => onOpen(agency.id)}
  >
    <span class="k-tile__ic"><${Icon} name=${agency.icon} /></span>
    <span class="k-tile__t">
      <b>${said(agency.need)}</b>
      <span class="k-tile__m">
        <small>${agency.short_name}</small>
        <${WaitOf} wait=${rangeOf(hall, ids)} given=${intakeOf(hall, ids)} now=${now} />
      </span>
    </span>
  </button>`;
}

/** All agencies, in pages of `size` where the screen has room for no more; the first page is the
 *  one with the button `at`, and it stays in sight when the size changes.
 *  @param {{agencies: Agency[], size: number, at: string, hall: Hall, now: Date, title: string,
 *    onOpen: (id: number) => void}} props */
function Agencies({ agencies, size, at, hall, now, title, onOpen }) {
  const [first, setFirst] = useState(() => agencies.findIndex(({ id }) => agencyAt(id) === at));
  const all = agencies.length;
  const pages = Math.ceil(all / size);
  const page = Math.min(Math.floor(Math.max(first, 0) / size), pages - 1);
  const shown = agencies.slice(page * size, (page + 1) * size);
  const facts = { from: page * size + 1, to: page * size + shown.length, all };
  return html`<section class="k-agencies" aria-labelledby="h-all">
    <h2 id="h-all">${title}</h2>
    <div class="k-grid" style=${{ "--tiles": shown.length }}>
      ${shown.map(
        (agency) =>
          html`<${Tile}
            key=${agency.id} agency=${agency} hall=${hall} now=${now} onOpen=${onOpen} />`
      )}
    </div>
    ${pages > 1 &&
    html`<div class="k-pager">
      <span>${t("kiosk.home.shown", facts)}</span>
      <button type="button" onClick=${() => setFirst(((page + 1) % pages) * size)}>
        ${t("kiosk.home.others", { count: all - shown.length })}<${Icon} name="arrow-right" />
      </button>
    </div>`}
  </section>`;
}

/** How many desks serve, or when they begin.
 *  @param {{hall: Hall, now: Date}} props */
function DesksNow({ hall, now }) {
  if (hall.opens_at && now < new Date(hall.opens_at)) {
    return t("kiosk.home.desks_from", { time: clock(hall.opens_at) });
  }
  const desks = hall.desks_open === 1 ? "desk_open" : "desks_open";
  return html`<b class="num">${hall.desks_open}</b> ${t(`kiosk.home.${desks}`)}`;
}

/** @param {{hall: Hall, now: Date}} props */
function HallNow({ hall, now }) {
  const numbers = hall.cut_off_at ? clock(hall.cut_off_at) : "–";
  const closes = hall.closes_at ? clock(hall.closes_at) : "–";
  return html`<ul class="k-live">
    <li><i class="dot"></i>${t("kiosk.home.numbers_until", { numbers, closes })}</li>
    <li>
      <${Icon} name="users" /><b class="num">${hall.waiting}</b> ${t("kiosk.home.waiting")}
    </li>
    <li>
      <${Icon} name="armchair" /><${DesksNow} hall=${hall} now=${now} />
    </li>
  </ul>`;
}

/** `adding` looks for one service more and leaves the popular ones out; `paper` tells whether any
 *  comes out here.
 *  @param {{catalogue: Catalogue, hall: Hall, now: Date, paper: boolean, size: number, at: string,
 *    adding: boolean, onAgency: (id: number) => void, onService: (service: Service) => void}} props */
export function Home({ catalogue, hall, now, paper, size, at, adding, onAgency, onService }) {
  const popular = Object.values(catalogue.services)
    .filter(({ id, popular }) => popular !== null && COMES.includes(intakeOf(hall, [id]).state))
    .sort((one, other) => (one.popular ?? 0) - (other.popular ?? 0))
    .slice(0, POPULAR);
  const lead = adding ? t("kiosk.more.lead") : greeting(now);
  const title = t(adding ? "kiosk.more.question" : "kiosk.home.question");
  return html`<${Hero} catalogue=${catalogue} now=${now} lead=${lead} title=${title}>
      <${HallNow} hall=${hall} now=${now} />
      ${!paper &&
      html`<p class="k-nopaper" role="status">
        <${Icon} name="printer-x" />${t("kiosk.home.no_paper")}
      </p>`}
    <//>
    <${Sheet}>
      ${!adding &&
      popular.length > 0 &&
      html`<section aria-labelledby="h-pop">
        <h2 id="h-pop">${t("kiosk.home.popular")}</h2>
        <div class="k-pop">
          ${popular.map(
            (service) => html`<${Card}
              key=${service.id} service=${service} hall=${hall} now=${now} onOpen=${onService} />`
          )}
        </div>
      </section>`}
      <${Agencies}
        agencies=${catalogue.agencies} size=${size} at=${at} hall=${hall} now=${now} onOpen=${onAgency}
        title=${t(adding ? "kiosk.more.by_agency" : "kiosk.home.by_agency")} />
    <//>`;
}
