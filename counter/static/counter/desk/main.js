// The officer's console: wires the live state, the keys and the drawing together.

import { Live } from "../../shared/live.js";
import { html, keepIcons, render } from "../../shared/parts.js";
import { keyed } from "./actions.js";
import { Console } from "./console.js";
import { FORMS } from "./dialogs.js";
import { listen } from "./keys.js";
import { allowSound, cue } from "./sound.js";
import { Screen } from "./view.js";
import { say } from "./words.js";

/** @typedef {import("./types.js").Boot} Boot */

/** @param {string} id */
function block(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @type {Boot} */
const boot = JSON.parse(block("boot").textContent || "{}");
const place = block("console");
const desk = new Console(boot, Object.keys(FORMS));
const live = new Live(boot.now);

/** @type {import("./types.js").Hands} */
const hands = {
  press: (action) => desk.press(action),
  main: () => desk.pressMain(),
  send: (act, facts) => desk.send(act, facts),
  tick: (paper) => desk.tick(paper),
  write: (change) => desk.write(change),
  choose: () => void desk.choose(),
  closeDialog: () => desk.closeDialog(),
  set: (name, on) => desk.set(name, on),
};

function title() {
  const { state } = desk.model;
  const at = state.current ? state.current.number : state.waiting || "";
  const page = say("title", { desk: state.desk.number });
  return at ? `${at} · ${page}` : page;
}

function draw() {
  const { model } = desk;
  model.now = live.now();
  model.status = live.status;
  model.halted = live.halted !== "";
  model.lastSeenAt = live.lastSeenAt || model.lastSeenAt;
  document.title = title();
  document.body.className = `dk dk--${model.state.phase} ${model.status === "lost" ? "dk--lost" : ""}`;
  render(html`<${Screen} model=${model} hands=${hands} />`, place);
}

let asked = false;
/** Draws once for all that changed in this turn. */
function redraw() {
  if (asked) return;
  asked = true;
  queueMicrotask(() => {
    asked = false;
    draw();
  });
}

desk.addEventListener("change", redraw);
desk.addEventListener("first", () => {
  if (desk.model.sound) cue();
});
live.addEventListener("status", redraw);
/** Whether somebody else sits at this desk now, whose citizen is not ours to see.
 *  @param {import("./types.js").DeskState} state */
function isTheirs({ officer }) {
  return officer !== null && officer.id !== boot.user.id && !boot.stands_in;
}

live.follow(
  `desk/${boot.state.desk.id}`,
  (state) => (isTheirs(state) ? window.location.assign("/desk") : desk.take(state)),
  // Somebody ended the shift while this page was away, or the sign-in is over.
  (kind) => kind === "refused" && window.location.assign("/desk")
);
listen(
  {
    main: () => desk.pressMain(),
    act: (action) => desk.press(action),
    paper: (at) => desk.tickPlace(at),
    outcome: (outcome) => desk.end(outcome),
    note: () => document.getElementById("note")?.focus(),
    stray: () => desk.hush(),
  },
  boot.keys,
  () => keyed(desk.model),
  () => {
    const open = !desk.model.dialog;
    return { enter: open, keys: open && desk.model.shortcuts, hushed: desk.model.hushed };
  }
);
allowSound();
setInterval(redraw, 500);
draw();
// The sign for a lost server must be here before it is lost.
keepIcons().then(draw, () => undefined);
