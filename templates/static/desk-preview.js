// Shows a form as it is being written: a moment after the last key, the button of the chosen preview is
// pressed, which sends the form to a frame. Without this script the buttons do the same by hand.
"use strict";

for (const form of document.querySelectorAll("form[data-preview]")) {
  let button = document.getElementById(form.dataset.preview);
  let waiting = 0;
  let quiet = false;

  // Files stay where they are: a preview must not send them each time.
  const show = () => {
    const files = form.querySelectorAll('input[type="file"]');
    quiet = true;
    for (const file of files) file.disabled = true;
    form.requestSubmit(button);
    for (const file of files) file.disabled = false;
    quiet = false;
  };
  form.addEventListener("submit", (event) => {
    if (!quiet && event.submitter && event.submitter.formTarget === "preview") {
      button = event.submitter; // the one that is kept up from now on
    }
  });
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 700);
  });
  show();
}
