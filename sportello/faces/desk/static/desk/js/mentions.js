// In a note "@" offers the colleagues who may see the ticket: arrows choose, Enter or Tab takes, Escape closes. Without
// this script the name is simply written.

let open = null; // { field, list, typed }

const names = new Map();
const known = (url) => {
  if (!names.has(url)) names.set(url, fetch(url).then((answer) => answer.json()));
  return names.get(url);
};
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function close() {
  open?.list.remove();
  open?.field.removeAttribute("aria-activedescendant");
  open = null;
}

function choose(item) {
  open.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  item.setAttribute("aria-selected", "true");
  open.field.setAttribute("aria-activedescendant", item.id);
}

function take(item) {
  const { field, typed } = open;
  close();
  field.focus();
  field.setRangeText(`${item.textContent} `, field.selectionStart - typed.length, field.selectionStart, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", async ({ target }) => {
  if (!target.dataset?.mentions) return;
  const begun = () => target.value.slice(0, target.selectionStart).match(/(?:^|[\s(])@([\p{L}'’ ]{0,30})$/u)?.[1];
  const all = begun() === undefined ? [] : await known(target.dataset.mentions);
  const typed = begun(); // who types fast has gone on while the names were on their way
  const found = typed === undefined ? [] : all.filter((name) => plain(name).startsWith(plain(typed)));
  close();
  if (!found.length || found.includes(typed)) return;
  const list = Object.assign(document.createElement("ul"), { id: "mentions", className: "menu-sheet mentions", role: "listbox" });
  list.append(...found.slice(0, 6).map((name, n) => Object.assign(document.createElement("li"), { id: `mention-${n}`, textContent: name, role: "option" })));
  target.after(list);
  target.setAttribute("aria-controls", "mentions");
  open = { field: target, list, typed };
  choose(list.firstChild);
});

document.addEventListener("keydown", (event) => {
  if (!open || event.target !== open.field) return;
  const now = open.list.querySelector("[aria-selected=true]");
  const next = { ArrowDown: now.nextSibling ?? open.list.firstChild, ArrowUp: now.previousSibling ?? open.list.lastChild }[event.key];
  if (next) choose(next);
  else if (["Enter", "Tab"].includes(event.key) && !event.ctrlKey && !event.metaKey) take(now);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("pointerdown", (event) => {
  if (!open) return;
  const item = event.target.closest?.("#mentions > li");
  if (item) event.preventDefault();
  if (item) take(item);
  else close();
});
