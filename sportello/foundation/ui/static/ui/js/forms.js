// Small helps for forms: focus on what is wrong, filters without a button, print, no double sending.

document.querySelector("[data-focus-here]")?.focus();

document.addEventListener("change", (event) => event.target.closest("form[data-submit-on-change]")?.requestSubmit());
document.addEventListener("click", (event) => event.target.closest?.("[data-print]") && window.print());

// A second press while the first is on its way would send twice. The page comes back enabled (back button) by pageshow.
const SENT = "data-sent";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.closest("dialog")) return;
  if (form.hasAttribute(SENT)) event.preventDefault();
  form.setAttribute(SENT, "");
});
window.addEventListener("pageshow", () => document.querySelectorAll(`form[${SENT}]`).forEach((form) => form.removeAttribute(SENT)));
