// The page of devices works without this; here a typed code chooses the place that its screen had
// before, and a question that was opened is shut again by Escape.

const code = document.getElementById("code");
const place = document.getElementById("place");
const called = document.getElementById("name");
const note = document.getElementById("before");

let offered = note && !note.hidden && place instanceof HTMLSelectElement ? place.value : "";

/** @param {{place: string, name: string, called: string} | null} before */
function offer(before) {
  const words = note && note.querySelector("span");
  if (!note || !words) return;
  if (!(place instanceof HTMLSelectElement) || !(called instanceof HTMLInputElement)) return;
  note.hidden = !before;
  if (!before && !offered) return;
  words.textContent = before ? (note.dataset["says"] || "").replace("%", before.called) : "";
  offered = place.value = before ? before.place : "";
  called.value = before ? before.name : "";
}

/** @param {string} typed */
async function ask(typed) {
  if (!(place instanceof HTMLSelectElement)) return;
  const answer = await fetch(`/devices/screen?code=${encodeURIComponent(typed)}`, {
    headers: { Accept: "application/json" },
    cache: "no-store",
  });
  // Without an answer the place is chosen by hand, as for a new screen.
  if (!answer.ok) return;
  const told = await answer.json();
  compare(told.words);
  // What was chosen by hand stays.
  if (!place.value || place.value === offered) offer(told.before);
}

/** Says what the screen of the typed code shows, so that a stranger's is not paired.
 *  @param {string} words "" when no screen shows the code */
function compare(words) {
  const [shows, shown, said] = ["shows", "words", "said"].map((id) => document.getElementById(id));
  if (!shows || !shown || !(said instanceof HTMLInputElement)) return;
  shows.hidden = !words;
  shown.textContent = said.value = words;
}

if (code instanceof HTMLInputElement && place instanceof HTMLSelectElement) {
  code.addEventListener("input", () => {
    if (code.value.replace(/\D/g, "").length === 6) {
      ask(code.value).catch(() => undefined);
    }
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll(".dv-ask[open]").forEach((question) => {
    if (!(question instanceof HTMLDetailsElement)) return;
    question.open = false;
    question.querySelector("summary")?.focus();
  });
});
