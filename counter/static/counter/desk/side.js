// Beside the stage: the queue with the reason for each place, who is set aside, the own day.

import { clock } from "../../shared/format.js";
import { html, Icon, Plate } from "../../shared/parts.js";
import { actionOf, asideActions } from "./actions.js";
import { ActionButton, Key } from "./parts.js";
import { briefSince, decimal, listed, named, say, secondsSince, wished } from "./words.js";

/** @typedef {import("./types.js").Action} Action */
/** @typedef {import("./types.js").AsideRow} AsideRow */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").QueueRow} QueueRow */
/** @typedef {{model: Model, hands: Hands}} Props */

// In the last third of the promised wait the officer should know.
const NEAR = 1 / 3;

const WHY = /** @type {Record<string, {icon: string, look: string}>} */ ({
  priority: { icon: "heart-handshake", look: "brand" },
  booked: { icon: "calendar-check", look: "ok" },
  returned: { icon: "undo-2", look: "brand" },
  transferred: { icon: "corner-up-right", look: "brand" },
});

/** @param {Props} props */
export function Side({ model, hands }) {
  return html`<aside class="dk-side" aria-label=${say("queue.title")}>
    <${Queue} model=${model} hands=${hands} />
    <${Aside} model=${model} hands=${hands} />
    <${Today} model=${model} />
  </aside>`;
}

/** @param {Props} props */
function Queue({ model, hands }) {
  const { queue, waiting } = model.state;
  const call = actionOf(model, "call-number");
  const more = waiting - queue.length;
  return html`<section class="dk-q">
    <h2>${say("queue.title")} <small class="num">${say("queue.waiting", { waiting })}</small></h2>
    ${queue.length
      ? html`<ol tabindex="0" aria-label=${say("queue.title")}>
          ${queue.map((row, place) => html`<${Row} key=${row.step_id} model=${model} row=${row} first=${place === 0} />`)}
          ${more > 0 && html`<li class="dk-more num">${say("queue.more", { more })}</li>`}</ol>`
      : html`<p class="dk-none">${say("queue.empty")}</p>`}
    <div class="dk-rule"><${Icon} name="info" /><p>${say("queue.rule")} ${" "}
      <${ActionButton} model=${model} hands=${hands} action=${call} cls="dk-link">${call.label}<//>
      ${" "}<${Key} model=${model} of=${call.key} /></p></div>
  </section>`;
}

/** @param {QueueRow} row */
function place(row) {
  if (row.standing === "transferred" && row.only_here) return say("why.only_here");
  return say(`why.${row.standing}`);
}

/** @param {{model: Model, row: QueueRow, first: boolean}} props */
function Row({ model, row, first }) {
  const why = WHY[row.standing];
  const limit = new Date(Date.parse(row.free_since) + row.promise_s * 1000).toISOString();
  const past = secondsSince(limit, model.now);
  const near = past > -NEAR * row.promise_s && html`<span class=${`why why--${past > 0 ? "bad" : "warn"} num`}><${Icon} name=${past > 0 ? "triangle-alert" : "hourglass"} />${say(past > 0 ? "why.past" : "why.limit", { at: clock(limit) })}</span>`;
  const counted = say("queue.counted", { since: clock(row.since), due: clock(row.due_at) });
  const title = `${wished(row)}. ${counted}`;
  return html`<li class=${first ? "is-next" : ""} title=${title} data-number=${row.number}>
    <${Plate} number=${row.number} size="s" cls="plate--bare" />
    <div class="row__main"><b class="dk-cut">${wished(row)}</b><small>
      ${why
        ? html`<span class=${`why why--${why.look}`}><${Icon} name=${why.icon} />${place(row)}</span>`
        : !near && html`<span>${place(row)}</span>`}
      ${near}
      ${row.then.length > 0 && html`<span class="dk-also">${say("why.then", { services: listed(row.then.map(named)) })}</span>`}
      ${row.also.length > 0 && html`<span class="dk-also">${say("why.also", { agencies: listed(row.also) })}</span>`}
    </small></div>
    <span class="dk-w num">${briefSince(row.free_since, model.now)}</span>
  </li>`;
}

/** @param {Props} props */
function Aside({ model, hands }) {
  const { aside } = model.state;
  if (!aside.length) return null;
  return html`<section class="dk-aside"><h2>${say("aside.title")} <small class="num">${aside.length}</small></h2>
    <ul>${aside.map((row) => html`<${AsideLine} key=${row.step_id} model=${model} hands=${hands} row=${row} />`)}</ul>
  </section>`;
}

/** @param {Props & {row: AsideRow}} props */
function AsideLine({ model, hands, row }) {
  const missed = row.state === "missed";
  const facts = { since: row.since ? clock(row.since) : "", until: row.back_until_at ? clock(row.back_until_at) : "" };
  const held = row.note ? say("aside.held_why", { note: row.note }) : say("aside.held");
  const where = row.desk === null ? "" : ` · ${say("name", { desk: row.desk })}`;
  return html`<li data-number=${row.number} title=${named(row.service)}><${Plate} number=${row.number} size="s" cls="plate--bare" />
    <div class="row__main"><b class="dk-cut">${named(row.service)}</b>
      <small class=${missed ? "why why--warn num" : "num"}>${missed ? say("aside.missed", facts) : held}${where}</small></div>
    ${asideActions(model, row).map((action) =>
      action.name === "cancel"
        ? html`<${GiveUp} key="cancel" hands=${hands} action=${action} number=${row.number} />`
        : html`<${ActionButton} key=${action.name} model=${model} hands=${hands} action=${action} cls="btn btn--plain btn--s" />`
    )}
  </li>`;
}

/** @param {{hands: Hands, action: Action, number: string}} props */
function GiveUp({ hands, action, number }) {
  const label = say("ask.cancel", { number });
  return html`<button type="button" class="btn btn--quiet btn--s dk-x" aria-label=${label} title=${action.off || label}
    aria-disabled=${action.off ? "true" : undefined} onClick=${() => hands.press(action)}><${Icon} name="x" /></button>`;
}

/** @param {{model: Model}} props */
function Today({ model }) {
  const { today, longest_since } = model.state;
  const mean = today.mean_s === null ? "–" : decimal(today.mean_s / 60);
  const longest = longest_since ? briefSince(longest_since, model.now) : "–";
  return html`<section class="dk-stat"><h2>${say("today.title")}</h2><dl>
    <div><dt>${say("today.served")}</dt><dd class="num">${today.served}</dd></div>
    <div><dt>${say("today.mean")}</dt><dd class="num">${mean}<small> ${say("minutes")}</small></dd></div>
    <div><dt>${say("today.within")}</dt><dd class="num">${today.within}<small> ${say("today.of", { all: today.served })}</small></dd></div>
    <div><dt>${say("today.longest")}</dt><dd class="num">${longest}</dd></div>
  </dl></section>`;
}
