// The services of one agency.

import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { intakeOf, rangeOf, said } from "./figures.js";
import { Hero, Sheet, WaitOf } from "./frame.js";
import { serviceAt } from "./visit.js";

/** @typedef {import("./shapes.js").Agency} Agency */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Figures} Figures */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Service} Service */

/** How many are called before a newcomer: the desks' shared queue, not this service's alone. Of
 *  what gives no number there is nothing to say.
 *  @param {Figures | undefined} figures */
function people(figures) {
  if (!figures || figures.state !== "open") return "";
  const count = figures.regular ? figures.regular.ahead : figures.waiting;
  if (count) return t(`kiosk.agency.${figures.regular ? "ahead" : "waiting"}`, { count });
  return figures.regular && figures.regular.high_m ? t("kiosk.agency.next") : t("kiosk.agency.nobody");
}

/** `adding` looks for one service more: what gives no number now cannot be added.
 *  @param {{service: Service, hall: Hall, now: Date, chosen: boolean, adding: boolean,
 *    onOpen: (service: Service) => void}} props */
function Row({ service, hall, now, chosen, adding, onOpen }) {
  const given = intakeOf(hall, [service.id]);
  const off = chosen || (adding && given.state !== "open");
  const figures = hall.services[service.id];
  const wait = rangeOf(hall, [service.id]);
  return html`<li>
    <button
      class="k-row" type="button" data-at=${serviceAt(service.id)} disabled=${off}
      onClick=${() => onOpen(service)}
    >
      <span class="k-tile__ic"><${Icon} name=${service.icon} /></span>
      <span class="k-row__t"><b>${said(service.name)}</b><small>${said(service.subtitle)}</small></span>
      <span class="k-row__w">
        <${WaitOf} wait=${wait} given=${given} now=${now} />
        <small>${chosen ? t("kiosk.agency.chosen") : people(figures)}</small>
      </span>
    </button>
  </li>`;
}

/** @param {{catalogue: Catalogue, hall: Hall, now: Date, agency: Agency, chosen: number[],
 *    adding: boolean, onService: (service: Service) => void}} props */
export function AgencyServices({ catalogue, hall, now, agency, chosen, adding, onService }) {
  const services = agency.services.flatMap((id) => catalogue.services[id] ?? []);
  const lead = `${said(agency.need)} · ${agency.short_name}`;
  const help_desk = said(catalogue.mall.help_desk);
  return html`<${Hero}
      catalogue=${catalogue} now=${now} lead=${lead} title=${t("kiosk.agency.question")} />
    <${Sheet}>
      <ul class="k-list">
        ${services.map(
          (service) => html`<${Row}
            service=${service} hall=${hall} now=${now} adding=${adding}
            chosen=${chosen.includes(service.id)} onOpen=${onService} />`
        )}
      </ul>
      ${help_desk &&
      html`<p class="k-foot">
        <${Icon} name="info" /><span>${t("kiosk.agency.unsure", { help_desk })}</span>
      </p>`}
    <//>`;
}
