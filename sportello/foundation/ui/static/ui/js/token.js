// The CSRF token of this page; its cookie cannot be read by scripts.
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}
