// <command-palette data-search>: Ctrl/⌘ K. Filters the commands it holds; asks the server for the rest.
// The list is a listbox driven from the field (aria-activedescendant): the focus stays where one types.

const WAIT = 150;

customElements.define("command-palette", class extends HTMLElement {
  #input;
  #found;
  #timer = 0;
  #asked = null;

  connectedCallback() {
    this.#input = this.querySelector(".palette-input");
    this.#found = this.querySelector("[data-found]");
    this.addEventListener("ui:opening", () => { this.#input.value = ""; this.#found.replaceChildren(); this.#offerDeeds(); this.#filter(); });
    this.#input.addEventListener("input", () => { this.#filter(); this.#askLater(); });
    this.#input.addEventListener("keydown", (event) => this.#press(event));
  }

  // What can be done on this page, where it says so: pressed from here as by its key.
  #offerDeeds() {
    this.querySelectorAll("[data-deed]").forEach((one) => one.remove());
    const deeds = [...document.querySelectorAll("[data-commands] [data-hotkey]")].map((deed, index) => {
      const option = Object.assign(document.createElement("button"), { type: "button", id: `palette-d${index}`, className: "palette-option", role: "option", tabIndex: -1 });
      option.dataset.deed = deed.dataset.hotkey;
      const key = Object.assign(document.createElement("kbd"), { className: "kbd", textContent: deed.dataset.hotkey.replace("shift+", "⇧").toUpperCase() });
      option.append(Object.assign(document.createElement("span"), { textContent: deed.title.replace(/ \([^)]*\)$/, "") || deed.textContent.trim() }), key);
      option.addEventListener("click", () => { this.querySelector("dialog").close(); deed.click(); });
      return option;
    });
    this.#found.after(...deeds);
  }

  get #options() {
    return [...this.querySelectorAll(".palette-option:not([hidden])")];
  }

  #filter() {
    const words = this.#plain(this.#input.value).split(" ").filter(Boolean);
    for (const option of this.querySelectorAll(".palette-list > .palette-option")) {
      const text = this.#plain(`${option.textContent} ${option.dataset.words ?? ""}`);
      option.hidden = !words.every((word) => text.includes(word));
    }
    this.#settle();
  }

  #plain(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
  }

  #settle() {
    this.querySelector(".palette-none").hidden = this.#options.length > 0;
    this.#select(this.#options[0]);
  }

  #select(option) {
    this.querySelectorAll("[aria-selected]").forEach((one) => one.removeAttribute("aria-selected"));
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    option?.id ? this.#input.setAttribute("aria-activedescendant", option.id) : this.#input.removeAttribute("aria-activedescendant");
  }

  #press(event) {
    const options = this.#options;
    const at = options.findIndex((one) => one.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) this.#select(options[(at + step + options.length) % options.length]);
    else if (event.key === "Enter" && options[at]) { this.querySelector("dialog").close(); options[at].click(); }
    else return;
    event.preventDefault();
  }

  #askLater() {
    clearTimeout(this.#timer);
    if (this.dataset.search) this.#timer = setTimeout(() => this.#ask(), WAIT);
  }

  async #ask() {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const typed = this.#input.value.trim();
    if (typed.length < 2) { this.#found.replaceChildren(); this.#settle(); return; }
    try {
      const answer = await fetch(`${this.dataset.search}?q=${encodeURIComponent(typed)}`, { headers: { "HX-Request": "true" }, signal: this.#asked.signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      this.#found.replaceChildren(...page.querySelectorAll(".palette-option"));
      [...this.#found.children].forEach((one, index) => { one.id ||= `palette-f${index}`; one.tabIndex = -1; });
      this.#settle();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }
});
