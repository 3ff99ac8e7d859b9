// One press of a button, sent until it is answered: the same id each time, so it counts once.

/** @typedef {{code?: string, title?: string, facts?: Record<string, unknown>}} Problem */

const PATIENCE_MS = 8000;
const ATTEMPT_MS = 4000;
const PAUSES_MS = [300, 600, 1200];
// Nothing was kept, and whoever pressed should hear why instead of waiting: it is not for a moment.
// Not "database_away": a server that starts anew is back in seconds, and one that broke off in the
// middle may have kept the press; sending it again is what tells.
export const NOT_KEPT = ["not_kept", "no_space", "database_busy", "database_gone"];

/** The rules said no; `title` is the sentence to show. */
export class Refused extends Error {
  /** @param {number} status
   *  @param {Problem} problem */
  constructor(status, problem) {
    super(problem.title || `HTTP ${status}`);
    this.name = "Refused";
    this.status = status;
    this.code = problem.code || "refused";
    this.title = problem.title || "";
    /** @type {Record<string, unknown>} */
    this.facts = problem.facts || {};
  }
}

/** No answer came in time. The press may or may not have counted: look at the live state. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.name = "Unreachable";
  }
}

/** 128 random bits. crypto.randomUUID is missing where a hall runs on plain http. */
export function pressId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** @param {Response} response
 *  @returns {Promise<any>} */
function bodyOf(response) {
  const type = response.headers.get("Content-Type") || "";
  return type.includes("json") ? response.json() : Promise.resolve({});
}

/** Sends once. Returns null where sending the same again may help; a cut answer counts as none.
 *  @param {string} url
 *  @param {string} text
 *  @returns {Promise<{ok: boolean, status: number, body: any} | null>} */
async function send(url, text) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ATTEMPT_MS);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
      body: text,
      signal: stop.signal,
    });
    const body = await bodyOf(response);
    if (response.status >= 500 && !NOT_KEPT.includes(body.code)) return null;
    return { ok: response.ok, status: response.status, body };
  } catch (_lost) {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Carries out one press and returns the server's answer.
 *  Throws Refused when the rules say no and Unreachable after about 8 seconds without an answer.
 *  @param {string} url
 *  @param {Record<string, unknown>} [body]
 *  @returns {Promise<any>} */
export async function press(url, body = {}) {
  const text = JSON.stringify(Object.assign({ press_id: pressId() }, body));
  const began = performance.now();
  for (let tries = 0; ; tries += 1) {
    const answer = await send(url, text);
    if (answer && answer.ok) return answer.body;
    if (answer) throw new Refused(answer.status, answer.body);
    const wait = PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] || 0;
    if (performance.now() - began + wait > PATIENCE_MS) throw new Unreachable();
    await pause(wait);
  }
}
