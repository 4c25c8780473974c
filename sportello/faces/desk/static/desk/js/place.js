// `data-open-at-end`: a ticket opens where its newest message begins; a draft restored in the hidden tab shows its tab.

function toEnd(timeline) {
  if (location.hash.startsWith("#e")) return;
  const last = [...timeline.querySelectorAll(":scope > article")].at(-1) ?? timeline.lastElementChild;
  const pane = timeline.closest(".pane");
  if (!last || !pane || pane.scrollHeight <= pane.clientHeight) return;
  const composer = pane.querySelector(".ticket-composer");
  const room = pane.clientHeight - (composer?.offsetHeight ?? 0);
  const top = last.offsetTop - pane.offsetTop;
  // whole if it fits, else from its beginning
  pane.scrollTop = last.offsetHeight + 24 < room ? top + last.offsetHeight + 24 - room : top - 12;
}

const place = (root) => root.querySelectorAll?.("[data-open-at-end]").forEach(toEnd);
place(document);
document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.matches?.(".pane-main") && place(event.detail.target));
