// Where an officer without a shift signs on at a free desk.

import { press, Refused } from "../../shared/press.js";
import { t } from "../../shared/words.js";

const said = document.getElementById("said");

/** @param {HTMLButtonElement} button */
async function signOn(button) {
  button.disabled = true;
  if (said) said.textContent = "";
  try {
    await press("/desk/sign-on", { desk_id: Number(button.value) });
    window.location.assign("/desk");
  } catch (error) {
    button.disabled = false;
    const sentence = error instanceof Refused && error.title;
    if (said) said.textContent = sentence || t("counter.desk.toast.unreachable");
  }
}

document.querySelectorAll("button[name=desk]").forEach((button) => {
  if (!(button instanceof HTMLButtonElement)) return;
  button.addEventListener("click", () => void signOn(button));
});
