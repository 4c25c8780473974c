// <recipient-field> around a text field of addresses: shows them as chips, keeps the field's own text for the server.

const PARTS = /(?:"[^"]*"|[^,;"])+/g;
const ADDRESS = /^(?:.*<\s*)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+\s*>?$/;

customElements.define("recipient-field", class extends HTMLElement {
  #field;
  #box;
  #typing;

  connectedCallback() {
    this.#field = this.querySelector("input");
    if (!this.#field || this.querySelector(".recipients")) return;
    this.#box = document.createElement("div");
    this.#box.className = "recipients";
    this.#typing = document.createElement("input");
    Object.assign(this.#typing, { type: "text", autocomplete: "off", spellcheck: false });
    this.#typing.setAttribute("inputmode", "email");
    const label = this.querySelector("label");
    this.#typing.setAttribute("aria-label", label?.textContent.replace(/\(.*\)/, "").trim() ?? "");
    this.#field.hidden = true;
    this.#field.after(this.#box);
    this.#box.append(this.#typing);
    this.#box.addEventListener("click", (event) => event.target === this.#box && this.#typing.focus());
    label?.addEventListener("click", (event) => { event.preventDefault(); this.#typing.focus(); });
    this.#typing.addEventListener("keydown", (event) => this.#press(event));
    this.#typing.addEventListener("blur", () => this.#take());
    this.#typing.addEventListener("paste", () => setTimeout(() => this.#take()));
    this.#draw();
  }

  get #parts() {
    return (this.#field.value.match(PARTS) ?? []).map((part) => part.trim()).filter(Boolean);
  }

  #press(event) {
    if (event.key === "Backspace" && !this.#typing.value) this.#set(this.#parts.slice(0, -1));
    else if (["Enter", ",", ";"].includes(event.key) && this.#typing.value.trim() && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#take();
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
  }

  #take() {
    const typed = this.#typing.value.trim().replace(/[,;]+$/, "");
    if (!typed) return;
    this.#typing.value = "";
    this.#set([...this.#parts, ...(typed.match(PARTS) ?? []).map((part) => part.trim())]);
  }

  #set(parts) {
    this.#field.value = parts.join(", ");
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
    this.#draw();
  }

  #draw() {
    const parts = this.#parts;
    this.toggleAttribute("data-none", !parts.length && this.#field.name === "to");
    this.#box.replaceChildren(...parts.map((part) => this.#chip(part)), this.#typing);
  }

  #chip(part) {
    const chip = document.createElement("span");
    chip.className = "chip";
    chip.toggleAttribute("data-wrong", !ADDRESS.test(part));
    const words = document.createElement("span");
    words.textContent = part.replace(/^"([^"]*)"/, "$1");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${this.dataset.remove} ${part}`);
    remove.addEventListener("click", () => {
      this.#set(this.#parts.filter((one) => one !== part));
      this.#typing.focus();
    });
    chip.append(words, remove);
    return chip;
  }
});
