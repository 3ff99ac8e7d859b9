// A paired screen stays one: it gives a sign of life, and begins anew once its pairing is over.

/** @typedef {import("./live.js").Live} Live */

// Half of how long a screen may be silent before the list of devices says so, and a little less.
const ALIVE_MS = 60 * 1000;

/** Reloads the page when this device was withdrawn; the server then shows the pairing code.
 *  @param {Live} live */
export function stayPaired(live) {
  const named = document.querySelector('meta[name="device"]');
  const id = named && named.getAttribute("content");
  if (!id) return;
  live.follow(`device/${id}`, (/** @type {{paired: boolean}} */ state) => {
    if (!state.paired) window.location.reload();
  });
  setInterval(() => {
    fetch("/pair/alive", { method: "POST", cache: "no-store" }).catch(() => undefined);
  }, ALIVE_MS);
}
