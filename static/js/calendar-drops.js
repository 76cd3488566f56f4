// What is dropped in the calendar: sent with the version of the booking that this screen drew. A refused drop goes back and
// says why; where a rule of the practice may be set aside, the same is asked for once more with a reason.

const MINUTE = 60_000;
const utc = (wall) => new Date(`${wall}:00Z`);
const wallOf = (date) => date.toISOString().slice(0, 16);

// A wall-clock text so much later; reckoned past the browser's own zone and its changes of the clock.
function later(wall, {years = 0, months = 0, days = 0, seconds = 0}) {
  const date = utc(wall);
  date.setUTCFullYear(date.getUTCFullYear() + years, date.getUTCMonth() + months, date.getUTCDate() + days);
  date.setUTCSeconds(date.getUTCSeconds() + seconds);
  return wallOf(date);
}

async function drop(event, address, values, revert) {
  const {id, version, who} = event.extendedProps.session;
  const url = `${document.getElementById("calendar").dataset.booking.replace("/0/", `/${id}/`)}${address}/`;
  const answer = await Dialogs.post(url, {version, ...values});
  if (answer.status === 200 && !answer.json.refused) {
    Dialogs.say(answer.json);
  } else {
    revert();
    refused(who, answer.json, (why) => drop(event, address, {...values, override: "on", why}, () => {}));
  }
  document.dispatchEvent(new CustomEvent("calendar:changed"));
}

function refused(who, {said, may_override: mayOverride}, again) {
  const part = document.getElementById("calendar-refused").content.cloneNode(true).firstElementChild;
  part.querySelector(".errorlist").append(...said.map((sentence) => {
    const item = document.createElement("li");
    item.textContent = sentence;
    return item;
  }));
  const form = part.querySelector("form");
  form.hidden = !mayOverride;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const why = form.elements.why.value.trim();
    if (!why) {
      form.elements.why.setAttribute("aria-invalid", "true");
      form.elements.why.focus();
      return;
    }
    Dialogs.close();
    again(why);
  });
  Dialogs.say({said}, true);
  Dialogs.open(`${who}: left where it was`, part);
}

window.Drops = {
  later,

  moved({event, delta, newResource, revert}) {
    const {session} = event.extendedProps;
    const start = later(session.start, delta);
    const values = start === session.start ? {} : {starts_at: start};
    const column = newResource?.id.match(/^(therapist|room)-(\d+)$/);
    if (column) values[column[1]] = column[2];
    if (newResource && !column) {
      revert();
      return;
    }
    if (Object.keys(values).length) drop(event, "move", values, revert);
  },

  resized({event, endDelta, revert}) {
    const {session} = event.extendedProps;
    const ends = later(session.start, {...endDelta, seconds: endDelta.seconds + session.minutes * 60});
    drop(event, "length", {minutes: (utc(ends) - utc(session.start)) / MINUTE}, revert);
  },
};
