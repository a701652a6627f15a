// Keeps what somebody writes from being lost, in every form of the desk that goes by POST and has a text or several
// fields: the browser asks before the page is left while something in it isn't saved. And a date or a number that
// the browser can't read is sent as "?" instead of as nothing, so that the server says what is wrong with it.
"use strict";
{
  const longer = (form) =>
    form.querySelector("textarea:not([readonly])") || form.querySelectorAll("input:not([type=hidden]), select").length > 3;
  const forms = Array.from(document.querySelectorAll("main form[method=post]")).filter(longer);
  // What a form was refused with is not saved either.
  const refused = new Set(forms.filter((form) => form.querySelector("[aria-invalid=true]")));
  const changed = (field) => {
    switch (field.type) {
      case "checkbox":
      case "radio":
        return field.checked !== field.defaultChecked;
      case "select-one":
        return field.selectedIndex !== Math.max(0, Array.from(field.options).findIndex((option) => option.defaultSelected));
      case "file":
        return field.files.length > 0;
      case "text":
      case "textarea":
      case "email":
      case "url":
      case "number":
      case "date":
      case "time":
      case "datetime-local":
        return field.value !== field.defaultValue;
      default:
        return false;
    }
  };
  let sent = null;
  addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button && button.formTarget) && !event.defaultPrevented) sent = event.target;
  });
  addEventListener("pageshow", () => {
    sent = null;
  });
  addEventListener("beforeunload", (event) => {
    const unsaved = forms.some((form) => form !== sent && (refused.has(form) || Array.from(form.elements).some(changed)));
    if (unsaved) event.preventDefault();
  });
  addEventListener("formdata", (event) => {
    for (const field of event.target.elements) {
      if (field.name && field.validity && field.validity.badInput) event.formData.set(field.name, "?");
    }
  });
}
