// Makes the design system's components live, again after each HTMX swap, and says aloud what changed.
// Nothing here is needed to use a page: every page works without it.
import { initAll } from "../vendor/nhsuk-10.6.1/nhsuk.min.js";

const WORDS_FOR_TROUBLE = "That did not work. What you typed is still here. Please try again.";

/** Wakes components inside `scope`; those awake already say so by an InitError, which is no news. */
function wake(scope) {
  initAll({
    scope,
    onError: (error) => {
      if (error.name !== "InitError") console.error(error);
    },
  });
  for (const button of scope.querySelectorAll("[data-print]")) {
    button.hidden = false;
  }
}

/** Puts words into the page's status region, which screen readers read out. */
function say(words) {
  const region = document.getElementById("announcements");
  if (region) region.textContent = words;
}

/** Shows a problem at the top of the page, for eyes as well as ears; an empty text hides it. */
function showTrouble(words) {
  const box = document.getElementById("trouble");
  if (!box) return;
  box.textContent = words;
  box.hidden = words === "";
}

/** "Nobody selected", "1 person selected", "4 people selected", beside a table of tick boxes. */
function countSelected(form) {
  const output = form.querySelector("[data-selected]");
  if (!output) return;
  const ticked = form.querySelectorAll('tbody input[type="checkbox"]:checked').length;
  if (ticked === 0) output.textContent = "Nobody selected";
  else output.textContent = ticked === 1 ? "1 person selected" : `${ticked} people selected`;
}

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-print]")) window.print();
});

document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form") : null;
  if (form) countSelected(form);
});

/** Focus is never lost: when what had it was swapped away, the new part takes it. */
function keepFocus(target) {
  if (document.activeElement && document.activeElement !== document.body) return;
  target.tabIndex = -1;
  target.classList.add("pp-landing");
  target.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  const target = event.detail.elt;
  wake(target.parentElement ?? document);
  showTrouble("");
  const news = target.matches("[data-announce]") ? target : target.querySelector("[data-announce]");
  if (news) say(news.textContent.trim());
  keepFocus(target);
});

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => showTrouble(WORDS_FOR_TROUBLE));
}

wake(document);
