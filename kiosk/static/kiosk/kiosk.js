// The kiosk as a whole: which screen shows, what a touch leads to, and when it begins anew.

import { html, useCallback, useEffect, useState } from "../shared/parts.js";
import { press, Refused, Unreachable } from "../shared/press.js";
import { language, setLanguage } from "../shared/words.js";
import { AgencyServices } from "./agency.js";
import {
  AddDialog,
  HelpDialog,
  IdleDialog,
  RefusedDialog,
  UnreachableDialog,
} from "./dialogs.js";
import { said } from "./figures.js";
import { Bar } from "./frame.js";
import { Home } from "./home.js";
import { Away, Closed } from "./notices.js";
import { ServiceSheet } from "./service.js";
import { TicketGiven } from "./ticket.js";
import * as visits from "./visit.js";
import { useIdle, useNow } from "./waiting.js";

/** @typedef {import("./dialogs.js").Trouble} Trouble */
/** @typedef {import("./frame.js").Aids} Aids */
/** @typedef {import("./shapes.js").Boot} Boot */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {{catalogue: Catalogue, hall: Hall, away: boolean, since: Date}} Told */

const FIRST_LANGUAGE = language();
const PORTRAIT = matchMedia("(orientation: portrait)");
const MORE_CONTRAST = matchMedia("(prefers-contrast: more)");

/** @returns {Aids} */
function noAids() {
  return { large: false, contrast: MORE_CONTRAST.matches, low: false };
}

/** Lets the style sheets know of the reading aids. @param {Aids} aids */
function wear(aids) {
  const { dataset } = document.documentElement;
  const set = /** @param {string} name @param {string | false} value */ (name, value) => {
    if (value) dataset[name] = value;
    else delete dataset[name];
  };
  set("text", aids.large && "large");
  set("theme", aids.contrast && "contrast");
  set("reach", aids.low && "low");
}

/** How many agencies fit on one screen. @param {Aids} aids @param {boolean} portrait */
function agenciesAtOnce(aids, portrait) {
  if (aids.large || !portrait) return aids.low || aids.large ? 4 : 12;
  return aids.low ? 6 : 12;
}

function usePortrait() {
  const [portrait, setPortrait] = useState(PORTRAIT.matches);
  useEffect(() => {
    const turned = () => setPortrait(PORTRAIT.matches);
    PORTRAIT.addEventListener("change", turned);
    return () => PORTRAIT.removeEventListener("change", turned);
  }, []);
  return portrait;
}

/** The visit, its troubles, and the two presses of a kiosk. */
function useVisit() {
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
    send("/kiosk/take", visits.order(visit, language()), (given) =>
      setVisit((now) => ({ ...now, given }))
    );
  const add = () => {
    const { given } = visit;
    if (!asked || !given) return;
    const body = { press_id: asked.pressId, token: given.token, service_id: asked.service.id };
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
  return { visit, setVisit, asked, setAsked, trouble, setTrouble, take, add, begin };
}

/** @typedef {ReturnType<typeof useVisit>} Stage */

/** Where the visit is now.
 *  @param {{told: Told, now: Date, stage: Stage, size: number}} props */
function Screen({ told, now, stage, size }) {
  const { catalogue, hall } = told;
  const { visit, setVisit, setAsked } = stage;
  const frame = { catalogue, hall, now };
  const agency = catalogue.agencies.find((one) => one.id === visit.agency);
  const service = visit.service === null ? undefined : catalogue.services[visit.service];
  const choose = /** @param {Service} one */ (one) => {
    if (visit.given) setAsked({ service: one, pressId: visits.newVisit().pressId });
    else if (visit.adding) setVisit(visits.toggleExtra(visit, one.id));
    else setVisit(visits.openService(visit, one));
  };
  if (visit.screen === "service" && service) {
    return html`<${ServiceSheet}
      key=${service.id} ...${frame} visit=${visit} service=${service} onVisit=${setVisit}
      onMore=${() => setVisit(visits.lookForMore(visit))} onTake=${stage.take} />`;
  }
  if (visit.screen === "agency" && agency) {
    const chosen = visit.adding ? visits.wanted(visit) : [];
    return html`<${AgencyServices}
      ...${frame} agency=${agency} chosen=${chosen} onService=${choose} />`;
  }
  return html`<${Home}
    ...${frame} size=${size} adding=${visit.adding} onService=${choose}
    onAgency=${(/** @type {number} */ id) => setVisit(visits.openAgency(visit, id))} />`;
}

/** @param {{stage: Stage, help: boolean, left: number | null, help_desk: string, now: Date,
 *    onHelp: (open: boolean) => void, onRestart: () => void}} props */
function Dialogs({ stage, help, left, help_desk, now, onHelp, onRestart }) {
  const { visit, asked, trouble } = stage;
  if (trouble && trouble.code === "unreachable") {
    const again = asked ? stage.add : stage.take;
    return html`<${UnreachableDialog} onAgain=${again} onRestart=${onRestart} />`;
  }
  if (trouble) {
    const close = () => {
      stage.setTrouble(null);
      stage.setAsked(null);
    };
    return html`<${RefusedDialog} trouble=${trouble} help_desk=${help_desk} now=${now}
      onClose=${close} />`;
  }
  if (left !== null) {
    // Any touch counts as "more time"; the button is there to say so.
    return html`<${IdleDialog} left=${left} onMore=${() => undefined} onRestart=${onRestart} />`;
  }
  if (help) return html`<${HelpDialog} help_desk=${help_desk} onClose=${() => onHelp(false)} />`;
  if (asked && visit.given) {
    return html`<${AddDialog}
      service=${said(asked.service.name)} number=${visit.given.number} pending=${visit.pending}
      onYes=${stage.add} onNo=${() => stage.setAsked(null)} />`;
  }
  return null;
}

/** Which of the kiosk's screens shows; the name is also its style.
 *  @param {Told} told @param {Visit} visit */
function screenName(told, visit) {
  if (visit.given && !visit.adding) return "ticket";
  if (visit.pending || visit.given) return visit.screen;
  if (told.away) return "away";
  return told.hall.phase === "open" ? visit.screen : "closed";
}

/** @param {{told: Told, clock: () => Date, boot: Boot, follow: import("./ticket.js").Follow}} props */
export function Kiosk({ told, clock, boot, follow }) {
  const stage = useVisit();
  const { visit, setVisit } = stage;
  const [aids, setAids] = useState(noAids);
  const [help, setHelp] = useState(false);
  const [, setShown] = useState(language());
  const now = useNow(clock);
  const portrait = usePortrait();
  const restart = useCallback(() => {
    stage.begin();
    setAids(noAids());
    setHelp(false);
    setLanguage(FIRST_LANGUAGE);
    setShown(FIRST_LANGUAGE);
  }, []);
  useEffect(() => wear(aids), [aids]);

  const name = screenName(told, visit);
  const touched = visit.screen !== "home" || visit.adding || help || stage.trouble !== null
    || aids.large || aids.low || aids.contrast !== MORE_CONTRAST.matches
    || language() !== FIRST_LANGUAGE;
  const idle = useIdle(touched && !visit.pending && name !== "ticket", boot.patience, restart);
  // A touch that comes after the time is over begins anew, whatever it meant to press.
  const late = /** @param {Event} event */ (event) => {
    if (!touched || visit.pending || name === "ticket" || !idle.over()) return;
    event.stopPropagation();
    event.preventDefault();
    restart();
  };
  const help_desk = said(told.catalogue.mall.help_desk);
  const dialogs = html`<${Dialogs}
    stage=${stage} help=${help} left=${idle.left} help_desk=${help_desk} now=${now}
    onHelp=${setHelp} onRestart=${restart} />`;
  if (name === "ticket" && visit.given) {
    const full = visit.given.services.length >= told.catalogue.mall.most_services || told.away;
    return html`<div class="k k-ticket">
      <${TicketGiven}
        given=${visit.given} help_desk=${help_desk} patience=${boot.patience} follow=${follow}
        full=${full} onAdd=${() => setVisit(visits.lookForMore(visit))} onDone=${restart} />
    </div>`;
  }
  const chosen = name !== "away" && name !== "closed";
  const back = chosen && (visit.screen !== "home" || visit.adding);
  return html`<div class=${`k k-${name}`} onClickCapture=${late}>
    ${name === "away" &&
    html`<${Away} catalogue=${told.catalogue} now=${now} since=${told.since} />`}
    ${name === "closed" && html`<${Closed} ...${told} now=${now} />`}
    ${chosen &&
    html`<${Screen}
      told=${told} now=${now} stage=${stage} size=${agenciesAtOnce(aids, portrait)} />`}
    <${Bar}
      aids=${aids} onAids=${setAids} onHelp=${() => setHelp(true)}
      onLanguage=${(/** @type {string} */ code) => {
        setLanguage(code);
        setShown(code);
      }}
      onBack=${back ? () => setVisit(visits.goBack(visit)) : undefined} />
    ${dialogs}
  </div>`;
}
