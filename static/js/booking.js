// The visitor's own clock on each time that can be chosen, where it differs from the practice's.

const zone = document.body.dataset.zone;
const clock = (at, timeZone) => at.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone});

function showOwnTimes() {
  let differs = false;
  for (const button of document.querySelectorAll(".time[value]:not([data-own])")) {
    const at = new Date(button.value);
    const own = clock(at, undefined);
    if (own === clock(at, zone)) continue;
    differs = true;
    button.dataset.own = own;  // the style sheet shows it
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")}, ${own} by your own clock`);
  }
  for (const note of document.querySelectorAll("[data-own-zone]")) note.hidden = !differs;
}

showOwnTimes();
document.addEventListener("htmx:after:swap", showOwnTimes);

// Where the part does not come, the whole page is asked for, which says what is the matter.
const ask = (context) => location.assign(context.request.action);

document.addEventListener("htmx:before:response", (event) => {
  const {ctx} = event.detail;
  if (ctx.response.status === 200 && !ctx.response.raw.redirected) return;
  event.preventDefault();
  ask(ctx);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail?.ctx?.request?.action) ask(event.detail.ctx);
});
