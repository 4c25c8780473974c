// <tab-set data-label>: its `.tab-panel`s become tabs, arrows move between them; the chosen one is kept by its id.

customElements.define("tab-set", class extends HTMLElement {
  #panels = [];
  #tabs = [];

  connectedCallback() {
    if (this.querySelector(":scope > [role=tablist]")) return;
    this.#panels = [...this.querySelectorAll(":scope > .tab-panel")];
    this.#tabs = this.#panels.map((panel) => this.#tab(panel));
    const list = document.createElement("div");
    list.className = "tabs";
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", this.dataset.label);
    list.append(...this.#tabs);
    list.addEventListener("keydown", (event) => this.#move(event));
    this.prepend(list);
    const linked = this.#panels.findIndex((panel) => `#${panel.id}` === location.hash || panel.querySelector("[data-focus-here]"));
    this.#show(Math.max(linked, 0));
  }

  #tab(panel) {
    const tab = document.createElement("button");
    Object.assign(tab, { type: "button", className: "tab", id: `${panel.id}-tab` });
    const icon = panel.querySelector("template[data-icon]");
    if (icon) tab.append(icon.content.cloneNode(true));
    tab.append(panel.dataset.title);
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    if (panel.dataset.panelHotkey) {
      tab.dataset.hotkey = panel.dataset.panelHotkey;
      tab.title = `${panel.dataset.title} (${panel.dataset.panelHotkey.toUpperCase()})`;
    }
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => {
      this.#show(this.#tabs.indexOf(tab));
      if (tab.dataset.hotkey) panel.querySelector("textarea, input:not([type=hidden])")?.focus();
    });
    return tab;
  }

  #show(index) {
    this.#panels.forEach((panel, at) => {
      panel.hidden = at !== index;
      this.#tabs[at].setAttribute("aria-selected", String(at === index));
      this.#tabs[at].tabIndex = at === index ? 0 : -1;
    });
    this.dataset.mode = this.#panels[index]?.dataset.mode ?? "";
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (this.#tabs.indexOf(document.activeElement) + step + this.#tabs.length) % this.#tabs.length;
    this.#show(next);
    this.#tabs[next].focus();
  }
});
