// Keys: `data-hotkey="r"`, `"mod+k"`, or a sequence `"g m"`. Presses the element, or focuses it if it is a field.
// Never while someone types, but for combinations with Ctrl/⌘. `?` opens the help, which lists what is on the page.

const PATIENCE = 1500; // ms between the keys of a sequence: slow hands have them too, and slow machines
const FIELDS = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable]";

// What this person chose (WCAG 2.1.4): keys of one character off, or others in their place, as pairs "tx" (t is x now).
const chosen = document.querySelector('meta[name="keys"]')?.dataset ?? {};
const pairs = (chosen.changed ?? "").split(" ").filter(Boolean).map((pair) => [...pair]);
const instead = new Map(pairs); // delivered → wanted
const meant = new Map([...pairs.map(([key]) => [key, ""]), ...pairs.map(([key, own]) => [own, key])]);

// The key as delivered that a person means by what they press; "" when they want it to mean nothing.
export function chord(event) {
  const pressed = asPressed(event);
  if (pressed.length > 1 && !pressed.startsWith("shift+")) return pressed;
  return "off" in chosen ? "" : meant.get(pressed) ?? pressed;
}

function asPressed(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase();
  const shifted = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  return [
    event.ctrlKey || event.metaKey ? "mod" : "",
    event.altKey ? "alt" : "",
    shifted ? "shift" : "",
    key,
  ].filter(Boolean).join("+");
}

export function label(element) {
  return (element.getAttribute("aria-label") || element.title || element.textContent || element.placeholder || "")
    .replace(/\s*\([^()]*\)\s*$/, "").replace(/\s+/g, " ").trim();
}

class Hotkeys {
  #typed = "";
  #timer = 0;

  start() {
    document.addEventListener("keydown", (event) => this.#press(event));
    document.addEventListener("ui:opening", (event) => event.target.id === "keys" && this.#list(event.target));
  }

  #press(event) {
    if (event.defaultPrevented || event.isComposing || ["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
    const pressed = chord(event);
    if (!pressed) return;
    // out of a field, so that keys have their meaning again; Tab goes on from there
    if (pressed === "escape" && event.target.closest?.(FIELDS) && !event.target.closest("dialog")) event.target.blur();
    if (event.target.closest?.(FIELDS) && !pressed.startsWith("mod+")) return;
    if (document.querySelector("dialog[open]") && pressed !== "mod+enter") return;
    const sequence = this.#typed ? `${this.#typed} ${pressed}` : pressed;
    const found = this.#find(sequence, event.target) || this.#find(pressed, event.target);
    clearTimeout(this.#timer);
    this.#typed = "";
    if (found) {
      event.preventDefault();
      found.matches(FIELDS) ? found.focus() : found.click();
    } else if (!pressed.includes("mod+")) {
      this.#typed = pressed;
      this.#timer = setTimeout(() => { this.#typed = ""; }, PATIENCE);
    }
  }

  // The nearest one first: two forms on a page may both have `mod+enter`.
  #find(keys, from) {
    const selector = `[data-hotkey="${CSS.escape(keys)}"]`;
    const near = from.closest?.("form, dialog, tab-set")?.querySelectorAll(selector) ?? [];
    return [...near, ...document.querySelectorAll(selector)].find((one) => one.checkVisibility?.() ?? true)
      ?? (keys === "?" || keys.startsWith("g ") ? document.querySelector(selector) : undefined); // behind a menu too
  }

  #list(dialog) {
    const list = dialog.querySelector("[data-keys]");
    const rows = [...document.querySelectorAll("[data-hotkey]")].map((element) => {
      const keys = document.createElement("dt");
      const words = document.createElement("dd");
      for (const part of element.dataset.hotkey.split(" ")) {
        const key = document.createElement("kbd");
        key.className = "kbd";
        key.textContent = (instead.get(part) ?? part).replace("mod", "⌘/Ctrl").replace("enter", "↵");
        keys.append(key, " ");
      }
      words.textContent = label(element);
      return [keys, words];
    });
    list.replaceChildren(...rows.flat());
  }
}

new Hotkeys().start();
