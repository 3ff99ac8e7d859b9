// A screen waits to be paired: it shows a code, a new one when that runs out, and goes on by
// itself once a leader has said what it is. Written for the browsers of old televisions (ES2018).

const EVERY_MS = 2000;

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @typedef {{next: string, place: string, says: Record<string, string>}} Boot */
/** @typedef {{device: number, code: string, words: string, left_s: number, screen: string, label: string, qr: string}} Asked */
/** @typedef {{go: string | null, over: boolean, code: string | null, taken: boolean, clock: string, day: string}} Look */

/** @type {Boot} */
const boot = JSON.parse(part("boot").textContent || "{}");
let endsAtMs = 0;
// What this page was given. Its cookie may be another's by now: of another tab, or put there.
let mine = { device: 0, code: "" };
let taken = false;

/** @param {string} url @param {Record<string, unknown>} [body] a POST where it is given */
async function fetched(url, body) {
  const response = await fetch(url, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: body ? JSON.stringify(body) : null,
    cache: "no-store",
  });
  if (!response.ok) throw Object.assign(new Error(url), { status: response.status });
  return response.json();
}

/** @param {string} sentence "" where the code says it all */
function say(sentence) {
  part("say").textContent = sentence;
}

/** What stays to be said, once the server answers. */
function sayWhatStays() {
  say((taken && boot.says["taken"]) || "");
}

/** @param {Asked} asked */
function show(asked) {
  mine = { device: asked.device, code: asked.code };
  const code = part("code");
  code.textContent = "";
  Array.from(asked.code).forEach((digit, at) => {
    if (at === 3) code.appendChild(document.createElement("i"));
    code.appendChild(document.createElement("span")).textContent = digit;
  });
  code.setAttribute("role", "img");
  code.setAttribute("aria-label", asked.label);
  part("words").textContent = asked.words;
  part("qr").innerHTML = asked.qr;
  part("screen").textContent = asked.screen;
  part("shown").hidden = false;
  part("left").hidden = false;
  endsAtMs = performance.now() + asked.left_s * 1000;
  sayWhatStays();
  countDown();
}

function countDown() {
  const left = Math.max(0, Math.ceil((endsAtMs - performance.now()) / 1000));
  const seconds = String(left % 60).padStart(2, "0");
  const text = part("left").querySelector("b");
  if (text) text.textContent = `${Math.floor(left / 60)}:${seconds}`;
}

/** @param {string} [place] which it was until somebody took it back */
async function askForCode(place) {
  show(await fetched("/pair/code", place ? { place } : {}));
}

/** Looks once whether the screen was paired meanwhile. */
async function look() {
  /** @type {Look} */
  const found = await fetched(`/pair/state?device=${mine.device}`);
  part("clock").textContent = found.clock;
  part("day").textContent = found.day;
  taken = taken || found.taken;
  if (found.go) {
    const { renewed } = await fetched("/pair/renew", {});
    if (!renewed) throw new Error("the token is another's");
    window.location.replace(found.go);
  } else if (found.over || !mine.code) await askForCode();
  else if (found.code === mine.code) sayWhatStays();
  else {
    part("shown").hidden = part("left").hidden = true;
    say(boot.says["elsewhere"] || "");
  }
}

/** A screen of the example mall needs nobody, unless somebody took it back. */
async function pairHere() {
  try {
    await fetched("/pair/here", { place: boot.place });
    window.location.replace(boot.next);
  } catch (error) {
    const status = statusOf(error);
    if (status !== 403 && status !== 404) throw error;
    await askForCode(boot.place);
    boot.place = "";
  }
}

/** @param {unknown} error */
function statusOf(error) {
  return /** @type {{status?: number}} */ (error).status;
}

/** @param {() => Promise<void>} step what to do now; afterwards it looks again and again */
async function go(step) {
  try {
    await step();
  } catch (error) {
    /** @type {Record<number, string>} */
    const told = { 401: "taken", 429: "too_often", 503: "not_kept", 507: "not_kept" };
    say(boot.says[told[statusOf(error) || 0] || "unreachable"] || "");
  }
  setTimeout(() => go(boot.place ? pairHere : look), EVERY_MS);
}

setInterval(countDown, 500);
go(boot.place ? pairHere : () => askForCode());
