// `data-insert` puts a saved reply where the caret is; ⟦marks⟧ of missing values are pointed at until they are gone.

const MARK = /⟦[^⟦⟧\n]{0,60}⟧/;

function area(element) {
  return element.closest("form")?.querySelector("textarea");
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

async function insert(button) {
  const answer = await fetch(button.dataset.insert, { headers: { Accept: "text/plain" } });
  const text = area(button);
  if (!answer.ok || !text) return;
  const words = await answer.text();
  text.focus();
  const before = text.value.slice(0, text.selectionStart);
  text.setRangeText(before && !before.endsWith("\n") ? `\n\n${words}` : words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest("details")?.removeAttribute("open");
  show(text);
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[data-insert]");
  if (chosen) insert(chosen);
  if (event.target.closest?.("[data-next-missing]")) show(area(event.target));
});
document.addEventListener("input", (event) => event.target.matches?.("textarea") && event.target.form && tell(event.target.form));
document.querySelectorAll("form:has([data-missing])").forEach(tell);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("form:has([data-missing])").forEach(tell));
