// `data-beside` on a row's link: the ticket opens beside the list, which stays as it is. On a phone, and with a key that
// asks for another tab, it is an ordinary link.

const TWO_PAGES = matchMedia("(max-width: 799px)");

function ordinary(event) {
  return event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0 || TWO_PAGES.matches;
}

// Capturing: before htmx hears of it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-beside]");
  if (link && ordinary(event)) event.stopImmediatePropagation();
}, true);

function mark() {
  for (const link of document.querySelectorAll("a[data-beside]")) {
    const here = new URL(link.href).pathname === location.pathname;
    here ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
}

document.addEventListener("htmx:pushedIntoHistory", mark);
document.addEventListener("htmx:load", mark);
mark();
