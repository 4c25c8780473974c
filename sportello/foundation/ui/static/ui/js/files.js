// <drop-zone data-max> around a file field: files may be dropped on it, or pasted in the form; each can be taken out.

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB`;
}

customElements.define("drop-zone", class extends HTMLElement {
  #input;
  #list;
  #files = [];

  connectedCallback() {
    this.#input = this.querySelector("input[type=file]");
    this.#list = this.querySelector(".drop-list");
    this.querySelector(".drop-hint").hidden = false;
    this.#input.addEventListener("change", () => this.#add(this.#input.files, true));
    this.addEventListener("dragover", (event) => { event.preventDefault(); this.toggleAttribute("data-over", true); });
    this.addEventListener("dragleave", () => this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.removeAttribute("data-over");
      this.#add(event.dataTransfer.files);
    });
    this.closest("form")?.addEventListener("paste", (event) => this.#add(event.clipboardData.files));
  }

  // A file field forgets what it held when another is chosen: we keep them, as people expect.
  #add(files, chosen = false) {
    if (!files.length) return;
    const room = this.#input.multiple ? this.#files : [];
    this.#files = [...room, ...[...files].filter((file) => !room.some((one) => one.name === file.name && one.size === file.size))];
    if (!this.#input.multiple) this.#files = this.#files.slice(-1);
    this.#show(chosen);
  }

  #show() {
    const held = new DataTransfer();
    this.#files.forEach((file) => held.items.add(file));
    this.#input.files = held.files;
    this.#list.hidden = !this.#files.length;
    this.#list.replaceChildren(...this.#files.map((file) => this.#chip(file)));
  }

  #chip(file) {
    const chip = document.createElement("li");
    chip.className = "chip";
    const words = document.createElement("span");
    const tooLarge = this.#input.dataset.max && file.size > Number(this.#input.dataset.max);
    words.textContent = `${file.name} · ${size(file.size)}${tooLarge ? ` · ${this.dataset.tooLarge}` : ""}`;
    chip.toggleAttribute("data-wrong", Boolean(tooLarge));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", `${this.dataset.remove} ${file.name}`);
    remove.addEventListener("click", () => {
      this.#files = this.#files.filter((one) => one !== file);
      this.#show();
      this.#input.focus();
    });
    chip.append(words, remove);
    return chip;
  }
});
