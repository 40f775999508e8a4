"use strict";

// Everything from a record is inserted with textContent, never as markup.
const part = (id) => document.getElementById(id);

function show(state, name, role, details, note) {
  part("card").dataset.state = state;
  part("name").textContent = name;
  part("role").textContent = role;
  part("note").textContent = note;
  const list = part("details");
  list.replaceChildren();
  for (const [term, value] of details) {
    const dt = document.createElement("dt");
    const dd = document.createElement("dd");
    dt.textContent = term;
    dd.textContent = value;
    list.append(dt, dd);
  }
  document.title = name;
}

function minutes(seconds) {
  return seconds < 120 ? "a moment" : `${Math.round(seconds / 60)} minutes`;
}

function showContact(answer) {
  const contact = answer.contact;
  const name = [contact.firstName, contact.lastName].filter(Boolean).join(" ") || "No name";
  const role = [contact.title, contact.organization].filter(Boolean).join(", ");
  const details = contact.phones.map((phone) => ["Phone", phone])
    .concat(contact.emails.map((email) => ["E-mail", email]));
  const notes = [];
  if (answer.others > 0) {
    notes.push(answer.others === 1 ? "1 more contact has this number."
      : `${answer.others} more contacts have this number.`);
  }
  if (answer.stale) {
    notes.push(`Data from ${minutes(answer.age)} ago.`);
  }
  show("found", name, role, details, notes.join(" "));
}

async function lookUp(number) {
  part("number").textContent = number;
  const response = await fetch("caller?number=" + encodeURIComponent(number));
  const answer = await response.json();
  if (response.ok) {
    showContact(answer);
  } else if (response.status === 404) {
    show("unknown", "Unknown caller", "", [], answer.message);
  } else if (response.status === 400) {
    show("failed", "Not a phone number", "", [], "Enter it with its country code, like +1 317 555 0100.");
  } else {
    show("failed", "No answer", "", [], answer.message);
  }
}

const number = new URLSearchParams(location.search).get("number");
if (number) {
  part("input").value = number;
  lookUp(number).catch(() => show("failed", "No answer", "", [], "The lookup service is not available."));
} else {
  show("waiting", "No call", "", [], "Open this page with ?number=%2B13175550100, or type a number.");
}
