// The middle of the console: who is next, or the visit of the citizen who is here.

import { clock, duration } from "../../shared/format.js";
import { html, Icon, Plate } from "../../shared/parts.js";
import { announced } from "./announcing.js";
import { listed, say, secondsSince, waitSince, waitText, wished } from "./words.js";
import { Visit } from "./visit.js";

/** @typedef {import("./types.js").Current} Current */
/** @typedef {import("./types.js").Hands} Hands */
/** @typedef {import("./types.js").Model} Model */
/** @typedef {{model: Model, hands: Hands}} Props */

/** @param {Props} props */
export function Stage({ model, hands }) {
  const { current, phase } = model.state;
  if (phase === "closed") return html`<${Closed} model=${model} />`;
  if (phase === "break") return html`<${Break} model=${model} />`;
  if (phase === "empty") return html`<${Empty} model=${model} />`;
  if (phase === "ready" || !current) return html`<${Ready} model=${model} />`;
  return html`<section class="dk-cit" aria-label=${say("citizen")}>
      <div class="dk-id">
        <${Plate} number=${current.number} flower=${model.state.desk.flower} size="xl"
          cls=${phase === "called" ? "plate--call" : ""} />
        <div class="dk-who"><h2>${wished(current)}</h2><${Facts} current=${current} /></div>
      </div>
      <${Timer} model=${model} current=${current} />
    </section>
    <${Visit} model=${model} hands=${hands} current=${current} />`;
}

/** @param {{current: Current}} props */
function Facts({ current }) {
  const at = clock(current.taken_at);
  const from = current.taken_from;
  const told = current.announced;
  const wait = waitText(Math.round(current.waited_s / 60));
  const promised = told && waitText(told.low_s / 60, told.high_s / 60);
  return html`<p>
    ${current.priority && html`<span class="chip chip--brand"><${Icon} name="heart-handshake" />${say("why.priority")}</span>`}
    ${current.language === "en" && html`<span class="chip chip--brand"><${Icon} name="languages" />English</span>`}
    <span class="chip num">${from ? say("taken_at", { from, at }) : say("taken", { at })}</span>
    <span class="chip num">${promised ? say("waited_of", { wait, promised }) : say("waited", { wait })}</span>
  </p>`;
}

/** Ticks from the server's time. Over its measure the bar changes shape and words, not colour alone.
 *  @param {{model: Model, current: Current}} props */
function Timer({ model, current }) {
  const calling = current.state === "called";
  const told = announced(current, model.now);
  const from = (calling ? told.from : current.serving_from_at) || current.called_at;
  const spent = Math.max(0, secondsSince(from, model.now));
  const miss = current.miss_from_at ? secondsSince(from, new Date(current.miss_from_at)) : 0;
  const whole = calling ? miss : current.target_s;
  const waits = calling && told.stage === "waiting";
  const over = spent > whole && !waits;
  const small = calling
    ? say(waits ? "timer.unannounced" : over ? "timer.may_miss" : "timer.miss_after", { duration: duration(whole) })
    : say(over ? "timer.over" : "timer.target", {
        duration: duration(whole), over: duration(spent - whole),
      });
  const look = calling ? "dk-timer--call" : over ? "dk-timer--over" : "";
  return html`<div class=${`dk-timer ${look}`} role="timer" aria-live="off">
    <span>${calling ? `${say(`announcing.${told.stage}`)} · ${say("timer.called", { calls: current.calls })}` : say("timer.serving")}</span>
    <b class="num">${duration(spent)}</b>
    <div class="dk-bar" aria-hidden="true"><i style=${`width:${waits ? 0 : Math.min(100, (100 * spent) / Math.max(1, whole))}%`}></i></div>
    <small>${!calling && over && html`<${Icon} name="triangle-alert" />`}${small}</small>
  </div>`;
}

/** @param {{model: Model}} props */
function Ready({ model }) {
  const next = model.state.queue[0];
  if (!next) return html`<section class="dk-ready"></section>`;
  const facts = { service: wished(next), wait: waitSince(next.free_since, model.now) };
  return html`<section class="dk-ready"><div class="dk-ready__in">
    <p>${say("ready.title")}</p><h2>${say("ready.next")}</h2>
    <${Plate} number=${next.number} flower=${model.state.desk.flower} size="xl" />
    <p class="dk-why">
      ${next.standing === "priority" && html`<span class="chip chip--brand"><${Icon} name="heart-handshake" />${say("why.priority")}</span>`}
      <span class="num">${say("ready.why", facts)}</span></p>
  </div></section>`;
}

/** @param {{model: Model}} props */
function Empty({ model }) {
  const { neighbours } = model.state;
  return html`<section class="dk-empty"><${Icon} name="armchair" stroke=${1.5} />
    <h2>${say("empty.title")}</h2>
    <p>${say("empty.text")} ${neighbours.length > 0 && say("empty.neighbours", { desks: listed(neighbours) })}</p>
  </section>`;
}

/** @param {{model: Model}} props */
function Break({ model }) {
  const { desk, neighbours, longest_since, break: pause } = model.state;
  const until = pause && pause.until_at;
  const left = until ? -secondsSince(until, model.now) : 0;
  const others = neighbours.length
    ? say("break.neighbours", { desks: listed(neighbours) })
    : say("break.alone");
  const longest = longest_since && say("break.longest", { wait: waitSince(longest_since, model.now) });
  return html`<section class=${`dk-brk ${left < 0 ? "is-over" : ""}`}><${Icon} name="coffee" stroke=${1.7} />
    <h2>${until ? say(left < 0 ? "break.over" : "break.until", { at: clock(until) }) : say("break.now")}</h2>
    <b class="num" role="timer">${left < 0 ? "+" : ""}${duration(Math.abs(left))}</b>
    <p>${say("break.shown", { desk: desk.number })} ${others} ${longest}</p>
  </section>`;
}

/** @param {{model: Model}} props */
function Closed({ model }) {
  return html`<section class="dk-empty"><${Icon} name="door-open" stroke=${1.5} />
    <h2>${say("closed.title", { desk: model.state.desk.number })}</h2>
    <p>${say("closed.text")} <a href="/desk">${say("closed.choose")}</a></p>
  </section>`;
}
