// The kiosk as a whole: which screen shows, what a touch leads to, and when it begins anew.

import { html, useState } from "../../shared/parts.js";
import { AgencyServices } from "./agency.js";
import { agenciesAtOnce, useAids, usePortrait } from "./aids.js";
import {
  AddDialog,
  HelpDialog,
  IdleDialog,
  RefusedDialog,
  UnreachableDialog,
} from "./dialogs.js";
import { said } from "./figures.js";
import { useFocus } from "./focus.js";
import { Bar } from "./frame.js";
import { Home } from "./home.js";
import { Away, Closed } from "./notices.js";
import { ServiceSheet } from "./service.js";
import { useVisit } from "./stage.js";
import { TicketGiven } from "./ticket.js";
import * as visits from "./visit.js";
import { useIdle, useNow } from "./waiting.js";

/** @typedef {import("./shapes.js").Boot} Boot */
/** @typedef {import("./shapes.js").Catalogue} Catalogue */
/** @typedef {import("./shapes.js").Hall} Hall */
/** @typedef {import("./shapes.js").Service} Service */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./visit.js").Visit} Visit */
/** @typedef {{catalogue: Catalogue, hall: Hall, paper: boolean, away: boolean,
 *    since: Date}} Told */

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
      key=${service.id} ...${frame} visit=${visit} service=${service} line=${stage.line}
      onVisit=${setVisit}
      onMore=${() => setVisit(visits.lookForMore(visit))} onTake=${stage.take} />`;
  }
  if (visit.screen === "agency" && agency) {
    const chosen = visit.adding ? visits.wanted(visit) : [];
    return html`<${AgencyServices}
      ...${frame} agency=${agency} chosen=${chosen} adding=${visit.adding}
      onService=${choose} />`;
  }
  return html`<${Home}
    key=${visit.pressId} ...${frame} paper=${told.paper} size=${size} at=${visit.at}
    adding=${visit.adding} onService=${choose}
    onAgency=${(/** @type {number} */ id) => setVisit(visits.openAgency(visit, id))} />`;
}

/** @param {{stage: Stage, help: boolean, left: number | null, help_desk: string, hall: Hall, now: Date,
 *    onHelp: (open: boolean) => void, onRestart: () => void}} props */
function Dialogs({ stage, help, left, help_desk, hall, now, onHelp, onRestart }) {
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
  if (help) {
    return html`<${HelpDialog} help_desk=${help_desk} hall=${hall} now=${now}
      onClose=${() => onHelp(false)} />`;
  }
  if (asked && visit.given) {
    return html`<${AddDialog}
      service=${asked.service} visit=${visit} hall=${hall} number=${visit.given.number}
      onVisit=${stage.setVisit} onYes=${stage.add} onNo=${() => stage.setAsked(null)} />`;
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

/** What tells one screen from another. @param {string} name @param {Visit} visit */
function screenKey(name, { adding, agency, service }) {
  const of = name === "agency" ? agency : name === "service" ? service : "";
  return [name, of, adding].join(" ");
}

/** The parts of a screen that is not a ticket.
 *  @param {{told: Told, now: Date, stage: Stage, name: string, size: number}} props */
function Face({ told, now, stage, name, size }) {
  const { catalogue, hall, since } = told;
  if (name === "away") return html`<${Away} catalogue=${catalogue} now=${now} since=${since} />`;
  if (name === "closed") return html`<${Closed} catalogue=${catalogue} hall=${hall} now=${now} />`;
  return html`<${Screen} told=${told} now=${now} stage=${stage} size=${size} />`;
}

/** @param {{told: Told, clock: () => Date, boot: Boot, follow: import("./paper.js").Follow}} props */
export function Kiosk({ told, clock, boot, follow }) {
  const stage = useVisit(
    boot.prints ? { follow, patience: boot.patience } : null,
    told.catalogue.services
  );
  const { visit, setVisit } = stage;
  const { aids, setAids, speak, reset, changed } = useAids();
  const [help, setHelp] = useState(false);
  const now = useNow(clock);
  const portrait = usePortrait();
  const restart = () => {
    stage.begin();
    reset();
    setHelp(false);
  };
  const name = screenName(told, visit);
  useFocus(screenKey(name, visit), visit.at);
  const begun = visit.screen !== "home" || visit.adding || help || stage.trouble !== null;
  const watched = (begun || changed) && !visit.pending && name !== "ticket";
  const idle = useIdle(watched, boot.patience, restart);
  // A touch that comes after the time is over begins anew, whatever it meant to press.
  const late = /** @param {Event} event */ (event) => {
    if (!watched || !idle.over()) return;
    event.stopPropagation();
    event.preventDefault();
    restart();
  };
  const help_desk = said(told.catalogue.mall.help_desk);
  if (name === "ticket" && visit.given) {
    const full = visit.given.needs.length >= told.catalogue.mall.most_services || told.away;
    return html`<div class="k k-ticket">
      <${TicketGiven}
        given=${visit.given} help_desk=${help_desk} patience=${boot.patience} follow=${follow}
        full=${full} onAdd=${() => setVisit(visits.lookForMore(visit))} onDone=${restart} />
    </div>`;
  }
  const back = name === visit.screen && (visit.screen !== "home" || visit.adding);
  return html`<div class=${`k k-${name}`} onClickCapture=${late}>
    <${Face}
      told=${told} now=${now} stage=${stage} name=${name} size=${agenciesAtOnce(aids, portrait, visit.adding)} />
    <${Bar}
      aids=${aids} onAids=${setAids} onHelp=${() => setHelp(true)} onLanguage=${speak}
      onBack=${back ? () => setVisit(visits.goBack(visit)) : undefined} />
    <${Dialogs}
      stage=${stage} help=${help} left=${idle.left} help_desk=${help_desk} hall=${told.hall} now=${now}
      onHelp=${setHelp} onRestart=${restart} />
  </div>`;
}
