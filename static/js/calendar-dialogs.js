// The calendar's dialog: forms that are pages of their own elsewhere, put over the calendar; and what was done, with its undo.

const dialog = document.querySelector(".calendar-dialog");
const dialogTitle = document.getElementById("calendar-dialog-title");
const dialogBody = dialog.querySelector(".calendar-dialog-body");
const saidBox = document.querySelector(".calendar-said");
const token = document.querySelector("#calendar-token input").value;
const SIGNED_OUT = "You have been signed out. Please sign in again; nothing that was saved is lost.";
let undoTimer;
let whenClosed = () => {};

const Dialogs = {
  // Any answer of the practice's side; {status, json} or {status, html}. A page that leads elsewhere is the sign-in's.
  async ask(url, options = {}) {
    let answer;
    try {
      answer = await fetch(url, {credentials: "same-origin", cache: "no-store", ...options});
    } catch {
      return {status: 0, json: {said: ["The practice cannot be reached just now. Nothing was changed; please try again."]}};
    }
    if (answer.redirected) return {status: 401, json: {said: [SIGNED_OUT]}};
    const {status} = answer;
    const kind = answer.headers.get("Content-Type") || "";
    if (status === 304) return {status};
    if (kind.includes("json")) return {status, json: await answer.json(), tag: answer.headers.get("ETag")};
    if (kind.includes("html") && status < 500 && status !== 403 && status !== 404) return {status, html: await answer.text()};
    const said = status === 404 ? "This is not there any more." : "This could not be done. Please draw the page anew and try again.";
    return {status, json: {said: [said]}};
  },

  post(url, values) {
    const body = new URLSearchParams(values);
    return Dialogs.ask(url, {method: "POST", body, headers: {"X-CSRFToken": token, "X-Dialog": "1"}});
  },

  open(title, content, closed = () => {}) {
    whenClosed = closed;
    dialogTitle.textContent = title;
    dialogBody.replaceChildren(content);
    if (!dialog.open) dialog.showModal();
    (dialogBody.querySelector("[autofocus], .errors input") || dialogTitle).focus();
  },

  close() {
    dialog.close();
  },

  async load(title, url) {
    const answer = await Dialogs.ask(url, {headers: {"X-Dialog": "1"}});
    if (answer.html) Dialogs.show(title, answer.html, url);
    else Dialogs.say(answer.json);
  },

  show(title, html, url = "") {
    const part = document.createElement("div");
    part.innerHTML = html;
    for (const link of part.querySelectorAll("[data-instead]")) link.dataset.from = url;
    Dialogs.open(title, part);
  },

  // What was done, or why not: sentences, links to what stands in the way, and the way back while nobody has heard of it.
  say({said, links = [], undo = "", seconds = 0}, isWrong = false) {
    clearTimeout(undoTimer);
    const text = document.createElement("p");
    text.textContent = said.join(" ");
    saidBox.replaceChildren(text);
    saidBox.classList.toggle("is-wrong", isWrong);
    if (links.length) saidBox.append(listOf(links));
    if (undo) {
      saidBox.append(undoButton(undo));
      undoTimer = setTimeout(() => saidBox.querySelector("[data-undo]")?.remove(), seconds * 1000);
    }
  },
};

function listOf(links) {
  const list = document.createElement("ul");
  for (const {text, url} of links) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = url;
    link.textContent = text;
    item.append(link);
    list.append(item);
  }
  return list;
}

function undoButton(url) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.dataset.undo = url;
  button.textContent = "Undo";
  return button;
}

async function undo(url) {
  const answer = await Dialogs.post(url, {});
  Dialogs.close();
  Dialogs.say(answer.json, answer.status !== 200 || answer.json.refused);
  document.dispatchEvent(new CustomEvent("calendar:changed"));
}

async function send(form) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const answer = await Dialogs.post(form.action, new FormData(form));
  button.disabled = false;
  if (answer.html) {
    Dialogs.show(dialogTitle.textContent, answer.html);
    return;
  }
  if (answer.status !== 200) {
    const part = document.createElement("p");
    part.textContent = answer.json.said.join(" ");
    part.setAttribute("role", "alert");
    dialogBody.prepend(part);
    return;
  }
  Dialogs.close();
  Dialogs.say(answer.json);
  document.dispatchEvent(new CustomEvent("calendar:changed"));
}

let typing;
async function offerClients(field) {
  const {clients} = field.form.dataset;
  if (!clients || field.value.trim().length < 2) return;
  const answer = await Dialogs.ask(`${clients}?${new URLSearchParams({q: field.value})}`);
  if (answer.status !== 200) return;
  field.form.querySelector("datalist").replaceChildren(...answer.json.found.map(({value, label}) => {
    const option = document.createElement("option");
    option.value = value;
    option.label = `${value} (${label || "no address"})`;
    return option;
  }));
}

dialog.addEventListener("close", () => {
  dialogBody.replaceChildren();
  whenClosed();
  whenClosed = () => {};
});
dialog.addEventListener("submit", (event) => {
  if (event.target.matches(".calendar-override")) return;
  event.preventDefault();
  send(event.target);
});
dialog.addEventListener("input", (event) => {
  if (event.target.name !== "client") return;
  clearTimeout(typing);
  typing = setTimeout(() => offerClients(event.target), 200);
});
document.addEventListener("click", (event) => {
  const {target} = event;
  const undoing = target.closest("[data-undo]");
  const opening = target.closest("[data-dialog]");
  const instead = target.closest("[data-instead]");
  if (target.closest("[data-close]")) Dialogs.close();
  if (undoing) {
    event.preventDefault();
    undoing.disabled = true;
    undo(undoing.dataset.undo);
  }
  if (opening || instead) {
    event.preventDefault();
    const link = opening || instead;
    Dialogs.load(link.textContent.trim(), link.href + new URL(link.dataset.from || "", location.origin).search);
  }
});

window.Dialogs = Dialogs;
