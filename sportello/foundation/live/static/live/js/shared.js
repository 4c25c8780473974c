// One stream a browser. The tab that holds the lock listens and tells the others; HTTP/1.1 allows six connections to a
// host, and eight open tickets must not stop the pages themselves.
import { Source } from "./source.js";

const KEPT = 60000; // ms; what was told is kept so long for tabs that have just been drawn
const ASK_AGAIN = 60000;
const FORGOTTEN = 3 * ASK_AGAIN; // a tab that crashed said no farewell

export class Shared {
  #names; #hear; #source; #channel;
  #me = Math.random().toString(36).slice(2);
  #topics = []; #at = "";
  #leads = false;
  #tabs = new Map();
  #told = [];
  #timer = 0;
  #bell; // what was last told of it: a tab drawn later hears no first word of the stream

  constructor(url, names, hear) {
    this.#hear = hear;
    this.#source = new Source(url, names, (...said) => this.#say(...said));
    if (!navigator.locks) this.#alone(); // not offered to pages without TLS on other hosts than this one
    else this.#together(url);
  }

  // What this tab shows now. `ago`: how many ms ago that was asked of the server.
  want(topics, ago) {
    this.#topics = topics;
    if (this.#leads) this.#listen(ago);
    else this.#post({ kind: "want", topics, ago });
  }

  #alone() {
    this.#leads = true;
    const follow = () => (document.hidden ? this.#source.pause() : this.#source.resume());
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("pageshow", () => this.#source.resume());
  }

  #together(url) {
    this.#channel = new BroadcastChannel(`live:${url}`);
    this.#channel.onmessage = (event) => this.#heard(event.data);
    // the lock goes with the page, also when it crashes: the next in the queue goes on from the same position
    navigator.locks.request(`live:${url}`, () => new Promise(() => this.#lead()));
    window.addEventListener("pagehide", () => { this.#source.pause(); this.#post({ kind: "leave" }); });
    window.addEventListener("pageshow", (event) => event.persisted && this.#back());
    setInterval(() => this.#leads || this.#post({ kind: "want", topics: this.#topics, ago: 0 }), ASK_AGAIN);
  }

  // Out of the browser's cache of pages, as it was left: what somebody typed is still in it.
  #back() {
    this.#source.resume();
    this.want(this.#topics, KEPT);
  }

  #post(message) {
    this.#channel?.postMessage({ ...message, from: this.#me });
  }

  #lead() {
    this.#leads = true;
    this.#listen(performance.now());
    this.#post({ kind: "who" });
  }

  #heard(message) {
    if (message.kind === "say" && (!message.to || message.to === this.#me)) {
      this.#at = message.at || this.#at;
      this.#hear(message.name, message.data);
    } else if (message.kind === "who") {
      this.#post({ kind: "want", topics: this.#topics, ago: performance.now() });
    } else if (this.#leads && message.kind === "want") {
      this.#welcome(message);
    } else if (this.#leads && message.kind === "leave") {
      this.#tabs.delete(message.from);
    }
  }

  #welcome({ from, topics, ago }) {
    this.#tabs.set(from, { topics, seen: Date.now() });
    for (const { name, data, when } of this.#told) {
      if (when >= Date.now() - ago) this.#post({ kind: "say", to: from, name, data, at: this.#at });
    }
    if (this.#bell) this.#post({ kind: "say", to: from, name: "bell", data: this.#bell });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#listen(ago), 100); // several tabs answer at once
  }

  #listen(ago) {
    const topics = new Set(this.#topics);
    for (const [tab, { topics: wanted, seen }] of this.#tabs) {
      if (Date.now() - seen > FORGOTTEN) this.#tabs.delete(tab);
      else wanted.forEach((topic) => topics.add(topic));
    }
    this.#source.listen([...topics].slice(0, 60), this.#at, ago);
  }

  #say(name, data, at) {
    this.#at = at || this.#at;
    const now = Date.now();
    this.#told = this.#told.filter(({ when }) => when > now - KEPT);
    if (name === "bell") this.#bell = data;
    if (name !== "hello") this.#told.push({ name, data, when: now });
    this.#post({ kind: "say", name, data, at: this.#at });
    this.#hear(name, data);
    if (data.topics?.bell) this.#say("bell", data.topics.bell, at);
  }
}
