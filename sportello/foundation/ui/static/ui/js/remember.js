// `data-remember="key"` on <details>: open or closed as this browser left it. <scroll-keeper data-key>: a list's place.

function recall(details) {
  const kept = localStorage.getItem(`ui:${details.dataset.remember}`);
  if (kept !== null) details.open = kept === "1";
}

document.addEventListener("toggle", (event) => {
  const key = event.target.dataset?.remember;
  if (key) localStorage.setItem(`ui:${key}`, event.target.open ? "1" : "0");
}, true);
document.querySelectorAll("details[data-remember]").forEach(recall);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("details[data-remember]").forEach(recall));

customElements.define("scroll-keeper", class extends HTMLElement {
  #box;
  #leave = () => sessionStorage.setItem(`ui:place:${this.dataset.key}`, String(this.#box.scrollTop));

  connectedCallback() {
    this.#box = this.closest(".pane") ?? document.scrollingElement;
    this.#box.scrollTop = Number(sessionStorage.getItem(`ui:place:${this.dataset.key}`) ?? 0);
    window.addEventListener("pagehide", this.#leave);
  }

  disconnectedCallback() {
    window.removeEventListener("pagehide", this.#leave);
  }
});
