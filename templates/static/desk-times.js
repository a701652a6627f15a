// Keeps the list of times up with what is typed: a moment after the last change the form is asked for the
// page with its times, and those take the place of the old ones. Without this script a button does the same.
"use strict";

for (const form of document.querySelectorAll("form[data-times]")) {
  let waiting = 0;
  let latest = 0;

  const show = async () => {
    const mine = ++latest;
    const typed = new FormData(form);
    typed.set("show", "times");
    try {
      const answer = await fetch(form.action, { method: "POST", body: typed, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const times = page.getElementById("times");
      if (times && mine === latest) document.getElementById("times").replaceChildren(...times.childNodes);
    } catch {
      // The network rests; the button still works.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  });
  document.getElementById("show-times").hidden = true;
}
