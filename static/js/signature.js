// A drawn signature beside the typed name: shown where there is a script, sent as a picture, never asked for.

function startDrawing(part) {
  const canvas = part.querySelector("canvas");
  const field = part.closest("form").elements.drawing;
  part.hidden = false;
  const pad = new window.SignaturePad(canvas, { penColor: "#1d1a18", backgroundColor: "#ffffff" });

  function empty() {
    canvas.width = canvas.clientWidth;
    canvas.height = Math.round(canvas.clientWidth / 3);
    pad.clear();
    field.value = "";
  }

  empty();
  pad.addEventListener("endStroke", () => { field.value = pad.toDataURL("image/png"); });
  part.querySelector("[data-clear]").addEventListener("click", empty);
  window.addEventListener("resize", () => { if (canvas.width !== canvas.clientWidth) empty(); });
}

for (const part of document.querySelectorAll("[data-signature]")) startDrawing(part);
