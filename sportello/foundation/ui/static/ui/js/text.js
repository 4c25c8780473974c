// <grow-text data-limit data-left> around a textarea: grows with its text; says how many characters are left.

const TELL_BELOW = 50; // spoken only near the end, at most once a second

customElements.define("grow-text", class extends HTMLElement {
  #area;
  #left;
  #said;
  #timer = 0;

  connectedCallback() {
    this.#area = this.querySelector("textarea");
    if (this.dataset.limit && !this.querySelector(".left")) this.#addCounter();
    this.#left = this.querySelector(".left");
    this.#said = this.querySelector("[role=status]");
    this.#area.addEventListener("input", () => this.#update());
    this.#update();
  }

  #addCounter() {
    const left = document.createElement("span");
    left.className = "left";
    left.setAttribute("aria-hidden", "true");
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    this.append(left, said);
  }

  #update() {
    if (!CSS.supports("field-sizing", "content")) { // where the stylesheet's own rule is not understood
      this.#area.style.height = "auto";
      this.#area.style.height = `${this.#area.scrollHeight + 2}px`;
    }
    if (!this.#left) return;
    const left = Number(this.dataset.limit) - this.#area.value.length;
    this.#left.textContent = `${left} ${this.dataset.left}`;
    this.#left.toggleAttribute("data-over", left < 0);
    clearTimeout(this.#timer);
    if (left < TELL_BELOW) this.#timer = setTimeout(() => { this.#said.textContent = this.#left.textContent; }, 1000);
  }
});
