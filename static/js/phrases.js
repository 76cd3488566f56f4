// A phrase is put where the cursor was last, without a way to the server and back. Without this the button does it.
(() => {
  document.querySelectorAll("button[data-phrase]").forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault();
    const pick = document.getElementById(button.dataset.phrase), text = document.getElementById(button.dataset.into);
    if (!pick.value) {
      pick.focus();
      return;
    }
    const before = text.value.slice(0, text.selectionEnd), after = text.value.slice(text.selectionEnd);
    const words = pick.selectedOptions[0].text, space = before && !/\s$/.test(before) ? " " : "";
    text.value = before + space + words + after;
    text.focus();
    text.setSelectionRange(before.length + space.length + words.length, before.length + space.length + words.length);
    pick.value = "";
  }));
})();
