// First child of <body>, so that the classes stand before anything is drawn: the design system
// checks them, and styles for pages with JavaScript hang on them.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("nhsuk-frontend-supported");
}
