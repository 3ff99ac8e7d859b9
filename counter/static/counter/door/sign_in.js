// The sign-in form works without this; here its button learns to show the password.

const field = /** @type {HTMLInputElement} */ (document.getElementById("password"));
const button = /** @type {HTMLButtonElement} */ (document.getElementById("show"));
const labels = [button.getAttribute("aria-label") || "", button.dataset["hide"] || ""];

/** @param {boolean} shown */
function show(shown) {
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.setAttribute("aria-label", labels[Number(shown)] || "");
}

button.hidden = false;
button.addEventListener("click", () => {
  show(field.type === "password");
  field.focus();
});
// A browser that remembers the field must remember it as a password.
field.form?.addEventListener("submit", () => show(false));
