// What to bring, on paper, for those who want to come back with it before they take a number.

import { html, Icon, useState } from "../../shared/parts.js";
import { press, Refused, Unreachable } from "../../shared/press.js";
import { language, t } from "../../shared/words.js";
import { usePaper } from "./paper.js";

/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {{follow: import("./paper.js").Follow,
 *    patience: import("./shapes.js").Patience}} Line */

const ICONS = /** @type {Record<string, string>} */ ({
  printing: "printer",
  sent: "printer",
  printed: "printer-check",
  doubtful: "printer-x",
  late: "printer-x",
});

/** How the promised list fares; what a ticket's paper may say beyond that, a list need not.
 *  @param {{job: number, line: Line}} props */
function Fate({ job, line }) {
  const paper = usePaper(job, line.patience, line.follow);
  const said = paper in ICONS ? paper : "late";
  return html`<p class="k-list" role="status">
    <${Icon} name=${ICONS[said]} /><span>${t(`kiosk.list.${said}`)}</span>
  </p>`;
}

/** The button, and after it was touched what became of the paper.
 *  @param {{service: Service, chosenCase: number | null, line: Line}} props */
export function PrintList({ service, chosenCase, line }) {
  const [job, setJob] = useState(/** @type {number | null} */ (null));
  const [step, setStep] = useState(/** @type {"ready" | "asking" | "failed"} */ ("ready"));
  const print = async () => {
    setStep("asking");
    const wish = { service_id: service.id, case_id: chosenCase, language: language() };
    try {
      setJob((await press("/kiosk/checklist", wish)).job_id);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setStep("failed");
    }
  };
  if (job !== null) return html`<${Fate} job=${job} line=${line} />`;
  if (step === "failed") {
    return html`<p class="k-list" role="status">
      <${Icon} name="printer-x" /><span>${t("kiosk.list.late")}</span>
    </p>`;
  }
  return html`<button
    class="k-list" type="button" disabled=${step === "asking"} onClick=${print}
  ><${Icon} name="printer" />${t("kiosk.list.print")}</button>`;
}
