// The visit on the screen, its troubles, and the two presses of a kiosk.

import { useState } from "../../shared/parts.js";
import { press, Refused, Unreachable } from "../../shared/press.js";
import { language } from "../../shared/words.js";
import * as visits from "./visit.js";

/** @typedef {import("./dialogs.js").Trouble} Trouble */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {ReturnType<typeof useVisit>} Stage */

/** The visit, its troubles, and the two presses of a kiosk; `line` leads to its printer, if any.
 *  @param {import("./checklist.js").Line | null} line
 *  @param {Record<string, Service>} offered */
export function useVisit(line, offered) {
  const [visit, setVisit] = useState(visits.newVisit);
  const [asked, setAsked] = useState(/** @type {{service: Service, pressId: string} | null} */ (null));
  const [trouble, setTrouble] = useState(/** @type {Trouble | null} */ (null));

  const send = async (
    /** @type {string} */ url,
    /** @type {Record<string, unknown>} */ body,
    /** @type {(answer: any) => void} */ done
  ) => {
    setTrouble(null);
    setVisit((now) => ({ ...now, pending: true }));
    try {
      done(await press(url, body));
    } catch (error) {
      if (error instanceof Refused) setTrouble({ code: error.code, facts: error.facts });
      else if (error instanceof Unreachable) setTrouble({ code: "unreachable", facts: {} });
      else throw error;
    } finally {
      setVisit((now) => ({ ...now, pending: false }));
    }
  };
  const take = () =>
    send("/kiosk/take", visits.order(visit, offered, language()), (given) =>
      setVisit((now) => ({ ...now, given }))
    );
  const add = () => {
    const { given } = visit;
    if (!asked || !given) return;
    const wish = visits.wish(visit, asked.service);
    const body = { press_id: asked.pressId, token: given.token, ...wish };
    send("/kiosk/add", body, (answer) => {
      setAsked(null);
      setVisit((now) => ({ ...now, given: { ...given, ...answer }, adding: false }));
    });
  };
  const begin = () => {
    setTrouble(null);
    setAsked(null);
    setVisit(visits.newVisit());
  };
  return { visit, setVisit, asked, setAsked, trouble, setTrouble, take, add, begin, line };
}
