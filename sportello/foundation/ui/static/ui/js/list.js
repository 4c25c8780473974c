// <list-navigation> around rows: j and k move, Enter opens (it is a link), the space bar ticks the row's box.
import { chord } from "./hotkeys.js";

const TYPING = "input, textarea, select, [contenteditable]";

customElements.define("list-navigation", class extends HTMLElement {
  #press = (event) => this.#move(event);

  connectedCallback() {
    document.addEventListener("keydown", this.#press);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#press);
  }

  #move(event) {
    if (event.key === "ArrowDown" && event.target.matches?.("[data-into-list]")) {
      event.preventDefault();
      return void this.querySelector(".row-link")?.focus();
    }
    if (event.defaultPrevented || event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    const inside = this.contains(document.activeElement);
    if (inside && chord(event) === " " && document.activeElement.matches(".row-link")) {
      event.preventDefault();
      return void document.activeElement.closest(".row").querySelector(".row-pick")?.click();
    }
    const step = { j: 1, k: -1, ...(inside ? { arrowdown: 1, arrowup: -1 } : {}) }[chord(event)];
    const links = [...this.querySelectorAll(".row-link")];
    if (!step || !links.length || !this.checkVisibility()) return;
    event.preventDefault();
    const current = links.indexOf(document.activeElement.closest?.(".row-link"));
    const marked = links.findIndex((link) => link.closest("[data-current]"));
    const from = current >= 0 ? current : marked >= 0 ? marked : step > 0 ? -1 : links.length;
    links[Math.min(Math.max(from + step, 0), links.length - 1)].focus();
  }
});
