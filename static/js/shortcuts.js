// Single keys for people who work through many forms. Loaded only for those who use them.
// Every one is a link or a field of the page that it only goes to: nothing is done by a key alone.
const PAGE = "/settings/shortcuts";
const TYPED_IN = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=submit])";

const rows = () => [...document.querySelectorAll(".pp-queue tbody .pp-who")];
const pager = (rel) => document.querySelector(`.pp-pager a[rel="${rel}"]`);

/** The row whose link, tick box or act has the focus; -1 when none has. */
function here(links) {
  const row = document.activeElement?.closest(".pp-queue tbody tr");
  return links.findIndex((link) => row?.contains(link));
}

function step(by, rel) {
  const link = pager(rel);
  if (link) {
    link.click();
    return;
  }
  const links = rows();
  const now = here(links);
  links[now === -1 ? (by > 0 ? 0 : links.length - 1) : now + by]?.focus();
}

function open() {
  const links = rows();
  links[here(links)]?.click();
}

function goTo(selector) {
  const found = document.querySelector(selector);
  if (!found) return;
  if (found.matches("a")) found.click();
  else found.focus();
}

function toActs() {
  const first = document.querySelector("#act :is(textarea, input, select, button):not([type=hidden]), #acts a");
  first?.focus();
}

/** The list of keys in a dialog; without it, for any reason, the page of the same list. */
async function show() {
  const answer = await fetch(PAGE, { headers: { "HX-Request": "true", "HX-Target": "shortcut-keys" } });
  if (!answer.ok) {
    location.assign(PAGE);
    return;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "pp-dialog";
  dialog.setAttribute("aria-labelledby", "shortcuts-title");
  dialog.innerHTML = `<h1 class="nhsuk-heading-m" id="shortcuts-title">Keyboard shortcuts</h1>${await answer.text()}
<p><a href="${PAGE}">Turn shortcuts off</a></p>
<form method="dialog"><button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" autofocus>Close</button></form>`;
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const ACTS = {
  j: () => step(1, "next"),
  k: () => step(-1, "prev"),
  o: open,
  a: toActs,
  m: () => goTo('.pp-tabs a[href*="act=message"]'),
  n: () => goTo("#note_body"),
  "?": show,
};

document.addEventListener("keydown", (event) => {
  const act = ACTS[event.key];
  const isOurs = act && !(event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat);
  if (!isOurs || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.target instanceof Element && event.target.closest(TYPED_IN)) return;
  event.preventDefault();
  act();
});
