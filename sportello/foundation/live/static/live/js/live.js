// Live: the page follows what others do. Works with nothing when there is no script: then a page is as old as it is.
import * as bell from "./bell.js";
import * as lists from "./lists.js";
import * as presence from "./presence.js";
import { Shared } from "./shared.js";
import * as tickets from "./tickets.js";

const SWAPPED_AGO = 5000; // ms; what htmx put in was asked for at most so long ago

const url = document.querySelector('meta[name="stream-url"]')?.content;
const hear = {
  hello: (data) => tickets.compare(data),
  ticket: (data) => tickets.changed(data),
  gone: (data) => tickets.gone(data),
  presence: (data) => presence.heard(data),
  lists: (data) => lists.told(data),
  bell: (data) => bell.told(data),
  resync: () => lists.doubt(), // the tickets' versions came with the first word
};

if (url) {
  const shared = new Shared(url, ["ticket", "gone", "lists", "presence", "bell"], (name, data) => {
    hear[name]?.(data);
    want(SWAPPED_AGO); // what is gone is wanted no more
  });
  let wanted = "";
  const want = (ago) => {
    const topics = [...bell.wanted(), ...lists.wanted(), ...tickets.topics()];
    if (topics.join() === wanted) return;
    wanted = topics.join();
    shared.want(topics, ago);
  };
  want(performance.now());
  document.addEventListener("htmx:load", () => want(SWAPPED_AGO));
  presence.start(url);
}
