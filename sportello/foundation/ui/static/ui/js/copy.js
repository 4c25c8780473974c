// <copy-button data-text data-done>: copies, and says so.
import { announce } from "./announce.js";

customElements.define("copy-button", class extends HTMLElement {
  connectedCallback() {
    this.querySelector("button").addEventListener("click", () => this.#copy());
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.dataset.text);
    } catch {
      this.#copyOldWay(); // pages served without TLS have no clipboard object
    }
    announce(this.dataset.done, "success");
  }

  #copyOldWay() {
    const field = document.createElement("textarea");
    field.value = this.dataset.text;
    field.className = "visually-hidden";
    this.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    this.querySelector("button").focus();
  }
});
