// What an act has to ask first: where to, which number, until when, and why.

import { clock } from "../../shared/format.js";
import { html, Icon, useEffect, useLayoutEffect, useRef, useState } from "../../shared/parts.js";
import { Buttons, CaseField, Reason, submitted } from "./asking.js";
import { handedOn, isPrivate } from "./draft.js";
import { Toast } from "./parts.js";
import { Picker } from "./picker.js";
import { listed, named, say, waitText, wordOf } from "./words.js";

/** @typedef {import("./types.js").Choices} Choices */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").OpenDialog} OpenDialog */
/** @typedef {import("./asking.js").Written} Written */
/** @typedef {{model: Model, hands: Hands, dialog: OpenDialog, choices: Choices}} Asking */

const BREAKS_M = [10, 15, 30, 60];
/** The form for each question that an act may ask. @type {Record<string, (props: Asking) => unknown>} */
export const FORMS = { where: Where, number: Which, service: Service, case: Case, until: Until, why: Why };
/** @type {Choices} */
const NONE = { services: [], desks: [], numbers: [] };

/** @param {{model: Model, hands: Hands}} props */
export function Dialogs({ model, hands }) {
  const { dialog } = model;
  if (!dialog) return null;
  const Form = FORMS[dialog.asks];
  return html`<${Frame} key=${dialog.act} model=${model} hands=${hands}
    title=${say(`ask.${wordOf(dialog.act)}`, { number: dialog.number })}>
    <${Form} model=${model} hands=${hands} dialog=${dialog} choices=${model.choices || NONE} />
  <//>`;
}

/** @param {{model: Model, hands: Hands, title: string, children?: unknown}} props */
function Frame({ model, hands, title, children }) {
  const frame = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // Before the next key: an officer types on while the dialog opens.
  useLayoutEffect(() => {
    const open = frame.current;
    if (!open) return undefined;
    const before = document.activeElement;
    open.showModal();
    const first = open.querySelector("[data-first]");
    if (first instanceof HTMLElement) first.focus();
    return () => {
      open.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return html`<dialog class="dk-ask" ref=${frame} aria-labelledby="ask-title" onCancel=${(/** @type {Event} */ event) => {
    event.preventDefault();
    hands.closeDialog();
  }}>
    <header><h2 id="ask-title">${title}</h2>
      <button type="button" class="btn btn--quiet btn--s" aria-label=${say("ask.close")} onClick=${hands.closeDialog}>
        <${Icon} name="x" /></button></header>
    <div role="alert"><${Toast} model=${model} /></div>
    ${children}
  </dialog>`;
}

/** What a list says that shows nothing: whether it is still to come, empty, or nothing fits.
 *  @param {Model} model @param {Array<unknown>} items @param {string} empty */
function noneOf(model, items, empty) {
  if (!model.choices) return say("ask.loading");
  return say(items.length ? "ask.none" : empty);
}

/** Whether the act of the dialog must be given this fact.
 *  @param {Model} model @param {OpenDialog} dialog @param {string} fact */
function needs(model, dialog, fact) {
  const act = model.boot.acts.find((one) => one.name === dialog.act);
  return Boolean(act && act.carries[fact]);
}

/** @param {Asking} props */
function Where({ model, hands, dialog, choices }) {
  useEffect(hands.choose, []);
  const [chosen, choose] = useState("");
  const [kind, chooseCase] = useState("");
  const [reason, write] = useState(handedOn(model.state, model.draft));
  const { current, desk } = model.state;
  if (!current) return null;
  const taken = current.steps.filter((step) => !step.ended_at).map((step) => step.service_id);
  const services = choices.services
    .filter((service) => !taken.includes(service.id))
    .map((service) => ({
      id: `service-${service.id}`,
      label: named(service.name),
      detail: service.desks.length
        ? say("ask.service", { agency: service.agency, desks: listed(service.desks) })
        : say("ask.service_closed", { agency: service.agency }),
    }));
  const desks = choices.desks
    .filter((one) => one.id !== desk.id && one.services.some((own) => own.id === current.service_id))
    .map((one) => ({
      id: `desk-${one.id}`,
      label: say("name", { desk: one.number }),
      detail: say(one.on_break ? "ask.desk_break" : "ask.desk", { officer: one.officer, zone: one.zone }),
    }));
  const items = [...desks, ...services];
  const target = items.find((item) => item.id === chosen);
  const other = choices.services.find((service) => `service-${service.id}` === chosen);
  // What the desk there writes down of this service is nothing, and a note would be thrown away.
  const silent = other ? other.private : isPrivate(current);
  const act = () => {
    const [sort, id] = chosen.split("-");
    const case_id = kind ? Number(kind) : null;
    const where = sort === "desk" ? { to_desk_id: Number(id) } : { service_id: Number(id), case_id };
    if (target) void hands.send(dialog.act, { reason: silent ? "" : reason, ...where });
  };
  return html`<form onSubmit=${submitted(act)}>
    <${Picker} id="where" label=${say("ask.where")} none=${noneOf(model, items, "ask.nowhere")} items=${items} chosen=${chosen}
      onChoose=${(/** @type {string} */ id) => {
        choose(id);
        chooseCase("");
      }} />
    <${CaseField} cases=${other ? other.cases : []} chosen=${kind} onChoose=${chooseCase} />
    ${silent
      ? html`<p class="hint" role="status">${say("ask.no_note")}</p>`
      : html`<${Reason} value=${reason} label=${say("ask.transfer_note")} onWrite=${write} />`}
    <${Buttons} off=${!target} busy=${Boolean(model.busy)} hands=${hands}
      label=${target ? say("ask.transfer_to", { target: target.label }) : say(`act.${wordOf(dialog.act)}`)} />
  </form>`;
}

/** @param {Asking} props */
function Which({ model, hands, dialog, choices }) {
  useEffect(hands.choose, []);
  const [chosen, choose] = useState("");
  const [reason, write] = useState("");
  const items = choices.numbers.map((one) => ({
    id: String(one.ticket_id),
    label: one.number,
    detail: say(one.state === "missed" ? "ask.number_missed" : "ask.number_waiting", {
      service: named(one.service),
      wait: waitText(Math.floor(one.waited_s / 60)),
    }),
  }));
  const target = items.find((item) => item.id === chosen);
  const off = !target || (needs(model, dialog, "reason") && !reason.trim());
  const act = () => {
    if (!off) void hands.send(dialog.act, { ticket_id: Number(chosen), reason });
  };
  return html`<form onSubmit=${submitted(act)}>
    <${Picker} id="who" label=${say("ask.who")} none=${noneOf(model, items, "ask.nobody")} items=${items} chosen=${chosen} onChoose=${choose} />
    <${Reason} value=${reason} label=${say(`ask.${wordOf(dialog.act)}_reason`)} onWrite=${write} />
    <${Buttons} off=${off} busy=${Boolean(model.busy)} hands=${hands}
      label=${target ? say("ask.call", { number: target.label }) : say(`act.${wordOf(dialog.act)}`)} />
  </form>`;
}

/** @param {Asking} props */
function Service({ model, hands, dialog, choices }) {
  useEffect(hands.choose, []);
  const [chosen, choose] = useState("");
  const [kind, chooseCase] = useState("");
  const { current } = model.state;
  if (!current) return null;
  const taken = current.steps.filter((step) => !step.ended_at).map((step) => step.service_id);
  const open = choices.services.filter((service) => !taken.includes(service.id));
  const items = open.map((service) => ({
    id: String(service.id),
    label: named(service.name),
    detail: service.agency,
  }));
  const target = open.find((service) => String(service.id) === chosen);
  const act = () => {
    const case_id = kind ? Number(kind) : null;
    if (target) void hands.send(dialog.act, { service_id: target.id, case_id });
  };
  return html`<form onSubmit=${submitted(act)}>
    <${Picker} id="what" label=${say("ask.what")} none=${noneOf(model, items, "ask.nothing_more")} items=${items} chosen=${chosen}
      onChoose=${(/** @type {string} */ id) => {
        choose(id);
        chooseCase("");
      }} />
    <${CaseField} cases=${target ? target.cases : []} chosen=${kind} onChoose=${chooseCase} />
    <${Buttons} off=${!target} busy=${Boolean(model.busy)} hands=${hands}
      label=${target ? say("ask.add_this", { service: named(target.name) }) : say(`act.${wordOf(dialog.act)}`)} />
  </form>`;
}

/** Why the service at the desk is needed. @param {Asking} props */
function Case({ model, hands, dialog }) {
  const { current } = model.state;
  const before = current && current.case_id !== null ? String(current.case_id) : "";
  const [chosen, choose] = useState(before);
  if (!current) return null;
  const items = current.cases.map((one) => ({ id: String(one.id), label: named(one.name), detail: "" }));
  const target = items.find((item) => item.id === chosen);
  const off = !target || chosen === before;
  const act = () => {
    if (!off) void hands.send(dialog.act, { case_id: Number(chosen) });
  };
  return html`<form onSubmit=${submitted(act)}>
    <${Picker} id="why" label=${say("ask.why", { service: named(current.service) })} none=${say("ask.none")} items=${items}
      chosen=${chosen} onChoose=${choose} />
    <${Buttons} off=${off} busy=${Boolean(model.busy)} hands=${hands}
      label=${target ? say("ask.case_is", { case: target.label }) : say(`act.${wordOf(dialog.act)}`)} />
  </form>`;
}

/** Any act that asks nothing but why. @param {Asking} props */
function Why({ model, hands, dialog }) {
  const [reason, write] = useState("");
  const off = needs(model, dialog, "reason") && !reason.trim();
  const word = wordOf(dialog.act);
  const act = () => {
    if (!off) void hands.send(dialog.act, { reason });
  };
  return html`<form onSubmit=${submitted(act)}>
    <p>${say(`ask.${word}_text`, { number: dialog.number })}</p>
    <${Reason} first=${true} value=${reason} label=${say(`ask.${word}_reason`)} onWrite=${write} />
    <${Buttons} off=${off} busy=${Boolean(model.busy)} hands=${hands}
      label=${say(`ask.${word}`, { number: dialog.number })} />
  </form>`;
}

/** @param {Asking} props */
function Until({ model, hands, dialog }) {
  const [until, write] = useState("");
  const past = until !== "" && until <= clock(model.now).replace(".", ":");
  const act = () => {
    if (until && !past) void hands.send(dialog.act, { until });
  };
  return html`<form onSubmit=${submitted(act)}>
    <div class="dk-breaks">${BREAKS_M.map((minutes, place) => html`<button key=${minutes} type="button"
      data-first=${place === 0 ? "" : undefined}
      class="btn btn--plain num" disabled=${Boolean(model.busy)}
      onClick=${() => hands.send(dialog.act, { minutes })}>${say("ask.minutes", { minutes })}</button>`)}</div>
    <div class="field"><label for="until">${say("ask.until")}</label>
      <input class="input num" id="until" type="time" value=${until}
        onInput=${(/** @type {Written} */ event) => write(event.currentTarget.value)} />
      <p class="hint" role="status">${past && say("ask.until_past")}</p></div>
    <${Buttons} off=${!until || past} busy=${Boolean(model.busy)} hands=${hands} label=${say("ask.break_from")} />
  </form>`;
}
