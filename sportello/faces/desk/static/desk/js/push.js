// Browser push: the button asks the browser; where it is reached goes with the form.
const active = (worker) => new Promise((done) => {
  const coming = worker.installing ?? worker.waiting;
  if (!coming) return done();
  coming.addEventListener("statechange", () => coming.state === "activated" && done());
});

async function ask(form) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("not granted");
  const worker = await navigator.serviceWorker.register(form.dataset.pushWorker);
  await active(worker);
  await (await worker.pushManager.getSubscription())?.unsubscribe(); // it may be bound to an older key
  const options = { userVisibleOnly: true, applicationServerKey: form.dataset.pushKey };
  form.elements.subscription.value = JSON.stringify(await worker.pushManager.subscribe(options));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-push-key]")) {
  const say = (word) => form.querySelectorAll("[data-says]").forEach((one) => { one.hidden = one.dataset.says !== word; });
  const state = () => (globalThis.PushManager ? Notification.permission : "cannot");
  say(state());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form).catch(() => say(state() === "granted" ? "failed" : state()));
  });
}
