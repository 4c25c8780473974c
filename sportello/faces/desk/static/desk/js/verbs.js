// A verb's form comes into one dialog; done, it closes and what was written comes into sight.

const dialog = () => document.getElementById("verb");

document.addEventListener("desk:done", () => {
  dialog()?.close();
  document.querySelector("#timeline > :last-child")?.scrollIntoView({ block: "nearest" });
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
