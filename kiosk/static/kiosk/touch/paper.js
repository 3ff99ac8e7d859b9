// How a promised paper fares, from the moment of its promise until somebody knows.

import { html, Icon, useEffect, useState } from "../../shared/parts.js";
import { press, Refused, Unreachable } from "../../shared/press.js";
import { t } from "../../shared/words.js";

/** @typedef {import("./shapes.js").Patience} Patience */
/** @typedef {"printing" | "printed" | "sent" | "late" | "doubtful" | "no_printer"} Paper */
/** @typedef {(topic: string, onState: (state: any) => void) => () => void} Follow */

/** What the server tells of a paper; `elsewhere` names the printer that stepped in.
 *  @typedef {{state: string, stuck: boolean, elsewhere: string}} Slip */

const FATES = /** @type {Record<string, Paper>} */ ({
  printed: "printed",
  sent: "sent",
  failed: "late",
  expired: "late",
  doubtful: "doubtful",
});

/** A paper that has not begun to come out after `paper_s` seconds is late, and one that still
 *  comes out after `sending_s`; one whose printer cannot print is late at once.
 *  @param {number | null} job
 *  @param {Patience} patience
 *  @param {Follow} follow
 *  @returns {{paper: Paper, elsewhere: string}} */
export function useFate(job, patience, follow) {
  const first = /** @type {Paper} */ (job === null ? "no_printer" : "printing");
  const [fate, setFate] = useState({ paper: first, elsewhere: "" });
  useEffect(() => {
    if (job === null) return undefined;
    let timer = 0;
    const lateAfter = (/** @type {number} */ seconds) => {
      clearTimeout(timer);
      timer = setTimeout(() => setFate((now) => ({ ...now, paper: "late" })), seconds * 1000);
    };
    setFate({ paper: first, elsewhere: "" });
    lateAfter(patience.paper_s);
    const stop = follow(`slip/${job}`, (/** @type {Slip} */ { state, stuck, elsewhere }) => {
      const paper = FATES[state] ?? (stuck ? "late" : "printing");
      setFate({ paper, elsewhere });
      if (paper !== "printing") clearTimeout(timer);
      else lateAfter(state === "sending" ? patience.sending_s : patience.paper_s);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [job, follow, patience]);
  return fate;
}

/** @param {number | null} job @param {Patience} patience @param {Follow} follow */
export function usePaper(job, patience, follow) {
  return useFate(job, patience, follow).paper;
}

/** The job whose paper the screen speaks of, and the touch that has it printed once more.
 *  @param {number | null} first
 *  @param {string} token */
export function useReprint(first, token) {
  const [job, setJob] = useState(first);
  const [step, setStep] = useState(/** @type {"ready" | "asking" | "failed"} */ ("ready"));
  const reprint = async () => {
    setStep("asking");
    try {
      setJob((await press("/kiosk/reprint", { token, job_id: job })).job_id);
      setStep("ready");
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setStep("failed");
    }
  };
  return { job, step, reprint };
}

/** @param {Paper} paper @param {string} elsewhere */
function lookFirst(paper, elsewhere) {
  if (paper !== "sent") return t("kiosk.ticket.look_below");
  return elsewhere
    ? t("kiosk.ticket.sent_elsewhere", { printer: elsewhere })
    : t("kiosk.ticket.sent_below");
}

/** `offered` tells whether a touch may have the paper printed again.
 *  @param {{paper: Paper, elsewhere: string, help_desk: string, copy: boolean,
 *    offered: boolean}} props */
export function PaperLine({ paper, elsewhere, help_desk, copy, offered }) {
  if (paper === "printing" || paper === "printed") {
    const said = t(`kiosk.ticket.${copy ? "copy_" : ""}${paper}`);
    const where = elsewhere
      ? t("kiosk.ticket.take_elsewhere", { printer: elsewhere })
      : t("kiosk.ticket.take_below");
    return html`<div class="t-print" role="status">
      <span class=${`t-slot is-${paper}`} aria-hidden="true"><i></i></span>
      <div><b>${said}</b><p>${where}</p></div>
      ${!elsewhere && html`<${Icon} name="arrow-down" cls="t-down" stroke=${2.6} />`}
    </div>`;
  }
  const what = offered ? lookFirst(paper, elsewhere) : t("kiosk.ticket.keep", { help_desk });
  return html`<div class="t-paper" role="status">
    <span class="t-paper__ic"><${Icon} name=${paper === "sent" ? "printer" : "printer-x"} /></span>
    <div><b>${t(`kiosk.ticket.${paper}`)}</b><p>${what}</p></div>
  </div>`;
}
