// Small comforts over pages that work without them: the countdown of a kept time,
// the visitor's own clock beside the practice's, and the focus after a part was exchanged.

const zone = document.body.dataset.zone;

function clock(at, timeZone) {
  const parts = {hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone};
  const day = {weekday: "long", timeZone};
  return [at.toLocaleTimeString("en-GB", parts), at.toLocaleDateString("en-GB", day)];
}

// <span data-own-clock="2026-12-01T11:00:00+00:00" hidden></span>
function showOwnClock(root) {
  for (const spot of root.querySelectorAll("[data-own-clock]")) {
    const at = new Date(spot.dataset.ownClock);
    const [there, thereDay] = clock(at, zone);
    const [here, hereDay] = clock(at, undefined);
    if (there === here && thereDay === hereDay) continue;
    spot.textContent = `${here}${hereDay === thereDay ? "" : ` on ${hereDay}`} by your own clock`;
    spot.hidden = false;
  }
}

function minutesInWords(seconds) {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}

// <div class="countdown" data-until="…"> with [data-left] for the eye and [data-say] for the ear.
function startCountdown(box) {
  const until = Date.parse(box.dataset.until);
  const left = box.querySelector("[data-left]");
  const say = box.querySelector("[data-say]");
  const marks = [300, 120, 60];
  let last = Infinity;

  function tick() {
    if (!box.isConnected) return clearInterval(timer);
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    box.classList.toggle("is-short", seconds <= 120);
    const passed = marks.find((mark) => seconds <= mark && last > mark && last !== Infinity);
    if (passed && say) say.textContent = `This time is kept for you for another ${minutesInWords(seconds)}.`;
    if (seconds === 0) {
      clearInterval(timer);
      left.textContent = "0:00";
      if (say) say.textContent = box.dataset.ended || "The time is no longer kept for you. What you have typed stays.";
    }
    last = seconds;
  }

  const timer = setInterval(tick, 1000);
  tick();
}

function start(root) {
  showOwnClock(root);
  for (const box of root.querySelectorAll("[data-until]:not([data-running])")) {
    box.dataset.running = "";
    startCountdown(box);
  }
}

start(document);

// A part that htmx exchanged may name where the focus goes: <h2 tabindex="-1" data-focus>.
document.addEventListener("htmx:after:swap", () => {
  start(document);
  const spot = document.querySelector("[data-focus]");
  if (!spot) return;
  spot.removeAttribute("data-focus");
  spot.focus({preventScroll: true});
  spot.scrollIntoView({block: "nearest"});
});

// A passkey that was refused or is not to be had: say so in words instead of nothing.
document.addEventListener("allauth.error", (event) => {
  const note = document.querySelector("[data-passkey-failed]");
  if (!note) return;
  event.preventDefault();
  note.hidden = false;
});

// Back from the browser's own store shows old times: ask anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-fresh]")) location.reload();
});
