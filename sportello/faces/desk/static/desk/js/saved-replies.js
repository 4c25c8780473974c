// `data-insert` puts a saved reply, an article or a link where the caret of the reply is; ⟦marks⟧ of missing values are
// pointed at until they are gone. `/` at the beginning of a line opens the saved replies.

const MARK = /⟦[^⟦⟧\n]{0,60}⟧/;

function area(element) {
  return element.closest("form")?.querySelector("textarea") ?? document.getElementById("reply-text");
}

function tell(form) {
  const warning = form.querySelector("[data-missing]");
  const text = form.querySelector("textarea");
  if (warning && text) warning.hidden = !MARK.test(text.value);
}

function show(text) {
  const found = text.value.match(MARK);
  if (!found) return;
  text.focus();
  text.setSelectionRange(found.index, found.index + found[0].length);
}

// Counted when the reply is sent: which ones it was made of goes with it.
function use(form, slug) {
  if (!slug || form.querySelector(`[name=used][value="${CSS.escape(slug)}"]`)) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "used", value: slug }));
}

async function insert(button) {
  const text = area(button);
  const answer = text && await fetch(button.dataset.insert, { headers: { Accept: "text/plain" } });
  if (!answer?.ok) return;
  const words = await answer.text();
  if (!text.checkVisibility()) document.querySelectorAll("#reply-tab, [data-pane=main]").forEach((tab) => tab.click());
  text.focus();
  const before = text.value.slice(0, text.selectionStart);
  text.setRangeText(before && !before.endsWith("\n") ? `\n\n${words}` : words, text.selectionStart, text.selectionEnd, "end");
  use(text.form, button.dataset.used);
  text.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest("details[data-menu]")?.removeAttribute("open");
  show(text);
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-insert]");
  if (chosen) { event.preventDefault(); insert(chosen); }
  if (event.target.closest?.("[data-next-missing]")) show(area(event.target));
});
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (field.matches?.("[data-ready]") && event.key === "Enter") {
    event.preventDefault(); // it searches; it does not send
    field.closest("details").querySelector("[data-insert]")?.click();
  } else if (event.key === "/" && field.matches?.("#reply-text") && /(^|\n)$/.test(field.value.slice(0, field.selectionStart))) {
    event.preventDefault();
    field.form.querySelector(".composer-saved").open = true;
  }
});
document.addEventListener("toggle", (event) => event.target.matches?.(".composer-saved[open]") && event.target.querySelector("input").focus(), true);
document.addEventListener("input", (event) => event.target.matches?.("textarea") && event.target.form && tell(event.target.form));
document.querySelectorAll("form:has([data-missing])").forEach(tell);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("form:has([data-missing])").forEach(tell));
