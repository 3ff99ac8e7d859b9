// The sheet of one service: why, what to bring, what else, whether first, and the one button.

import { span } from "../../shared/format.js";
import { html, Icon, useState } from "../../shared/parts.js";
import { t } from "../../shared/words.js";
import { PrintList } from "./checklist.js";
import { DoubtDialog } from "./dialogs.js";
import { FeeLine, feeShort } from "./fees.js";
import {
  doubtsOf,
  expected,
  firstCall,
  intakeOf,
  longest,
  said,
  waitText,
  whenServed,
  whyDoubt,
} from "./figures.js";
import { focusAt } from "./focus.js";
import { Hero, Sheet, whyNoWait } from "./frame.js";
import { Cases } from "./reasons.js";
import { Alsos, Checks, Priorities } from "./service-parts.js";
import { chosenCase, needed, wanted } from "./visit.js";
import { useArmed } from "./waiting.js";

/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Intake} Intake */
/** @typedef {import("./shapes.js").Newcomer} Newcomer */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */

const LONG_NAME = 12;
const TAKE_AT = "take";

/** @param {Newcomer} wait */
function peopleAhead(wait) {
  if (wait.ahead === 0) return t("kiosk.service.nobody_ahead");
  if (wait.ahead === 1) return t("kiosk.service.one_ahead");
  return t("kiosk.service.ahead", { count: wait.ahead });
}

/** The wait, or that it may end after closing. @param {Newcomer} wait */
function waitOf(wait) {
  if (wait.chance !== "sure") return t(`kiosk.doubt.short_${wait.chance}`);
  const most = longest(wait);
  return most ? waitText(wait.low_m, most) : t("kiosk.wait.none");
}

/** @param {{service: Service, wait: Newcomer | null, given: Intake, now: Date}} props */
function Facts({ service, wait, given, now }) {
  const waiting = wait && !given.serves_at && waitOf(wait);
  return html`<dl class="k-facts">
    <div><dt>${t("kiosk.service.fee")}</dt><dd>${
      service.fee.kind === "conditional" ? t("kiosk.service.on_condition") : feeShort(service.fee)
    }</dd>
    </div>
    <div>
      <dt>${t("kiosk.service.handling")}</dt><dd>${waitText(service.handling_m)}</dd>
    </div>
    <div>
      <dt>${t("kiosk.service.waiting")}</dt>
      <dd class=${waiting && wait.chance !== "sure" ? "k-facts__d" : ""}>
        ${waiting || whyNoWait(given, now)}
      </dd>
      ${wait && html`<dd class="k-facts__s">${peopleAhead(wait)}</dd>`}
    </div>
  </dl>`;
}

/** One need more on this number, with its own reason, papers and fee.
 *  @param {import("./service-parts.js").Parts} parts */
function Further(parts) {
  const { service, visit, onVisit } = parts;
  return html`<section class="k-further" aria-label=${said(service.name)}>
    <p class="k-further__n"><${Icon} name=${service.icon} />${said(service.name)}</p>
    <${FeeLine} fee=${service.fee} />
    <${Cases} service=${service} visit=${visit} onVisit=${onVisit} />
    <${Checks} ...${parts} />
  </section>`;
}

/** Why there is no number for all of `ids` now, and when to come; empty when there is one.
 *  @param {Catalogue} catalogue @param {Hall} hall @param {number[]} ids @param {Date} now */
function whyNoNumber(catalogue, hall, ids, now) {
  for (const id of ids) {
    const given = intakeOf(hall, [id]);
    const { state, next_at } = given;
    const one = catalogue.services[id];
    if (state !== "open" && one) {
      const key = next_at ? `kiosk.service.${state}_of` : "kiosk.service.not_offered_of";
      return t(key, { service: said(one.name), next: whenServed(given, now) });
    }
  }
  return "";
}

/** When the first call comes, or why that cannot be said.
 *  @param {Newcomer} wait @param {import("./shapes.js").Doubt[]} doubts @param {Date} now */
function aboutCall(wait, doubts, now) {
  if (wait.chance === "sure") {
    return t("kiosk.service.called_about", { span: span(...expected(wait, now)) });
  }
  return doubts[0] && `${t(`kiosk.doubt.${wait.chance}`)} ${whyDoubt(doubts[0])}`;
}

/** What may not be served today is asked about first; the citizen may take the number all the same.
 *  @param {{catalogue: Catalogue, hall: Hall, now: Date, visit: Visit, wait: Newcomer | null,
 *    onTake: () => void}} props */
function Take({ catalogue, hall, now, visit, wait, onTake }) {
  const armed = useArmed();
  const [asking, setAsking] = useState(false);
  const ids = wanted(visit);
  const refused = whyNoNumber(catalogue, hall, ids, now);
  const count = ids.length;
  const services = t(`kiosk.service.count_${count === 1 ? "one" : "many"}`, { count });
  const priority = visit.kinds.length > 0;
  const doubts = doubtsOf(hall, catalogue.services, ids, priority);
  const about = wait && aboutCall(wait, doubts, now);
  const few = ids.flatMap((id) => hall.services[id]?.few_left ?? []).sort((a, b) => a - b)[0];
  const left = few === undefined ? "" : t("kiosk.wait.few_left", { count: few });
  const note = refused || [services, left, about].filter(Boolean).join(" · ");
  const label = t(visit.pending ? "kiosk.service.taking" : "kiosk.service.take");
  const press = () => (doubts.length ? setAsking(true) : onTake());
  const yes = () => {
    setAsking(false);
    onTake();
  };
  // Not disabled for the moments in which it takes no touch: that would lose the focus.
  const calm = !armed || visit.pending;
  return html`<div class="k-cta">
    <button
      class=${`btn btn--primary btn--block${armed ? "" : " is-arming"}`} type="button"
      data-at=${TAKE_AT} aria-busy=${visit.pending} aria-disabled=${calm || undefined}
      disabled=${refused !== ""} onClick=${calm ? undefined : press}
    ><span>${label}<small>${note}</small></span><${Icon} name="arrow-right" /></button>
    ${asking &&
    html`<${DoubtDialog}
      doubts=${doubts} among=${count} onYes=${yes} onNo=${() => setAsking(false)} />`}
  </div>`;
}

/** The question of priority comes first: below the edge of the screen, those who read large text
 *  or sit in a wheelchair would take their number without having been asked.
 *  @param {{catalogue: Catalogue, hall: Hall, now: Date, visit: Visit, service: Service,
 *    line: import("./checklist.js").Line | null, onVisit: (visit: Visit) => void,
 *    onMore: () => void, onTake: () => void}} props */
export function ServiceSheet(props) {
  const { catalogue, hall, now, visit, service, line, onVisit, onMore, onTake } = props;
  const agency = catalogue.agencies.find((one) => one.id === service.agency_id);
  const priority = visit.kinds.length > 0;
  const reason = chosenCase(visit, service);
  const ids = wanted(visit);
  const wait = firstCall(hall, catalogue.services, ids, priority);
  const alone = hall.services[service.id]?.[priority ? "priority" : "regular"] ?? null;
  const given = intakeOf(hall, [service.id]);
  const parts = { catalogue, hall, visit, service, onVisit };
  const further = visit.extras.flatMap((id) => catalogue.services[id] ?? []);
  const name = said(service.name);
  return html`<${Hero}
      catalogue=${catalogue} now=${now} lead=${agency?.short_name} title=${name}
      long=${name.length > LONG_NAME}>
      <${Facts} service=${service} wait=${given.state === "open" ? alone : null} given=${given}
        now=${now} />
      <${FeeLine} fee=${service.fee} />
    <//>
    <button class="k-skip btn" type="button" onClick=${() => focusAt(TAKE_AT)}>
      ${t("kiosk.service.skip")}<${Icon} name="arrow-down" />
    </button>
    <${Sheet}>
      <${Priorities} visit=${visit} onVisit=${onVisit} />
      <${Cases} service=${service} visit=${visit} onVisit=${onVisit} />
      <${Checks} ...${parts} />
      <${Alsos} ...${parts} onMore=${onMore} />
      ${further.map(
        (one) => html`<${Further} key=${one.id} ...${parts} service=${one} />`
      )}
    <//>
    <div class="k-acts">
      <${Take} catalogue=${catalogue} hall=${hall} now=${now} visit=${visit} wait=${wait}
        onTake=${onTake} />
      ${line && needed(service, visit).length > 0 && html`<${PrintList}
        key=${reason} service=${service} chosenCase=${reason} line=${line} />`}
    </div>`;
}
