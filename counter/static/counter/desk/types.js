// The shapes that the desk console receives: the state of `desk/<id>` and the choices of a dialog.

/** @typedef {{id: string, en: string}} Names a name in each language */

/** What is said of a fee; its note is never left out.
 *  @typedef {{kind: string, idr: number, note: Names}} Fee */

/** @typedef {object} QueueRow
 *  @property {number} step_id
 *  @property {number} ticket_id
 *  @property {string} number
 *  @property {Names} service
 *  @property {Names | null} case
 *  @property {"regular" | "priority" | "booked" | "returned" | "transferred"} standing
 *  @property {boolean} only_here sent to this desk alone
 *  @property {Names[]} then what else it wants at this desk
 *  @property {string[]} also the agencies where the ticket waits as well
 *  @property {string} since
 *  @property {string} free_since from when the wait counts, time at other desks left out
 *  @property {string} due_at since, less the head start
 *  @property {number} promise_s */

/** @typedef {object} VisitStep
 *  @property {number} step_id
 *  @property {number} service_id
 *  @property {Names} service
 *  @property {Fee} fee
 *  @property {string} state
 *  @property {string | null} desk
 *  @property {string | null} ended_at
 *  @property {number} waiting how many wait for the service
 *  @property {string[]} desks the open desks that offer it */

/** @typedef {{id: number, text: Names, checked: boolean, made_at_desk: string | null}} Paper */

/** How far the newest call is announced; without a receipt the officer calls by mouth from
 *  `by_mouth_from_at` on.
 *  `zone` names where the citizen sits when that is not the desk's own zone.
 *  @typedef {{zone: string, called_at: string, shown_at: string | null, spoken_at: string | null,
 *   by_mouth_from_at: string | null}} Announcement */

/** @typedef {object} Current
 *  @property {number} ticket_id
 *  @property {number} step_id
 *  @property {string} number
 *  @property {"called" | "serving"} state
 *  @property {boolean} priority
 *  @property {string} standing
 *  @property {string} language
 *  @property {string} taken_at
 *  @property {string} taken_from
 *  @property {number} service_id
 *  @property {Names} service
 *  @property {Names | null} case
 *  @property {number | null} case_id
 *  @property {CaseChoice[]} cases why the service may be needed
 *  @property {boolean} lacks_reason more may be required than one can say without a case
 *  @property {Fee} fee
 *  @property {number} calls
 *  @property {string} called_at
 *  @property {string | null} miss_from_at
 *  @property {Announcement | null} announcement null of what is being served
 *  @property {number} waited_s
 *  @property {{low_s: number, high_s: number} | null} announced
 *  @property {string | null} serving_from_at
 *  @property {number} target_s
 *  @property {string} note what it brought here
 *  @property {string} written the note of a finish that was taken back
 *  @property {string[]} outcomes
 *  @property {Names | null} then what it goes on with here, without a call
 *  @property {VisitStep[]} steps
 *  @property {Paper[]} requirements */

/** @typedef {object} AsideRow
 *  @property {number} step_id
 *  @property {number} ticket_id
 *  @property {string} number
 *  @property {Names} service
 *  @property {"held" | "missed"} state
 *  @property {string} note
 *  @property {number | null} desk the other desk that put it aside
 *  @property {string | null} since
 *  @property {string | null} back_until_at */

/** @typedef {{entry: number, act: string, number: string, step_id: number | null, service: Names | null, until_at: string}} Undo
 *  what was pressed last here, while it can be taken back */

/** @typedef {object} DeskState
 *  @property {number} seq
 *  @property {string} now
 *  @property {{id: number, number: string, zone: string, flower: string}} desk
 *  @property {"closed" | "break" | "empty" | "ready" | "called" | "serving"} phase
 *  @property {{id: number, name: string} | null} officer
 *  @property {{began_at: string, until_at: string | null} | null} break
 *  @property {Current | null} current
 *  @property {number} waiting
 *  @property {string | null} longest_since
 *  @property {QueueRow[]} queue
 *  @property {AsideRow[]} aside
 *  @property {Undo | null} undo
 *  @property {{number: string, until_at: string} | null} overtaken what could be undone had the
 *   desk not called the next since; of no interest after `until_at`
 *  @property {number[]} neighbours
 *  @property {{served: number, mean_s: number | null, within: number}} today */

/** @typedef {{id: number, name: Names}} CaseChoice */
/** @typedef {{id: number, name: Names, agency: string, desks: string[], cases: CaseChoice[], private: boolean}} ServiceChoice */
/** @typedef {{id: number, number: string, zone: string, officer: string, on_break: boolean, services: Array<{id: number}>}} DeskChoice */
/** @typedef {{ticket_id: number, number: string, service: Names, state: string, waited_s: number}} NumberChoice */
/** @typedef {{services: ServiceChoice[], desks: DeskChoice[], numbers: NumberChoice[]}} Choices */

/** @typedef {object} Boot
 *  @property {string} now
 *  @property {string} time_zone
 *  @property {{id: number, name: string}} user
 *  @property {string} elsewhere the way to the other pages, "" for who has none
 *  @property {boolean} stands_in
 *  @property {DeskState} state
 *  @property {Act[]} acts
 *  @property {Keys} keys */

/** @typedef {{outcomes: Record<string, string>, note: string}} Keys the single keys of how
 *  serving ends: that of each outcome, and the one that leads to the note */

/** @typedef {object} Act an act as the server tells of it
 *  @property {string} name
 *  @property {Record<string, boolean>} carries the facts of its press; whether each must be said
 *  @property {string[]} when the phases in which it may be pressed
 *  @property {Record<string, string[]>} aside the same for a number set aside, by its state
 *  @property {string | null} asks what it has to ask first
 *  @property {string} key the single key that presses it
 *  @property {string} icon
 *  @property {boolean} in_row it stands beside the main button */

/** @typedef {{step_id: number, outcome: string, missing: number[], note: string}} Draft how the
 *  officer is about to finish; not the server's business before that */

/** @typedef {{act: string, asks: string, step_id: number | null, number: string, aside: boolean}}
 *  OpenDialog */

/** @typedef {object} Action
 *  @property {string} name the act of the server
 *  @property {string} label
 *  @property {string} off why it is impossible now; empty when it is possible
 *  @property {string} key the single key that presses it, or none
 *  @property {string} icon
 *  @property {string | null} asks what it has to ask first
 *  @property {number} [step_id] the step it means, when that is not the one at the desk */

/** @typedef {object} Model everything a drawing depends on
 *  @property {DeskState} state
 *  @property {Date} now
 *  @property {"connecting" | "live" | "lost"} status
 *  @property {number} lastSeenAt
 *  @property {Boot} boot
 *  @property {Draft} draft
 *  @property {number[]} checked
 *  @property {OpenDialog | null} dialog
 *  @property {Choices | null} choices
 *  @property {{kind: "bad" | "info", text: string} | null} toast
 *  @property {string} said the last thing told to screen readers
 *  @property {string} busy the act that is under way
 *  @property {boolean} steady the main action has meant the same for a moment
 *  @property {boolean} undoSteady the same of what can be undone
 *  @property {boolean} hushed no key counts: what somebody was writing in was taken away
 *  @property {boolean} fresh the first number came into an empty queue a moment ago
 *  @property {boolean} shortcuts
 *  @property {boolean} sound */

/** @typedef {object} Hands what a drawing may ask for
 *  @property {(action: Action) => void} press
 *  @property {() => void} main
 *  @property {(act: string, facts?: Record<string, unknown>) => Promise<boolean>} send
 *  @property {(paper: number) => void} tick
 *  @property {(change: Partial<Draft>) => void} write
 *  @property {() => void} choose asks the server what there is to choose from
 *  @property {() => void} closeDialog
 *  @property {(name: "shortcuts" | "sound", on: boolean) => void} set */

export {};
