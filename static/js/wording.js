// The preview of a wording follows what is typed, and can be as narrow as a phone. Without this the buttons do the same.
(() => {
  const form = document.getElementById("wording");
  if (!form) return;
  const buttons = [...form.querySelectorAll("[data-preview]")];
  let waiting, typed = 0;

  // Put into the frame as it stands, so that going back does not step through every letter that was typed; read by the
  // frame's own parser, since a letter's style is allowed in the frame alone.
  const show = async (button, asked) => {
    const answer = await fetch(button.formAction, {method: "POST", body: new FormData(form)});
    const words = await answer.text();
    const inside = document.querySelector(`iframe[name="${button.formTarget}"]`).contentWindow;
    if (!answer.ok || asked !== typed) return;
    const page = new inside.DOMParser().parseFromString(words, "text/html");
    inside.document.documentElement.replaceWith(inside.document.adoptNode(page.documentElement));
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
