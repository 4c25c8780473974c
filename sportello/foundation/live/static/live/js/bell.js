// The bell: how many notifications are unread, told by the stream with its first word and whenever it changes.
import { announce } from "./words.js";

const place = document.querySelector("[data-live-bell] a");
let known = NaN;

export const wanted = () => (place ? ["bell"] : []);

export function told({ unread }) {
  if (!place) return;
  place.querySelector(".count")?.remove();
  const textContent = unread > 99 ? "99+" : String(unread);
  if (unread) place.append(Object.assign(document.createElement("span"), { className: "count", textContent }));
  if (unread > known) announce("told");
  known = unread;
}
