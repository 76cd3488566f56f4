// A phrase is put at the end of its text without a way to the server and back. Without this the button does it.
(() => {
  document.querySelectorAll("button[data-phrase]").forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault();
    const pick = document.getElementById(button.dataset.phrase), text = document.getElementById(button.dataset.into);
    if (!pick.value) {
      pick.focus();
      return;
    }
    const before = text.value.trimEnd();
    text.value = before + (before ? " " : "") + pick.selectedOptions[0].text;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
    pick.value = "";
  }));
})();
