// <count-down data-until data-now data-words="… {n} …" data-over>: the seconds left to take something back. The server
// decides; this only counts. The page's now is the organisation's clock, which may be moved: the difference counts.
customElements.define("count-down", class extends HTMLElement {
  #timer = 0;
  #began = performance.now();

  connectedCallback() {
    this.#timer = setInterval(() => this.#say(), 500);
    this.#say();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #say() {
    const lasts = Date.parse(this.dataset.until) - Date.parse(this.dataset.now) - (performance.now() - this.#began);
    const seconds = Math.ceil(lasts / 1000);
    this.textContent = seconds > 0 ? this.dataset.words.replace("{n}", seconds) : this.dataset.over;
    if (seconds <= 0) clearInterval(this.#timer);
  }
});
