// `data-open-at-end`: a ticket opens where its newest message is whole, or from its beginning when it is longer than the room.

async function toEnd(timeline) {
  if (location.hash.startsWith("#e")) return;
  await customElements.whenDefined("tab-set");
  await new Promise(requestAnimationFrame);
  const pane = timeline.closest(".pane");
  const last = [...timeline.querySelectorAll(":scope > article")].at(-1);
  if (!pane) return;
  pane.scrollTop = pane.scrollHeight;
  const top = pane.getBoundingClientRect().top + (pane.querySelector(".ticket-head")?.offsetHeight ?? 0);
  const hidden = last ? top + 8 - last.getBoundingClientRect().top : 0;
  if (hidden > 0) pane.scrollTop -= hidden;
}

const place = (root) => root.querySelectorAll?.("[data-open-at-end]").forEach(toEnd);
const tab = () => document.querySelector(".strip-tab[data-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
place(document);
tab();
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => target?.matches?.(".pane-main") && (place(target), tab()));

// Reply and note begin in their text, not in the recipients above it.
document.addEventListener("click", (event) => {
  const tab = event.target.closest?.("#write [role=tab]");
  const text = tab && document.getElementById(tab.getAttribute("aria-controls"))?.querySelector("textarea");
  text?.focus();
  if (text && !text.selectionEnd) text.setSelectionRange(text.value.length, text.value.length); // a draft goes on at its end
});
