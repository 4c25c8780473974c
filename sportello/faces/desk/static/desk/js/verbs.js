// A verb's form comes into one dialog; done, it closes and what was written comes into sight.

const dialog = () => document.getElementById("verb");

// Written, one reads on: the new entry has the focus, and every key its meaning again. Who is elsewhere by now stays there.
function readOn(form) {
  const active = document.activeElement;
  if (active && active !== document.body && !active.closest(`#${form}`)) return;
  const last = [...document.querySelectorAll("#timeline > article")].at(-1);
  if (!last) return;
  last.tabIndex = -1;
  last.focus({ preventScroll: true });
  const pane = last.closest(".pane");
  pane.scrollTop = pane.scrollHeight;
}

document.addEventListener("desk:done", (event) => {
  // its own form's: a verb asked for while a reply was on its way stays open (what was drawn anew speaks from the body)
  if (dialog()?.contains(event.target)) dialog().close();
  const { written } = event.detail;
  if (written) setTimeout(() => readOn(`${written}-form`));
});

// Closed, it forgets: the next verb must not show the last one's form while its own is on the way.
document.addEventListener("close", (event) => {
  if (event.target.id === "verb") document.getElementById("verb-body").replaceChildren();
}, true);

// The first thing to fill in has the focus once the form is there.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "verb-body" || event.detail.target.querySelector("[data-focus-here]")) return;
  event.detail.target.querySelector("input:checked, .dialog-body :is(input, select, textarea):not([type=hidden])")?.focus();
});
