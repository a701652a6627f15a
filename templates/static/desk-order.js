// Lists of posts can be put in order by dragging: ol[data-order] names the field that takes the new order, the
// ids with commas between; its button sends it, with what was typed in the same form. The buttons in the list do
// the same, one step at a time, without this.
"use strict";
for (const list of document.querySelectorAll("ol[data-order]")) {
  const field = document.getElementById(list.dataset.order);
  const button = document.getElementById(list.dataset.order + "-button");
  const order = () => Array.from(list.children, (item) => item.dataset.id).join(",");
  const before = order();
  let moving = null;

  for (const item of list.children) {
    item.draggable = true;
    item.addEventListener("dragstart", (event) => {
      moving = item;
      item.classList.add("moving");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.dataset.id);
    });
    item.addEventListener("dragend", () => {
      item.classList.remove("moving");
      moving = null;
      if (order() !== before) {
        field.disabled = false;
        field.value = order();
        field.form.requestSubmit(button);
      }
    });
  }
  list.addEventListener("dragover", (event) => {
    if (!moving) return;
    event.preventDefault();
    const over = event.target.closest("ol[data-order] > li");
    if (!over || over === moving) return;
    const box = over.getBoundingClientRect();
    over[event.clientY < box.top + box.height / 2 ? "before" : "after"](moving);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
}
