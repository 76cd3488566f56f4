// The preview of a wording follows what is typed, and can be as narrow as a phone. Without this the buttons do the same.
(() => {
  const form = document.getElementById("wording");
  if (!form) return;
  const buttons = [...form.querySelectorAll("[data-preview]")];
  let waiting, typed = 0;

  // Put into the frame as it stands, so that going back does not step through every letter that was typed.
  const show = async (button, asked) => {
    const answer = await fetch(button.formAction, {method: "POST", body: new FormData(form)});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const frame = document.querySelector(`iframe[name="${button.formTarget}"]`).contentDocument;
    if (answer.ok && asked === typed) frame.documentElement.replaceWith(frame.adoptNode(page.documentElement));
  };

  buttons.forEach((button) => { button.hidden = true; });
  form.addEventListener("input", () => {
    typed += 1;
    clearTimeout(waiting);
    waiting = setTimeout(() => buttons.forEach((button) => show(button, typed)), 300);
  });
  document.querySelectorAll("[name=width]").forEach((choice) => choice.addEventListener("change", () => {
    document.querySelector(".wording-letter").classList.toggle("is-phone", choice.value === "phone");
  }));
})();
