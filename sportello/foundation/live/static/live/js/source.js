// One connection to the stream: EventSource, or long polling where something on the way keeps a stream back.
// Coming back is always the same question, "what since there": after sleep, a lost line, a restarted server.

const HELLO_WITHIN = 6000; // ms; a proxy that buffers shows the first word late or never
const SILENT_FOR = 40000; // the server gives a sign every 15 s
const LONGEST_PAUSE = 30000;
const STREAM_AGAIN = 600000;

export class Source {
  #url; #names; #hear;
  #topics = []; #at = ""; #since = Date.now();
  #events = null; #asking = null; #timer = 0; #patience = 0;
  #polls = false; #answered = false; #streamAgain = 0;
  #failures = 0; #heardAt = 0; #over = false; #paused = false;

  // `hear(name, data, at)`; `names`: the events to hear of beside the stream's own.
  constructor(url, names, hear) {
    this.#url = url;
    this.#names = ["hello", "resync", "reload", "bye", "beat", ...names];
    this.#hear = hear;
    setInterval(() => this.#look(), 20000);
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
    window.addEventListener("online", () => this.#open());
  }

  // Listen to these topics, from position `at`, or from `ago` ms before now where there is none yet.
  listen(topics, at = "", ago = 0) {
    this.#at ||= at;
    if (!this.#at) this.#since = Math.min(this.#since, Date.now() - ago);
    if (this.#covers(topics)) return;
    this.#topics = topics;
    this.#over = false;
    this.#open();
  }

  #covers(topics) {
    return topics.every((topic) => this.#topics.includes(topic));
  }

  pause() {
    this.#paused = true;
    this.#shut();
  }

  resume() {
    if (!this.#paused) return;
    this.#paused = false;
    this.#open();
  }

  #open() {
    this.#shut();
    if (this.#over || this.#paused || !this.#topics.length) return;
    if (this.#polls && Date.now() > this.#streamAgain) this.#polls = false;
    this.#polls ? this.#poll() : this.#stream();
  }

  #shut() {
    clearTimeout(this.#timer);
    clearTimeout(this.#patience);
    this.#events?.close();
    this.#asking?.abort();
    this.#events = this.#asking = null;
  }

  #address(more = {}) {
    const address = new URL(this.#url, location.href);
    const place = this.#at ? { since: this.#at } : { ago: String(Math.round(Date.now() - this.#since)) };
    for (const [name, value] of Object.entries({ topics: this.#topics.join(","), ...place, ...more })) {
      address.searchParams.set(name, value);
    }
    return address;
  }

  #take(name, data, at) {
    if (at) this.#at = at;
    this.#heardAt = Date.now();
    if (name === "bye" && data.why === "session") this.#over = true;
    // what the server no longer tells must be asked for anew, should somebody want it again
    const ended = data.refused ?? (data.topic ? [data.topic] : []);
    if (ended.length) this.#topics = this.#topics.filter((topic) => !ended.includes(topic));
    if (name !== "beat") this.#hear(name, data, this.#at);
  }

  #stream() {
    const events = new EventSource(this.#address(), { withCredentials: true });
    let greeted = false;
    const lost = () => {
      if (this.#events !== events) return;
      this.#shut();
      greeted ? this.#later(200 + Math.random() * 1800) : this.#failed();
    };
    this.#events = events;
    this.#patience = setTimeout(lost, HELLO_WITHIN);
    events.onerror = lost; // its own way back would ask for an old address
    for (const name of this.#names) {
      events.addEventListener(name, (event) => {
        if (this.#events !== events) return;
        if (name === "hello") {
          greeted = true;
          this.#failures = 0;
          this.#answered = false;
          clearTimeout(this.#patience);
        }
        this.#take(name, JSON.parse(event.data), event.lastEventId);
      });
    }
  }

  #failed() {
    this.#failures += 1;
    if (this.#failures >= 3 && !this.#polls) {
      this.#polls = true;
      this.#streamAgain = Date.now() + STREAM_AGAIN;
    }
    this.#later(Math.min(LONGEST_PAUSE, 500 * 2 ** this.#failures) * (0.5 + Math.random()));
  }

  #later(pause) {
    clearTimeout(this.#timer);
    if (!this.#over) this.#timer = setTimeout(() => this.#open(), pause);
  }

  async #poll() {
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const options = { credentials: "include", cache: "no-store", signal: asking.signal };
      const response = await fetch(this.#address({ poll: "1" }), options);
      if (response.status === 401) return this.#take("bye", { why: "session" });
      if (response.status === 404) return this.#refused();
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (this.#asking !== asking) return;
      for (const { event, data } of answer.events) this.#take(event, data);
      this.#at = answer.at;
    } catch {
      if (this.#asking !== asking) return;
      this.#answered = false;
      this.#failed();
      return;
    }
    if (!this.#answered) { // the server is there again: perhaps it had only been away
      this.#answered = true;
      this.#failures = 2;
      this.#polls = false;
    }
    this.#later(this.#polls ? 50 : 0);
  }

  // Nothing of what was asked for is ours to hear: until something else is wanted.
  #refused() {
    this.#over = true;
    this.#take("hello", { topics: {}, refused: this.#topics });
  }

  #look() {
    if (this.#events && Date.now() - this.#heardAt > SILENT_FOR) this.#open();
  }
}
