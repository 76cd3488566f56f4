// The figure beside the list of areas: a press on an area chooses the next of its words in the list, which is what is sent.

function show(map, select) {
  for (const shape of map.querySelectorAll(`svg [data-area="${select.dataset.area}"]`)) shape.dataset.mark = select.value;
}

function startMap(map) {
  const figure = map.querySelector("[data-figure]");
  const say = map.querySelector("[data-say]");
  figure.hidden = false;
  for (const select of map.querySelectorAll("select[data-area]")) {
    show(map, select);
    select.addEventListener("change", () => show(map, select));
  }
  figure.addEventListener("click", (event) => {
    const shape = event.target.closest("[data-area]");
    const select = shape && map.querySelector(`select[data-area="${shape.dataset.area}"]`);
    if (!select) return;
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    show(map, select);
    say.textContent = `${select.labels[0].textContent}: ${select.selectedOptions[0].textContent}`;
  });
}

for (const map of document.querySelectorAll("[data-bodymap]")) startMap(map);
