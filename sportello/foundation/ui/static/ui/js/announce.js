// The polite region: says what happened, in one place. `document.dispatchEvent(new CustomEvent("ui:announce", {detail: {text, state}}))`.

const SHOWN = 8000; // ms; what asks for a decision (`data-stay`) stays until dismissed

export function announce(text, state = "info") {
  const region = document.getElementById("announcements");
  if (!region || !text) return;
  const notice = document.createElement("p");
  notice.className = `notice notice-${state}`;
  const words = document.createElement("span");
  words.textContent = text;
  notice.append(words);
  if (state === "error") notice.dataset.stay = "";
  region.replaceChildren(notice);
}

function tend(region) {
  for (const notice of region.querySelectorAll(".notice:not([data-tended])")) {
    notice.dataset.tended = "";
    const close = document.createElement("button");
    close.type = "button";
    close.setAttribute("aria-label", region.dataset.dismiss);
    close.textContent = "×";
    close.addEventListener("click", () => notice.remove());
    notice.append(close);
    if ("stay" in notice.dataset) continue;
    // Nobody's reading is cut: a notice under the pointer or with the focus inside waits.
    const leave = () => (notice.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : notice.remove());
    setTimeout(leave, SHOWN);
  }
}

const region = document.getElementById("announcements");
if (region) {
  tend(region);
  new MutationObserver(() => tend(region)).observe(region, { childList: true });
  document.addEventListener("ui:announce", (event) => announce(event.detail.text, event.detail.state));
}
