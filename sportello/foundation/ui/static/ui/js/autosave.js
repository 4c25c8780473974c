// <auto-save data-url data-saved data-failed> inside a form: keeps the draft, a second after the last key, and at once when
// the form goes: another ticket, another page, another window. The server owns the draft. Each save says which drawing of
// the form it is of and counts (`draft_writer`, `draft_turn`), so that one that arrives late overwrites nothing; words
// newer than ours come back with 409 and are shown, with the choice.
import { token } from "./token.js";

const WAIT = 1000;
const MOST_ALIVE = 60_000; // bytes a request may carry that outlives its page

customElements.define("auto-save", class extends HTMLElement {
  #form;
  #timer = 0;
  #typed = (event) => event.target.closest("auto-save, [data-ready]") || this.#later();
  #hurry = () => document.visibilityState === "hidden" && this.#now();
  #left = () => this.#now();

  connectedCallback() {
    this.#form = this.closest("form");
    this.#form?.addEventListener("input", this.#typed);
    this.#form?.addEventListener("submit", () => { clearTimeout(this.#timer); this.#timer = 0; });
    // refused, or no answer: what stands there is to be kept
    this.#form?.addEventListener("htmx:afterRequest", (event) => event.target === this.#form && !event.detail.successful && this.#later());
    this.addEventListener("click", (event) => this.#choose(event));
    document.addEventListener("visibilitychange", this.#hurry);
    window.addEventListener("pagehide", this.#left);
    this.setAttribute("role", "status");
  }

  disconnectedCallback() {
    this.#now();
    document.removeEventListener("visibilitychange", this.#hurry);
    window.removeEventListener("pagehide", this.#left);
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), WAIT);
  }

  #now() {
    if (this.#timer) this.#save(true);
  }

  // Ours shall stand: from now on we know of the other.
  #choose(event) {
    const mine = event.target.closest("[data-keep-mine]");
    if (!mine) return;
    this.#form.elements.draft_revision.value = mine.dataset.keepMine;
    this.#save();
  }

  async #save(leaving = false) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const turn = this.#form.elements.draft_turn;
    if (turn) turn.value = Number(turn.value) + 1;
    const body = new FormData(this.#form);
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    const keepalive = leaving && (body.get("text") ?? "").length * 3 < MOST_ALIVE;
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body, keepalive, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
      if (answer.status === 409) this.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
      else this.textContent = answer.ok ? this.dataset.saved : this.dataset.failed;
      if (answer.ok && !this.#timer) this.#form.dispatchEvent(new CustomEvent("ui:saved", { bubbles: true }));
    } catch {
      this.textContent = this.dataset.failed;
    }
  }
});
