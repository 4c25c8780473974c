// The receipt's QR code carries the access code behind the "#", which browsers do not send: put it in the field and
// take it out of the address, so that neither history nor the next page has it.
customElements.define("code-in-address", class extends HTMLElement {
  connectedCallback() {
    const code = decodeURIComponent(location.hash.slice(1));
    if (!/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/.test(code)) return;
    const field = this.querySelector("input");
    field.value = code;
    history.replaceState(null, "", location.pathname + location.search);
    field.form.querySelector("button:not([name])")?.focus();
  }
});
