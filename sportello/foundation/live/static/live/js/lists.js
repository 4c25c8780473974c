// Lists: what has come is told in its place ("3 new") and comes when asked; no list asks by itself.
//
//   data-live-list="<list>" data-refresh   the rows        data-live-row="<organisation>/<number>" data-version   a row
//   data-live-news="<list>"                where "3 new" stands        .rail-entry .count   the numbers of the rail
import { some } from "./words.js";

const HIGHEST = 99;
const heard = new Map(); // ticket → version last counted
const come = new Map(); // list → tickets that came
const moved = new Map(); // list → tickets in it that changed → whether they left
const drawn = new Map(); // ticket → version when the page, and its numbers, were drawn

const rowOf = (list, ticket) => list.querySelector(`[data-live-row="${CSS.escape(ticket)}"]`);
const part = (table, list) => table.get(list) ?? table.set(list, new Map()).get(list);

for (const { dataset } of document.querySelectorAll("[data-live-row]")) {
  drawn.set(dataset.liveRow, Number(dataset.version));
}

export const wanted = () => (document.querySelector("[data-live-list], [data-live-news]") ? ["lists"] : []);

export function told({ ticket, version, entered, left, timed }) {
  if (!timed && version <= (heard.get(ticket) ?? 0)) return; // the end of catching up and the beginning of listening overlap
  heard.set(ticket, version);
  if (!timed && version <= (drawn.get(ticket) ?? 0)) return; // the page is newer than the news
  document.querySelector(`[data-tab-ticket="${CSS.escape(ticket)}"]:not([data-current]) .strip-news`)?.removeAttribute("hidden");
  const change = { ticket, version, entered, left };
  document.querySelectorAll("[data-live-list]").forEach((element) => place(element, change));
  count(entered, 1);
  count(left, -1);
  draw();
}

function place(element, { ticket, version, entered, left }) {
  const list = element.dataset.liveList;
  const organisation = new URL(element.dataset.refresh, location.href).searchParams.get("org");
  if (organisation && organisation !== ticket.split("/")[0]) return;
  const row = rowOf(element, ticket);
  const hasLeft = left.includes(list);
  if (hasLeft) part(come, list).delete(ticket);
  else if (entered.includes(list) && !row) part(come, list).set(ticket, true);
  if (row && (hasLeft || Number(row.dataset.version) < version)) part(moved, list).set(ticket, hasLeft);
}

// The rail's numbers, where the page has them; "99+" stays what it is.
function count(names, step) {
  const known = document.querySelector(".rail-list .count") || document.querySelector("main [data-live-list]");
  if (!known) return;
  for (const name of names) {
    const pill = entryOf(name)?.querySelector(".count");
    if (name !== "all" && !pill?.textContent.includes("+")) number(name, Math.max(0, Number(pill?.textContent ?? 0) + step));
  }
}

const entryOf = (name) => [...document.querySelectorAll(".rail-entry[href]")].find((one) => one.pathname.endsWith(`/lists/${name}/`));

function number(name, value) {
  const entry = entryOf(name);
  let pill = entry?.querySelector(".count");
  if (!value || !entry) return void pill?.remove();
  if (!pill) entry.append(pill = Object.assign(document.createElement("span"), { className: "count" }));
  pill.textContent = value > HIGHEST ? `${HIGHEST}+` : String(value);
}

// The list that comes beside a ticket opened by its address brings them.
function numbers(element) {
  if (element) for (const [name, value] of Object.entries(JSON.parse(element.dataset.liveNumbers))) number(name, value);
  element?.removeAttribute("data-live-numbers"); // they are counted on from here
}

export function draw() {
  for (const element of document.querySelectorAll("[data-live-list]")) {
    for (const [ticket, left] of part(moved, element.dataset.liveList)) {
      rowOf(element, ticket)?.classList.toggle("row-gone", left);
      rowOf(element, ticket)?.toggleAttribute("data-live-changed", true);
    }
  }
  for (const where of document.querySelectorAll("[data-live-news]")) {
    const list = where.dataset.liveNews;
    const fresh = come.get(list)?.size ?? 0, other = moved.get(list)?.size ?? 0;
    say(where, list, fresh ? some("new", fresh) : other ? some("moved", other) : "");
  }
}

// After a gap too long to be told: the list may be old, one press shows it anew.
export function doubt() {
  for (const { dataset } of document.querySelectorAll("[data-live-list]")) {
    part(moved, dataset.liveList).set("?", false);
  }
  draw();
}

function say(where, list, text) {
  const region = where.querySelector("[role=status]") ?? where;
  const link = region.querySelector("a");
  if (!text) return void link?.remove();
  const label = link?.querySelector("span") ?? link;
  if (label) return void (label.textContent = text);
  region.append(Object.assign(document.createElement("a"), {
    className: "chip chip-new", href: first(list), textContent: text,
  }));
}

// The list's first page: a later one is not where new rows come.
function first(list) {
  const element = document.querySelector(`[data-live-list="${CSS.escape(list)}"]`);
  const address = new URL(element?.dataset.refresh ?? location.href, location.href);
  ["after", "further"].forEach((name) => address.searchParams.delete(name));
  return address.pathname + address.search;
}

async function fetchRows(list) {
  const element = document.querySelector(`[data-live-list="${CSS.escape(list)}"]`);
  const address = new URL(first(list), location.href);
  address.searchParams.set("fragment", "rows");
  const into = { source: element, target: element, swap: "outerHTML" };
  await window.htmx.ajax("GET", address.pathname + address.search, into);
  document.querySelector(`[data-live-list="${CSS.escape(list)}"] a`)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-live-news] a");
  if (!link || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  fetchRows(link.closest("[data-live-news]").dataset.liveNews);
});

// What is drawn anew is as new as can be; a row that left the list stays marked until the list is asked for.
function renewed(element) {
  const { liveList: list, liveRow: ticket } = element.dataset ?? {};
  if (list) {
    come.delete(list);
    moved.delete(list);
  }
  const beside = ticket && moved.get(element.closest("[data-live-list]")?.dataset.liveList);
  if (beside && !beside.get(ticket)) beside.delete(ticket);
}

document.addEventListener("htmx:load", (event) => {
  [event.target, ...event.target.querySelectorAll("[data-live-list]")].forEach(renewed);
  numbers(document.querySelector("[data-live-numbers]"));
  draw();
});
