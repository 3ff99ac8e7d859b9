// The console as it is drawn: bar, stage, actions, side. State goes in, html comes out.

import { clock } from "../../shared/format.js";
import { Flower, html, Icon, Mark } from "../../shared/parts.js";
import { actionOf, mainAction, sideActions, undoLeft } from "./actions.js";
import { Dialogs } from "./dialogs.js";
import { ActionButton, Key, Toast } from "./parts.js";
import { Side } from "./side.js";
import { Stage } from "./stage.js";
import { named, say } from "./words.js";

/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {{model: Model, hands: Hands}} Props */

/** @param {Props} props */
export function Screen({ model, hands }) {
  return html`<${Top} model=${model} hands=${hands} />
    <${Lost} model=${model} />
    <div class="dk-grid">
      <main class="dk-main" id="main">
        <${Stage} model=${model} hands=${hands} />
        <${Undo} model=${model} hands=${hands} />
        <${Acts} model=${model} hands=${hands} />
      </main>
      <${Side} model=${model} hands=${hands} />
    </div>
    <p class="sr" aria-live="polite">${model.said}</p>
    <div class="dk-toasts" role="alert">
      ${!model.dialog && html`<${Toast} model=${model} />`}
    </div>
    <${Dialogs} model=${model} hands=${hands} />`;
}

/** @param {Props} props */
function Top({ model, hands }) {
  const { desk, officer } = model.state;
  const name = officer ? officer.name : model.boot.user.name;
  const stands = officer && officer.id !== model.boot.user.id;
  const pause = actionOf(model, "begin-break");
  const onBreak = model.state.phase === "break";
  return html`<header class="dk-top">
    <a class="dk-home" href="/" aria-label=${say("home")}><${Mark} /></a>
    <h1 class="dk-loket">${say("name", { desk: desk.number })}</h1>
    <span class="zone" data-zone=${desk.flower}><${Flower} code=${desk.flower} />${say("zone", { zone: desk.zone })}</span>
    ${model.boot.elsewhere && html`<a class="btn btn--quiet btn--s dk-leaders" href=${model.boot.elsewhere}
      title=${say("leaders")}>
      <${Icon} name="layout-grid" /><span>${say("leaders")}</span></a>`}
    <span class="dk-sp"></span>
    <${Connection} model=${model} />
    <span class="dk-user">${name}${stands && html`<small>${say("stands_in", { name: model.boot.user.name })}</small>`}</span>
    <${ActionButton} model=${model} hands=${hands} action=${pause}
      cls=${`btn btn--s ${onBreak ? "btn--tint" : "btn--plain"}`}>
      <${Icon} name="coffee" />${pause.label}<${Key} model=${model} of=${pause.key} />
    <//>
    <${Menu} model=${model} hands=${hands} />
    <b class="dk-time num">${clock(model.now)}</b>
  </header>`;
}

/** @param {{model: Model}} props */
function Connection({ model }) {
  const lost = model.status === "lost";
  const since = model.halted ? "lost.halted_since" : "lost.since";
  const words = lost ? say(since, { at: clock(model.lastSeenAt) }) : say("connected");
  return html`<span class=${`dk-conn ${lost ? "is-lost" : ""}`}>
    <i class=${`dot ${lost ? "dot--bad" : ""}`}></i>${words}</span>`;
}

/** @param {{model: Model}} props */
function Lost({ model }) {
  if (model.status !== "lost") return html`<div role="status"></div>`;
  const [icon, why] = model.halted ? ["triangle-alert", "halted"] : ["wifi-off", "text"];
  const title = say(model.halted ? "lost.halted_title" : "lost.title");
  return html`<div role="status" class="banner banner--bad dk-lost">
    <${Icon} name=${icon} /><p><b>${title}</b> ${say(`lost.${why}`, { at: clock(model.lastSeenAt) })}</p>
  </div>`;
}

/** @param {Props} props */
function Menu({ model, hands }) {
  const off = actionOf(model, "sign-off");
  /** @param {"shortcuts" | "sound"} name */
  const choice = (name) => html`<label class="dk-set">
    <input type="checkbox" checked=${model[name]}
      onChange=${(/** @type {Event & {currentTarget: HTMLInputElement}} */ event) => hands.set(name, event.currentTarget.checked)} />
    ${say(`set.${name}`)}</label>`;
  return html`<details class="dk-menu" key=${model.state.phase}>
    <summary class="btn btn--plain btn--s" aria-label=${say("menu")}><${Icon} name="settings" /></summary>
    <div class="dk-menu__in">
      ${choice("shortcuts")}${choice("sound")}
      <${ActionButton} model=${model} hands=${hands} action=${off} cls="btn btn--plain btn--s">
        <${Icon} name="door-open" />${off.label}<//>
      <a class="btn btn--plain btn--s" href="/account"><${Icon} name="user-round" />${say("account")}</a>
      <form method="post" action="/sign-out">
        <button class="btn btn--plain btn--s"><${Icon} name="log-out" />${say("sign_out")}</button>
      </form>
    </div>
  </details>`;
}

/** What was pressed last, with the way back for as long as there is one. @param {Props} props */
function Undo({ model, hands }) {
  const { undo } = model.state;
  const left = undoLeft(model);
  if (!undo || !left || model.dialog) return null;
  const action = actionOf(model, "undo");
  const facts = { number: undo.number, service: undo.service ? named(undo.service) : "" };
  return html`<div class="dk-undo" role="status"
    data-steady=${model.undoSteady && !model.busy ? "" : undefined}>
    <span>${say(`undone.${undo.act}`, facts)}</span>
    <${ActionButton} model=${model} hands=${hands} action=${action} cls="btn btn--plain btn--s">
      <${Icon} name=${action.icon} />${action.label}<small class="num" aria-hidden="true">${left}</small>
      <${Key} model=${model} of=${action.key} /><//>
  </div>`;
}

const MAIN_LOOK = /** @type {Record<string, string>} */ ({
  start: "dk-go--serve",
  "end-break": "dk-go--serve",
  "sign-on": "dk-go--serve",
});

/** @param {Props} props */
function Acts({ model, hands }) {
  const main = mainAction(model);
  const look = main.off ? "dk-go--off" : MAIN_LOOK[main.name] || "";
  const busy = model.busy ? "is-busy" : "";
  return html`<footer class="dk-act">
    <button type="button" id="go" class=${`dk-go ${look} ${busy} ${model.fresh ? "is-fresh" : ""}`}
      aria-disabled=${main.off ? "true" : undefined} aria-busy=${model.busy ? "true" : undefined}
      title=${main.off || undefined} data-act=${main.name} data-steady=${model.steady && !model.busy && !model.hushed ? "" : undefined}
      onClick=${hands.main}>
      <span>${main.label}<small class="num">${main.hint}</small></span>
      <kbd class="kbd" aria-hidden="true">Enter</kbd>
    </button>
    <div class="dk-sec">
      ${sideActions(model).map((action) => html`<${ActionButton} key=${action.name}
        model=${model} hands=${hands} action=${action}>
        <${Icon} name=${action.icon} /><span>${action.label}</span>
        <${Key} model=${model} of=${action.key} /><//>`)}
    </div>
  </footer>`;
}
