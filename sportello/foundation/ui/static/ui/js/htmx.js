// The one file that knows htmx's events: token, failures said in words, focus that stays.
import { announce } from "./announce.js";
import { token } from "./token.js";

const region = document.getElementById("announcements");
let focused = null;

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:responseError", () => announce(region.dataset.failed, "error"));
document.addEventListener("htmx:sendError", () => announce(region.dataset.offline, "error"));
document.addEventListener("htmx:timeout", () => announce(region.dataset.offline, "error"));

// Who typed and has gone into the list keeps it: a later answer would take away the row the next key is meant for.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (requestConfig?.triggeringEvent?.type === "input" && target.contains(document.activeElement)) event.detail.shouldSwap = false;
});

// A swap that replaces the focused element gives the focus to its successor of the same id, caret and all. Where it
// still stands, whoever left it meanwhile (Escape) meant to.
document.addEventListener("htmx:beforeSwap", () => {
  const active = document.activeElement;
  if (active?.id) focused = { active, id: active.id, start: active.selectionStart, end: active.selectionEnd };
});
document.addEventListener("htmx:afterSettle", () => {
  const had = focused;
  focused = null;
  if (!had || had.active.isConnected) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  const heir = document.getElementById(had.id);
  heir?.focus({ preventScroll: true });
  if (heir?.setSelectionRange && typeof had.start === "number") heir.setSelectionRange(had.start, had.end);
});
// A refused form came back: its summary has the focus.
document.addEventListener("htmx:load", (event) => {
  const summary = event.target.matches?.("[data-focus-here]") ? event.target : event.target.querySelector?.("[data-focus-here]");
  summary?.focus();
});
