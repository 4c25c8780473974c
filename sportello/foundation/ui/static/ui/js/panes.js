// <desk-panes>: below 1200 px the ticket and its side panel take turns.

customElements.define("desk-panes", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-pane]");
      if (!tab) return;
      this.dataset.shown = tab.dataset.pane;
      for (const one of this.querySelectorAll("[data-pane]")) one.setAttribute("aria-pressed", String(one === tab));
    });
  }
});
