// <relative-time data-now> around <time>: "5 minutes ago" grows older by itself. The page's now is the organisation's
// clock, which may be moved: only the difference to it counts. Past twelve hours the words are left alone.

const STEP = 30_000;

customElements.define("relative-time", class extends HTMLElement {
  #timer = 0;
  #began = performance.now();

  connectedCallback() {
    this.#timer = setInterval(() => this.#say(), STEP);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #say() {
    const time = this.querySelector("time");
    const now = Date.parse(this.dataset.now) + performance.now() - this.#began;
    const minutes = Math.floor((now - Date.parse(time.dateTime)) / 60_000);
    if (minutes < 1 || minutes >= 12 * 60 || this.matches(":hover")) return;
    const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
    time.textContent = minutes < 60 ? words.format(-minutes, "minute") : words.format(-Math.floor(minutes / 60), "hour");
  }
});

// <work-timer data-from data-now>: how long something has been going on, minutes and seconds.
customElements.define("work-timer", class extends HTMLElement {
  #timer = 0;
  #began = performance.now();

  connectedCallback() {
    this.setAttribute("role", "timer");
    this.#timer = setInterval(() => this.#say(), 1000);
    this.#say();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #say() {
    const lasted = Date.parse(this.dataset.now) - Date.parse(this.dataset.from) + performance.now() - this.#began;
    const seconds = Math.max(0, Math.floor(lasted / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = parts[0] ? parts : parts.slice(1);
    this.textContent = shown.map((part, at) => (at ? String(part).padStart(2, "0") : part)).join(":");
  }
});
