// What whoever works at this computer has switched on or off.

/** @param {string} name @param {boolean} otherwise */
export function remembered(name, otherwise) {
  const kept = localStorage.getItem(`desk.${name}`);
  return kept === null ? otherwise : kept === "on";
}

/** @param {string} name @param {boolean} on */
export function remember(name, on) {
  localStorage.setItem(`desk.${name}`, on ? "on" : "off");
}
