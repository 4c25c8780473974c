// The words of the page (`live/_head.html`), in its language.
const said = document.querySelector('meta[name="live-words"]')?.dataset ?? {};
const QUIET = 10000; // ms between two announcements: a busy ticket must not talk over the person reading it
let spoken = 0;

export function some(name, count) {
  return (said[`${name}${count === 1 ? "One" : "Many"}`] ?? "").replace("#n", String(count));
}

export const sentence = (name) => said[name] ?? "";

export function announce(name, state = "info") {
  if (state === "info" && Date.now() - spoken < QUIET) return;
  spoken = Date.now();
  document.dispatchEvent(new CustomEvent("ui:announce", { detail: { text: said[name] ?? "", state } }));
}
