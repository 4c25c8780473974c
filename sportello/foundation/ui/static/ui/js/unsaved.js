// `data-unsaved` on a form: asks before leaving while something typed was not sent.

const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-unsaved]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
document.addEventListener("ui:saved", (event) => changed.delete(event.target));
document.addEventListener("reset", (event) => changed.delete(event.target));

window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
