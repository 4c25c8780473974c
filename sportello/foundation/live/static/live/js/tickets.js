// `data-live-ticket="<organisation>/<number>" data-version data-refresh`: what is open asks for itself again when it
// has changed. Focus stays where it is, and nothing is redrawn in which somebody types, chooses or has something open.
import { announce, sentence } from "./words.js";

const JITTER = 8, MANY = 250; // ms for each who has it open: so many browsers must not ask in the same moment
const TRIES = 3;
const LOOK = 1000;
const newest = new Map(); // ticket → version
const beside = new Set(); // tickets whose side panel is older than they are
const asking = new Set();
const tries = new Map();

const shown = (name) => document.querySelectorAll(`[data-live-ticket="${CSS.escape(name)}"]`);
const versionOf = (element) => Number(element.dataset.version ?? 0);

const current = (name) => [...shown(name)].every((element) => versionOf(element) >= newest.get(name));
const OPEN = `details[open], dialog[open]${CSS.supports("selector(:popover-open)") ? ", :popover-open" : ""}`;

export function topics() {
  const names = [...document.querySelectorAll("[data-live-ticket]")].map((one) => `ticket:${one.dataset.liveTicket}`);
  return [...new Set(names)];
}

// Somebody is in it: its turn comes when they have left.
function within(element) {
  const selection = getSelection();
  return element.contains(document.activeElement)
    || Boolean(selection && !selection.isCollapsed && element.contains(selection.anchorNode));
}

const occupied = (element) => within(element) || Boolean(element.querySelector(OPEN));

// What asked was drawn anew meanwhile, or is gone: its answer is of no use to what stands there now.
const stale = (event) => event.currentTarget.isConnected || event.preventDefault();

// One question for all that is new; what stands beside the conversation comes with it where the news concerns it.
async function ask(element, name, id) {
  const version = newest.get(name);
  const side = document.querySelector("#ticket-side .side");
  const panel = beside.has(name) && side && !within(side);
  if (panel || !side) beside.delete(name);
  asking.add(name);
  element.addEventListener("htmx:beforeSwap", stale);
  try {
    await window.htmx.ajax("GET", element.dataset.refresh + (panel ? "&side=1" : ""), {
      source: element, target: element, swap: element.dataset.liveSwap ?? "none",
    });
    if (!current(name)) return;
    if (id) document.body.dispatchEvent(new CustomEvent(`ticket-${id}`)); // its row
    announce("changed");
  } finally {
    asking.delete(name);
    if (panel && !current(name)) beside.add(name);
    if (beside.has(name) && current(name)) setTimeout(() => catchUp(name, id), LOOK);
    const tried = (tries.get(name)?.version === version ? tries.get(name).count : 0) + 1;
    tries.set(name, { version, count: tried });
    if (!current(name) && (tried < TRIES || newest.get(name) > version)) setTimeout(() => attend(name, id), LOOK);
  }
}

// The panel that somebody was in when the news came.
function catchUp(name, id) {
  const element = [...shown(name)].find((one) => one.dataset.refresh);
  const side = document.querySelector("#ticket-side .side");
  if (!element || !side || !beside.has(name) || !current(name)) return;
  if (document.hidden || asking.has(name) || within(side)) setTimeout(() => catchUp(name, id), LOOK);
  else ask(element, name, id);
}

function attend(name, id) {
  if (document.hidden || asking.has(name)) return; // asked when it is seen; when the answer is there
  for (const element of shown(name)) {
    if (!element.dataset.refresh || versionOf(element) >= newest.get(name)) continue;
    element.toggleAttribute("data-live-waiting", occupied(element));
    if (occupied(element)) setTimeout(() => attend(name, id), LOOK);
    else return void ask(element, name, id);
  }
}

export function changed({ ticket, version, id, among = 50, beside: concerned = true }) {
  if (version <= (newest.get(ticket) ?? 0) || ![...shown(ticket)].length) return;
  newest.set(ticket, version);
  if (concerned && !current(ticket)) beside.add(ticket);
  setTimeout(() => attend(ticket, id), Math.random() * JITTER * (Math.min(among, MANY) - 1));
}

// What may no longer be seen leaves the screen: timeline, context, what was being written (its draft is on the server).
function clear(element) {
  const pane = element.closest(".pane-main");
  if (!pane) return;
  const words = Object.assign(document.createElement("p"), { className: "empty", textContent: sentence("gone") });
  pane.replaceChildren(words);
  document.querySelector(".pane-side")?.replaceChildren();
  document.title = sentence("gone");
}

export function gone({ ticket }) {
  const elements = [...shown(ticket)];
  for (const element of elements) {
    element.removeAttribute("data-live-ticket");
    element.toggleAttribute("data-live-gone", true);
    clear(element);
  }
  document.querySelector(`[data-tab-ticket="${CSS.escape(ticket)}"]`)?.remove();
  document.querySelector(`[data-live-row="${CSS.escape(ticket)}"]`)?.remove();
  if (elements.length) announce("gone", "error");
}

// The first word of a stream says how far each ticket is, and which are not ours.
export function compare({ topics: known, refused }) {
  for (const [name, word] of Object.entries(known)) {
    if (word.version) changed({ ticket: name.slice("ticket:".length), version: word.version });
  }
  for (const name of refused) if (name.startsWith("ticket:")) gone({ ticket: name.slice("ticket:".length) });
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) for (const name of newest.keys()) setTimeout(() => attend(name), Math.random() * JITTER * MANY / 5);
});
