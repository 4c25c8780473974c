// Passkeys: a form with data-passkey="create" or "get" asks the browser before it is sent.
// The options come in data-options (JSON), or from the form's own address where it has none.
// Needs PublicKeyCredential.parse…FromJSON (WebAuthn level 3); without it the form says so and stays.

const asks = {
  create: (json) => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json),
  }),
  get: (json) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) }),
};

async function optionsOf(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options).publicKey;
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return (await answer.json()).request_options.publicKey;
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    // the key must be found again without an address being typed
    options.authenticatorSelection = { ...options.authenticatorSelection, residentKey: "required", requireResidentKey: true };
  }
  const credential = await asks[form.dataset.passkey](options);
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const trouble = form.querySelector("[data-trouble]");
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    form.hidden = form.dataset.passkey === "get";
    trouble.hidden = false;
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    trouble.hidden = true;
    ask(form).catch(() => { trouble.hidden = false; });
  });
}
