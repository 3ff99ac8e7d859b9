// A ticket's page, kept in step: the server draws the inside, this puts it in place and calls out.

import { Live } from "../../shared/live.js";
import { clock } from "../../shared/format.js";
import { t } from "../../shared/words.js";
import { Awake } from "./awake.js";
import { Bell } from "./bell.js";

/** `calls` counts how often the officer has called.
 *  @typedef {{kind: string, ahead: number, calls: number, number: string,
 *    html: Record<string, string>}} Visit */

/** How many people are still ahead when the phone speaks up. */
const SOON = 3;

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

class Page {
  /** @param {{kind: string, ahead: number, calls: number}} boot */
  constructor(boot) {
    this.main = element("visit");
    this.bell = new Bell();
    this.awake = new Awake((held) => {
      element("awake").hidden = !held;
    });
    this.kind = boot.kind;
    this.ahead = boot.ahead;
    this.calls = boot.calls;
    /** What is on the page now; unknown before the first live state. */
    this.drawn = "";
    this.main.addEventListener("click", (event) => this.clicked(event));
    this.offerBell();
    this.stayAwake();
  }

  /** @param {Visit} visit */
  show(visit) {
    const before = { kind: this.kind, ahead: this.ahead, calls: this.calls };
    this.kind = visit.kind;
    this.ahead = visit.ahead;
    this.calls = visit.calls;
    this.draw(visit);
    this.stayAwake();
    const called = before.kind !== "called" || visit.calls > before.calls;
    if (visit.kind === "called" && called) {
      element("called").textContent = t("kiosk.follow.your_turn");
      this.bell.ring(3);
    } else if (visit.kind === "waiting" && before.ahead > SOON && visit.ahead <= SOON) {
      this.bell.ring(1);
    }
  }

  /** @param {Visit} visit */
  draw(visit) {
    const html = visit.html[document.documentElement.lang] || "";
    document.body.className = `p p-${visit.kind}${this.stale()}`;
    if (this.drawn === html) return;
    this.drawn = html;
    this.main.innerHTML = html;
    this.offerBell();
  }

  /** @param {boolean} lost @param {number} since milliseconds of the server's clock
   *  @param {boolean} halted whether the server answers, but keeps nothing any more */
  mark(lost, since, halted) {
    const note = element("lost");
    note.hidden = !lost;
    element("lost-what").textContent = t(halted ? "kiosk.follow.halted" : "kiosk.follow.lost");
    if (lost) element("lost-since").textContent = t("kiosk.follow.lost_since", { time: clock(since) });
    document.body.classList.toggle("is-stale", lost);
  }

  /** A screen that went dark rings no bell. */
  stayAwake() {
    const soon = this.kind === "waiting" && this.ahead <= SOON;
    this.awake.want(soon || this.kind === "called");
  }

  stale() {
    return document.body.classList.contains("is-stale") ? " is-stale" : "";
  }

  /** The switch is only for pages that can keep its promise; without scripts it stays hidden. */
  offerBell() {
    const button = document.getElementById("notify");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-checked", String(this.bell.on));
  }

  /** @param {Event} event */
  clicked(event) {
    const target = event.target instanceof Element ? event.target.closest("#notify") : null;
    if (!target) return;
    this.bell.turn(!this.bell.on);
    target.setAttribute("aria-checked", String(this.bell.on));
  }
}

const boot = JSON.parse(element("boot").textContent || "{}");
const page = new Page(boot);
const live = new Live(boot.now);
const lastSeen = () => live.lastSeenAt || Date.parse(boot.now);
const topic = `ticket/${boot.token}/${document.documentElement.lang}`;
live.follow(topic, (state) => page.show(/** @type {any} */ (state)));
live.addEventListener("status", () =>
  page.mark(live.status === "lost", lastSeen(), live.halted !== "")
);
