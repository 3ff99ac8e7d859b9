// The visit of the citizen at the desk: its steps, the papers to see, and how it ends.

import { announced } from "./announcing.js";
import { clock, rupiah } from "../../shared/format.js";
import { html, Icon, useEffect, useRef } from "../../shared/parts.js";
import { actionOf } from "./actions.js";
import { isPrivate } from "./draft.js";
import { named, say } from "./words.js";
import { ActionButton, Key } from "./parts.js";

/** @typedef {import("./types.js").Current} Current */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").Paper} Paper */
/** @typedef {import("./types.js").VisitStep} VisitStep */
/** @typedef {{model: Model, hands: Hands, current: Current}} Props */

const MOST_DESKS = 4;

/** @param {Props} props */
export function Visit({ model, hands, current }) {
  return html`<${Steps} model=${model} hands=${hands} current=${current} />
    <div class="dk-cols">
      <${Papers} model=${model} hands=${hands} current=${current} />
      ${current.state === "called"
        ? html`<${Calling} model=${model} hands=${hands} current=${current} />`
        : html`<${Result} key=${current.step_id} model=${model} hands=${hands} current=${current} />`}
    </div>`;
}

/** @param {VisitStep} step @param {Current} current */
function whereabouts(step, current) {
  if (step.step_id === current.step_id) return say(`step.${current.state}`, { desk: step.desk });
  const facts = { desk: step.desk, at: step.ended_at && clock(step.ended_at) };
  if (step.ended_at) return say(`step.${step.state}`, facts);
  if (!step.desks.length) return say("step.no_desk", { waiting: step.waiting });
  const desks = step.desks.length > MOST_DESKS ? [...step.desks.slice(0, MOST_DESKS), "…"] : step.desks;
  return say(step.waiting ? "step.waiting" : "step.free", { desks: desks.join(", "), waiting: step.waiting });
}

/** @param {Props} props */
function Steps({ model, hands, current }) {
  const add = actionOf(model, "add-service");
  return html`<ol class="dk-steps" aria-label=${say("steps")}>
    ${current.steps.map((step, place) => {
      const now = step.step_id === current.step_id;
      const done = step.state === "done";
      const closed = !now && Boolean(step.ended_at) && !done;
      const look = now ? "is-now" : done ? "is-done" : closed ? "is-closed" : "";
      return html`<li key=${step.step_id} class=${look} aria-current=${now ? "step" : undefined}
        title=${feeText(step.fee)}>
        <i>${done ? html`<${Icon} name="check" stroke=${3} />` : place + 1}</i>
        <div><b>${named(step.service)}</b><small class="num">${whereabouts(step, current)}</small></div></li>`;
    })}
    <li class="dk-addstep"><${ActionButton} model=${model} hands=${hands} action=${add} cls="btn btn--quiet btn--s">
      <${Icon} name="plus" />${add.label}<${Key} model=${model} of=${add.key} /><//></li>
  </ol>`;
}

/** @param {Props} props */
function Papers({ model, hands, current }) {
  const seen = current.requirements.filter((paper) => model.checked.includes(paper.id)).length;
  const all = current.requirements.length;
  const none = !all && !current.lacks_reason;
  return html`<section aria-labelledby="papers">
    <h2 id="papers">${say("papers.title")} <small class="num">${all > 0 && say("papers.seen", { seen, all })}</small></h2>
    <${WhyNeeded} model=${model} hands=${hands} current=${current} />
    ${all > 0 && html`<ul class="dk-req">${current.requirements.map((paper, place) => html`<${PaperRow}
        key=${paper.id} model=${model} hands=${hands} paper=${paper} place=${place} />`)}</ul>`}
    ${none && html`<p class="dk-none">${say("papers.none")}</p>`}
    <${Fee} fee=${current.fee} />
  </section>`;
}

/** The reason, which decides on the papers; nothing for a service that knows no reasons.
 *  @param {Props} props */
function WhyNeeded({ model, hands, current }) {
  const set = actionOf(model, "set-case");
  if (!current.cases.length) return null;
  const open = say(current.requirements.length ? "papers.more_by_reason" : "papers.by_reason");
  return html`<div class=${`dk-reason ${current.lacks_reason ? "is-open" : ""}`}>
    ${current.lacks_reason && html`<${Icon} name="triangle-alert" />`}
    <p>${current.case ? say("papers.reason", { case: named(current.case) }) : current.lacks_reason ? open : say("papers.reason_open")}</p>
    <${ActionButton} model=${model} hands=${hands} action=${set} cls="btn btn--plain btn--s">
      ${say(current.case ? "papers.correct" : "papers.choose")}<${Key} model=${model} of=${set.key} /><//>
  </div>`;
}

/** "Biaya resmi: gratis. Iuran pertama dibayar." @param {import("./types.js").Fee} fee */
function feeText(fee) {
  const sum = say(`fee.${fee.kind}`, { amount: rupiah(fee.idr) });
  const note = named(fee.note).replace(/\.$/, "");
  return say("fee.is", { fee: [sum, note].filter(Boolean).join(". ") });
}

/** @param {{fee: Current["fee"]}} props */
function Fee({ fee }) {
  const warning = say(fee.kind === "free" ? "fee.take_nothing" : "fee.take_no_more");
  return html`<p class="dk-fee"><${Icon} name="banknote" /><span><b>${feeText(fee)}</b> ${warning}</span></p>`;
}

/** @param {{model: Model, hands: Hands, paper: Paper, place: number}} props */
function PaperRow({ model, hands, paper, place }) {
  const on = model.checked.includes(paper.id);
  return html`<li><label class=${on ? "is-on" : ""}>
    <input type="checkbox" class="sr" checked=${on} disabled=${model.status === "lost"}
      onChange=${() => hands.tick(paper.id)} />
    <span class="tick"><${Icon} name="check" /></span>
    <span>${named(paper.text)}${paper.made_at_desk !== null && html`<small>${say("papers.made", { desk: paper.made_at_desk })}</small>`}</span>
    ${place < 9 && html`<${Key} model=${model} of=${String(place + 1)} />`}
  </label></li>`;
}

/** What to do until the citizen comes. @param {Props} props */
function Calling({ model, hands, current }) {
  const cancel = actionOf(model, "cancel");
  const { stage } = announced(current, model.now);
  const told = current.announcement;
  return html`<section class="dk-calling">
    <h2>${say("calling.title")}</h2>
    <p role="status" class=${stage === "mouth" ? "banner" : ""}>
      ${stage === "mouth" && html`<${Icon} name="megaphone" />`}
      <span>${say(`calling.${stage}`, { number: current.number })}</span></p>
    ${told && told.zone && html`<p>${say("calling.elsewhere", { zone: told.zone })}</p>`}
    <p>${say("calling.text")}</p>
    <${Brought} note=${current.note} />
    <${ActionButton} model=${model} hands=${hands} action=${cancel} cls="btn btn--plain btn--s">
      <${Icon} name="ban" />${cancel.label}<//>
  </section>`;
}

/** What a desk before this one, or a hold, left to know. @param {{note: string}} props */
function Brought({ note }) {
  return note && html`<div class="dk-note"><b>${say("note_brought")}</b><p>${note}</p></div>`;
}

/** @param {Props} props */
function Result({ model, hands, current }) {
  const { draft } = model;
  const plain = isPrivate(current);
  const { keys } = model.boot;
  const returned = draft.outcome === "returned" && !plain;
  return html`<section class="dk-result" aria-labelledby="result">
    <${Brought} note=${current.note} />
    <h2 id="result">${say("result.title")}</h2>
    <div class=${`dk-res ${plain ? "dk-res--2" : ""}`} role="radiogroup" aria-labelledby="result">
      ${current.outcomes.map((outcome) => html`<label key=${outcome} class=${draft.outcome === outcome ? "is-on" : ""}>
        <input type="radio" class="sr" name="outcome" value=${outcome} checked=${draft.outcome === outcome}
          aria-keyshortcuts=${(model.shortcuts && keys.outcomes[outcome]) || undefined}
          onChange=${() => hands.write({ outcome })} />
        <span class="radio"></span><span>${say(`outcome.${plain ? "private_" : ""}${outcome}`)}</span>
        <${Key} model=${model} of=${keys.outcomes[outcome] || ""} /></label>`)}
    </div>
    ${returned && html`<${Missing} model=${model} hands=${hands} current=${current} />`}
    ${plain
      ? html`<p class="hint dk-private">${say("result.private")}</p>`
      : html`<${Note} model=${model} hands=${hands} returned=${returned} />`}
  </section>`;
}

/** @param {{model: Model, hands: Hands, returned: boolean}} props */
function Note({ model, hands, returned }) {
  const { note } = model.boot.keys;
  return html`<div class="dk-write">
    <label class="label dk-l" for="note">${say(returned ? "result.note_returned" : "result.note")}
      <${Key} model=${model} of=${note} /></label>
    <textarea class="input" id="note" rows="3" maxlength="500" value=${model.draft.note}
      aria-keyshortcuts=${model.shortcuts ? note : undefined}
      onInput=${(/** @type {Event & {currentTarget: HTMLTextAreaElement}} */ event) => hands.write({ note: event.currentTarget.value })}></textarea></div>`;
}

/** The papers that are not here; those not ticked come first to hand. @param {Props} props */
function Missing({ model, hands, current }) {
  const { missing } = model.draft;
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  // On a small screen the list opens below the edge, and nobody would look for it there.
  useEffect(() => list.current?.scrollIntoView({ block: "nearest" }), []);
  const open = current.requirements.filter((paper) => !model.checked.includes(paper.id));
  if (!open.length) return null;
  /** @param {number} id */
  const turned = (id) => (missing.includes(id) ? missing.filter((one) => one !== id) : [...missing, id]);
  return html`<fieldset class="dk-miss" ref=${list}><legend class="label">${say("result.missing")}</legend>
    <div class="dk-miss__list">${open.map((paper) => html`<label key=${paper.id} class=${missing.includes(paper.id) ? "is-on" : ""}>
      <input type="checkbox" class="sr" checked=${missing.includes(paper.id)}
        onChange=${() => hands.write({ missing: turned(paper.id) })} />
      <span class="tick"><${Icon} name="x" /></span><span>${named(paper.text)}</span></label>`)}</div>
  </fieldset>`;
}
