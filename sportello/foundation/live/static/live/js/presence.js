// Who else has this ticket before them, and who is writing: said every 15 s while the page is seen, never stored.
//   data-live-ticket   the open ticket     data-live-present   where the others' names stand     data-live-row   a row
const BEAT = 15000;
const WRITING = 8000; // ms since the last key in the composer
const said = document.querySelector('meta[name="live-words"]')?.dataset ?? {};
const tab = Math.random().toString(36).slice(2, 12);
const known = new Map(); // ticket → [[name, doing]]
let where = "", last = "", wrote = 0, address = "";

function post(topic, doing) {
  const body = new URLSearchParams({ topic, doing, tab });
  return fetch(address, { method: "POST", credentials: "include", keepalive: true, body });
}

async function say(topic, doing) {
  try {
    const answer = await post(topic, doing);
    if (answer.ok) for (const { event, data } of (await answer.json()).events) if (event === "presence") heard(data);
  } catch { /* the line is away: the stream says so */ }
}

function beat(force) {
  const now = document.hidden ? "" : document.querySelector("[data-live-ticket]")?.dataset.liveTicket ?? "";
  const doing = Date.now() - wrote < WRITING ? "replying" : "viewing";
  if (where && where !== now) post(`ticket:${where}`, "gone").catch(() => {});
  if (now && (force || now !== where || doing !== last)) say(`ticket:${now}`, doing);
  [where, last] = [now, doing];
}

export function heard({ ticket, who }) {
  known.set(ticket, who);
  draw();
}

function words(who) {
  return who.map(([name, doing]) => (said[doing] ?? "#n").replace("#n", name)).join(" · ");
}

function draw() {
  for (const place of document.querySelectorAll("[data-live-present]")) {
    const who = known.get(place.closest("[data-live-ticket]")?.dataset.liveTicket) ?? [];
    if (place.textContent !== words(who)) place.textContent = words(who);
    place.hidden = !who.length;
  }
  for (const row of document.querySelectorAll("[data-live-row]")) {
    const who = known.get(row.dataset.liveRow) ?? [];
    let mark = row.querySelector(".row-present");
    if (!who.length) { mark?.remove(); continue; }
    if (!mark) row.querySelector(".row-who")?.append(mark = Object.assign(document.createElement("span"), { className: "row-present" }));
    if (mark) mark.textContent = words(who);
  }
}

export function start(stream) {
  address = stream.replace(/stream(?=$|\?)/, "presence");
  document.addEventListener("input", (event) => {
    if (event.target.closest?.(".composer")) { wrote = Date.now(); beat(); }
  });
  for (const name of ["htmx:load", "visibilitychange"]) document.addEventListener(name, () => { beat(); draw(); });
  addEventListener("pagehide", () => where && post(`ticket:${where}`, "gone").catch(() => {}));
  setInterval(() => beat(true), BEAT);
  beat();
  if (document.querySelector("[data-live-list]")) say("", "look");
  document.addEventListener("htmx:load", (event) => event.target.querySelector?.("[data-live-list]") && say("", "look"), { once: true });
}
