// The parts of a service's sheet that can be touched: papers, further services, priority.

import { html, Icon } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { intakeOf, rangeOf, said, waitText } from "./figures.js";
import {
  lacksReason,
  MORE_AT,
  needed,
  serviceAt,
  toggled,
  toggleExtra,
  wanted,
} from "./visit.js";

/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Requirement} Requirement */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {{catalogue: Catalogue, hall: Hall, visit: Visit, service: Service,
 *    onVisit: (visit: Visit) => void}} Parts */

/** "40–75" in one piece: a word joiner on each side of the dash. @param {string} text */
function unbroken(text) {
  return text.replace("–", "\u2060–\u2060");
}

/** That a paper is made here, and how long one waits for it. @param {ReturnType<typeof rangeOf> | undefined} wait */
function hereHint(wait) {
  if (!wait || !wait.high_m) return t("kiosk.service.here");
  const { low_m, high_m, chance } = wait;
  if (chance === "sure") {
    return t("kiosk.service.here_wait", { wait: unbroken(waitText(low_m, high_m)) });
  }
  return `${t("kiosk.service.here")} · ${t(`kiosk.doubt.short_${chance}`)}`;
}

/** @param {Parts & {paper: Requirement}} props */
function Paper({ catalogue, hall, visit, onVisit, paper }) {
  const here = paper.here === null ? undefined : catalogue.services[paper.here];
  const offered =
    here && here.id !== visit.service && intakeOf(hall, [here.id]).state === "open";
  const added = offered && visit.extras.includes(here.id);
  const full = wanted(visit).length >= catalogue.mall.most_services;
  const wait = here && rangeOf(hall, [here.id]);
  const hint = hereHint(wait);
  const ready = visit.ready.includes(paper.id);
  return html`<li>
    <button
      class=${`k-check${ready ? " is-on" : ""}`} type="button" role="checkbox" aria-checked=${ready}
      onClick=${() => onVisit({ ...visit, ready: toggled(visit.ready, paper.id) })}
    >
      <span class="tick"><${Icon} name="check" /></span>
      <span><b>${said(paper.text)}</b>${offered && html`<small>${hint}</small>`}</span>
    </button>
    ${offered &&
    html`<button
      class="k-add" type="button" aria-pressed=${added} disabled=${full && !added}
      onClick=${() => onVisit(toggleExtra(visit, here.id))}
    >
      <${Icon} name=${added ? "check" : "plus"} />
      ${t(added ? "kiosk.service.added" : "kiosk.service.add")}
      <span class="sr">${said(here.name)}</span>
    </button>`}
  </li>`;
}

// More papers than these stand side by side, so that all of them are in sight.
const PAPERS_IN_A_COLUMN = 3;

/** @param {Parts} parts */
export function Checks(parts) {
  const { service, visit } = parts;
  if (!service.requirements.length) return null;
  const papers = needed(service, visit);
  const hint = lacksReason(service, visit)
    ? "kiosk.service.bring_by_case"
    : "kiosk.service.bring_later";
  const id = `q-bring-${service.id}`;
  const many = papers.length > PAPERS_IN_A_COLUMN ? " is-many" : "";
  return html`<section aria-labelledby=${id}>
    <h2 id=${id}>
      ${t("kiosk.service.bring")} ${papers.length > 0 &&
      html`<small>${t("kiosk.service.bring_hint")}</small>`}
    </h2>
    ${papers.length > 0 &&
    html`<ul class=${`k-checks${many}`}>
      ${papers.map((paper) => html`<${Paper} key=${paper.id} ...${parts} paper=${paper} />`)}
    </ul>`}
    <p class="k-hint"><${Icon} name="info" /><span>${t(hint)}</span></p>
  </section>`;
}

/** What is often done in the same visit: a service of this agency that comes after this one.
 *  @param {Catalogue} catalogue @param {Hall} hall @param {Service} service */
function suggested(catalogue, hall, service) {
  const next = Object.values(catalogue.services).filter(
    (one) => one.after_id === service.id && one.agency_id === service.agency_id
  );
  return next.filter((one) => intakeOf(hall, [one.id]).state === "open");
}

/** What a tile says below the service's name; a reason that is still open is asked for first.
 *  @param {Service} service @param {boolean} open */
function hintOf(service, open) {
  if (open) return t("kiosk.service.reason_below");
  const facts = { subtitle: said(service.subtitle), length: waitText(service.handling_m) };
  return t(facts.subtitle ? "kiosk.service.plus" : "kiosk.service.plus_only", facts);
}

/** @param {{service: Service, visit: Visit, off: boolean, onClick: () => void}} props */
function Also({ service, visit, off, onClick }) {
  const on = visit.extras.includes(service.id);
  return html`<button
    class=${`k-opt${on ? " is-on" : ""}`} type="button" data-at=${serviceAt(service.id)}
    aria-pressed=${on} disabled=${off} onClick=${onClick}
  >
    ${on
      ? html`<span class="tick is-on"><${Icon} name="check" /></span>`
      : html`<span class="k-plus"><${Icon} name="plus" /></span>`}
    <span><b>${said(service.name)}</b>
      <small>${hintOf(service, on && lacksReason(service, visit))}</small></span>
  </button>`;
}

/** @param {Parts & {onMore: () => void}} props */
export function Alsos({ catalogue, hall, visit, service, onVisit, onMore }) {
  const most = catalogue.mall.most_services;
  const full = wanted(visit).length >= most;
  if (most < 2) return null;
  const chosen = visit.extras.flatMap((id) => catalogue.services[id] ?? []);
  const first = suggested(catalogue, hall, service).filter((one) => !visit.extras.includes(one.id));
  return html`<section aria-labelledby="q-also">
    <h2 id="q-also">
      ${t("kiosk.service.also")} <small>${t("kiosk.service.also_hint")}</small>
    </h2>
    <div class="k-multi">
      ${[...chosen, ...first.slice(0, 1)].map((one) => {
        const on = visit.extras.includes(one.id);
        return html`<${Also} key=${one.id} service=${one} visit=${visit} off=${full && !on}
          onClick=${() => onVisit(toggleExtra(visit, one.id))} />`;
      })}
      <button
        class="k-opt" type="button" data-at=${MORE_AT} disabled=${full} onClick=${onMore}
      >
        <span class="k-plus"><${Icon} name="plus" /></span>
        <span>
          <b>${t("kiosk.service.other")}</b>
          <small>${t(full ? "kiosk.service.most" : "kiosk.service.other_hint", { most })}</small>
        </span>
      </button>
    </div>
  </section>`;
}

const KINDS = [
  { kind: "old", icon: "heart-handshake" },
  { kind: "disability", icon: "accessibility" },
  { kind: "baby", icon: "baby" },
];

/** Offered, not demanded. Which tile was touched never leaves this screen.
 *  @param {{visit: Visit, onVisit: (visit: Visit) => void}} props */
export function Priorities({ visit, onVisit }) {
  return html`<section aria-labelledby="q-first">
    <h2 id="q-first">
      ${t("kiosk.service.first")} <small>${t("kiosk.service.first_hint")}</small>
    </h2>
    <div class="k-prio">
      ${KINDS.map(
        ({ kind, icon }) => html`<button
          type="button" aria-pressed=${visit.kinds.includes(kind)}
          onClick=${() => onVisit({ ...visit, kinds: toggled(visit.kinds, kind) })}
        >
          <${Icon} name=${icon} /><b>${t(`kiosk.service.${kind}`)}</b>
          <small>${t(`kiosk.service.${kind}_hint`)}</small>
        </button>`
      )}
    </div>
  </section>`;
}
