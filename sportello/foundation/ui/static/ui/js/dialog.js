// `data-opens="id"` opens a dialog; `data-confirm="sentence"` asks before a button, link or form goes on.

export function open(dialog) {
  if (!dialog || dialog.open) return;
  dialog.dispatchEvent(new CustomEvent("ui:opening", { bubbles: true }));
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-opens]");
  if (opener) {
    event.preventDefault();
    open(document.getElementById(opener.dataset.opens));
  } else if (event.target.matches?.("dialog[open]")) {
    event.target.close(); // a press beside the dialog
  }
});

function ask(question, then) {
  const dialog = document.getElementById("confirm-dialog");
  dialog.querySelector("[data-question]").textContent = question;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && then(), { once: true });
  open(dialog);
}

const agreed = new WeakSet();

// Capturing, so that it comes before htmx and before the form is sent.
function guard(event, element, again) {
  if (!element || agreed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(element.dataset.confirm, () => {
    agreed.add(element);
    again();
  });
}

document.addEventListener("click", (event) => {
  const element = event.target.closest?.("[data-confirm]:not(form)");
  guard(event, element, () => element.click());
}, true);

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-confirm]");
  guard(event, form, () => form.requestSubmit(event.submitter));
}, true);
