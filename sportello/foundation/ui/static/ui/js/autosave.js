// <auto-save data-url data-saved data-failed> inside a form: keeps the draft, a second after the last key.
// One request at a time: an older text never arrives after a newer one. The server owns the draft.
import { token } from "./token.js";

const WAIT = 1000;

customElements.define("auto-save", class extends HTMLElement {
  #form;
  #timer = 0;
  #sending = false;
  #again = false;
  #typed = (event) => event.target.closest("auto-save") || this.#later();
  #hurry = () => document.visibilityState === "hidden" && this.#timer && this.#save({ keepalive: true });

  connectedCallback() {
    this.#form = this.closest("form");
    this.#form?.addEventListener("input", this.#typed);
    this.#form?.addEventListener("submit", () => clearTimeout(this.#timer));
    document.addEventListener("visibilitychange", this.#hurry);
    this.setAttribute("role", "status");
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
    this.#form?.removeEventListener("input", this.#typed);
    document.removeEventListener("visibilitychange", this.#hurry);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), WAIT);
  }

  async #save(options = {}) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#sending) { this.#again = true; return; }
    this.#sending = true;
    const body = new FormData(this.#form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" }, ...options });
      this.textContent = answer.ok ? this.dataset.saved : this.dataset.failed;
      if (answer.ok) this.#form.dispatchEvent(new CustomEvent("ui:saved", { bubbles: true }));
    } catch {
      this.textContent = this.dataset.failed;
    }
    this.#sending = false;
    if (this.#again) { this.#again = false; this.#later(); }
  }
});
