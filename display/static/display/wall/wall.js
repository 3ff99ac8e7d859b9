// One screen of the hall, from state to html: closed, or calling.

import { clock, day } from "../../shared/format.js";
import { Flower, html, Icon, Mark } from "../../shared/parts.js";
import { language, t } from "../../shared/words.js";
import { Awaited, awaitedIn, CROWD } from "./awaited.js";
import { Card, urgent } from "./card.js";
import { Closed } from "./closed.js";
import { Desks } from "./desks.js";
import { Coming, Recent } from "./lists.js";
import { onThePanel, Panel } from "./panel.js";
import { ZoneCards } from "./zones.js";

/** @typedef {import("./types.js").Model} Model */
/** @typedef {import("./types.js").ZoneState} ZoneState */

/** @param {ZoneState[]} states
 *  @returns {boolean} whether nothing is going on and nobody may take a number */
function isClosed(states) {
  return (
    states.length > 0 &&
    states.every((state) => state.phase === "closed" && state.desks.every((desk) => !desk.ticket))
  );
}

/** @param {Model} model */
export function Wall(model) {
  const { states, current, lostSince } = model;
  const called = current && current.number;
  const closed = isClosed(states) && !called;
  const mood = lostSince !== null ? "w--lost" : called ? "w--calling" : "w--settled";
  return html`<div class=${`w-page ${mood}`}>
    <${Top} ...${model} />
    <${Lost} since=${lostSince} />
    ${closed ? html`<${Closed} ...${model} />` : html`<${Calling} ...${model} />`}
    <${Running} texts=${model.boot.running} />
  </div>`;
}

/** @param {Model} model */
function Calling(model) {
  const { boot, states } = model;
  const call = onThePanel(model);
  const hall = boot.zone_id === null;
  const state = states[0];
  const awaited = awaitedIn(states);
  const crowded = awaited.length >= CROWD;
  // Whoever is called comes before advice, but not before what everybody must know now.
  const tall = crowded && urgent(model) === null;
  const side = crowded
    ? html`<${Awaited} awaited=${awaited} zones=${boot.zones} zoneId=${boot.zone_id}
        call=${call} tall=${tall} now=${model.now} />`
    : hall
      ? html`<${ZoneCards} states=${states} call=${call} />`
      : state && html`<${Desks} desks=${state.desks} call=${call} now=${model.now} />`;
  return html`<main class="w-main">
    <${Panel} ...${model} call=${call} />
    ${side || html`<section class="w-desks"></section>`}
    <section class="w-lists">
      <${Recent} states=${states} call=${call} />
      <${Coming} states=${states} />
    </section>
    ${!tall && html`<${Card} ...${model} />`}
  </main>`;
}

/** @param {Model} model */
function Top({ boot, now }) {
  const zone = boot.zones.find((one) => one.id === boot.zone_id);
  const name = zone
    ? html`<h1 class="w-zone" data-zone=${zone.flower}>
        <${Flower} code=${zone.flower} />${t("display.wall.zone", { name: zone.bare_name })}
      </h1>`
    : html`<h1 class="w-zone">${boot.name || t("display.wall.hall")}</h1>`;
  return html`<header class="w-top on-dark">
    <div class="brandline">
      <${Mark} /><span>${boot.mall.name}<small>${boot.mall.region}</small></span>
    </div>
    ${name}
    <div class="w-clock"><span>${day(now)}</span><b class="num">${clock(now)}</b></div>
  </header>`;
}

/** Always on the page, so that its icon is here already when the server is not.
 *  @param {{since: number | null}} props */
function Lost({ since }) {
  const said = since
    ? t("display.wall.lost", { time: clock(since) })
    : t("display.wall.lost_first");
  const words = html`<span><b>${said}</b> ${t("display.wall.lost_do")}</span>`;
  return html`<div class="w-lost" role="alert" hidden=${since === null}>
    <${Icon} name="wifi-off" />${since !== null && words}
  </div>`;
}

/** @param {{texts: import("./types.js").Both[]}} props */
function Running({ texts }) {
  const said = texts.map((text) => (language() === "en" ? text.en : text.id));
  const line = said.join("\u2003•\u2003");
  // As fast as a person reads, however much there is to read.
  const seconds = Math.max(30, Math.round(line.length / 5));
  return html`<footer class="w-run">
    <p style=${`animation-duration:${seconds}s`}>${line}</p>
  </footer>`;
}
