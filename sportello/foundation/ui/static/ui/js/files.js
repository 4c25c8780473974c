// <drop-zone> around a file field: files may be dropped on it, or pasted in the form; each can be taken out. With
// `data-upload` on the field they go to that address at once, each with its progress, and the answer is its chip.
import { announce } from "./announce.js";
import { token } from "./token.js";

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB`;
}

customElements.define("drop-zone", class extends HTMLElement {
  #input;
  #list;
  #form;
  #files = [];
  #onTheirWay = 0;

  connectedCallback() {
    this.#input = this.querySelector("input[type=file]");
    this.#list = this.querySelector(".drop-list");
    this.#form = this.closest("form");
    this.querySelector(".drop-hint").hidden = false;
    this.#input.addEventListener("change", () => this.#add(this.#input.files));
    const place = this.#input.dataset.upload ? this.#form : this;
    place.addEventListener("dragover", (event) => { event.preventDefault(); this.toggleAttribute("data-over", true); });
    place.addEventListener("dragleave", () => this.removeAttribute("data-over"));
    place.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.removeAttribute("data-over");
      this.#add(event.dataTransfer.files);
    });
    this.#form?.addEventListener("paste", (event) => this.#add(event.clipboardData.files));
    if (!this.#input.dataset.upload) return;
    this.#form.addEventListener("submit", (event) => this.#waitFor(event), true);
    this.#form.addEventListener("click", (event) => this.#takeOut(event));
  }

  // A file field forgets what it held when another is chosen: we keep them, as people expect.
  #add(files) {
    if (!files.length) return;
    if (this.#input.dataset.upload) {
      [...files].forEach((file) => this.#send(file));
      this.#input.value = "";
      return;
    }
    const room = this.#input.multiple ? this.#files : [];
    this.#files = [...room, ...[...files].filter((file) => !room.some((one) => one.name === file.name && one.size === file.size))];
    if (!this.#input.multiple) this.#files = this.#files.slice(-1);
    this.#show();
  }

  #show() {
    const held = new DataTransfer();
    this.#files.forEach((file) => held.items.add(file));
    this.#input.files = held.files;
    this.#list.hidden = !this.#files.length;
    this.#list.replaceChildren(...this.#files.map((file) => this.#chip(file, () => {
      this.#files = this.#files.filter((one) => one !== file);
      this.#show();
    })));
  }

  #chip(file, remove) {
    const chip = document.createElement("li");
    chip.className = "chip";
    const words = document.createElement("span");
    const tooLarge = this.#input.dataset.max && file.size > Number(this.#input.dataset.max);
    words.textContent = `${file.name} · ${size(file.size)}${tooLarge ? ` · ${this.dataset.tooLarge}` : ""}`;
    chip.toggleAttribute("data-wrong", Boolean(tooLarge));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "×";
    button.setAttribute("aria-label", `${this.dataset.remove} ${file.name}`);
    button.addEventListener("click", () => { remove(); this.#input.focus(); });
    chip.append(words, button);
    return chip;
  }

  #send(file) {
    const request = new XMLHttpRequest();
    const chip = this.#chip(file, () => { request.abort(); chip.remove(); });
    this.#form.querySelector("[data-draft-files]").append(chip);
    if (chip.matches("[data-wrong]")) return;
    const said = chip.firstChild.textContent;
    const body = new FormData();
    body.append("files", file);
    for (const name of ["draft_writer", "draft_turn", "draft_revision"]) body.append(name, this.#form.elements[name]?.value ?? "");
    request.upload.addEventListener("progress", (event) => { chip.firstChild.textContent = `${said} · ${Math.floor(99 * event.loaded / event.total)} %`; });
    request.addEventListener("loadend", () => {
      this.#onTheirWay -= 1;
      if (request.status === 200) chip.outerHTML = request.responseText;
      else if (chip.isConnected) this.#failed(chip, said, request.status === 422 || request.status === 409 ? request.responseText : this.dataset.failed);
    });
    this.#onTheirWay += 1;
    request.open("POST", this.#input.dataset.upload);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("HX-Request", "true");
    request.send(body);
  }

  #failed(chip, said, why) {
    chip.toggleAttribute("data-wrong", true);
    chip.firstChild.textContent = `${said} · ${why}`;
    announce(why, "error");
  }

  // Nothing leaves without the files that are still on their way.
  #waitFor(event) {
    if (!this.#onTheirWay) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    announce(this.dataset.wait, "error");
  }

  async #takeOut(event) {
    const button = event.target.closest("[data-take-out]");
    if (!button) return;
    event.preventDefault();
    const body = new URLSearchParams({ draft_writer: this.#form.elements.draft_writer.value });
    const answer = await fetch(button.formAction, { method: "POST", body, headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
    if (!answer.ok) return announce(this.dataset.failed, "error");
    button.closest(".chip").remove();
    this.#input.focus();
  }
});
