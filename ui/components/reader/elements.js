// What components are made of: elements and buttons with text nodes only, numbers, and the name of a pressed key.

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

const count = (number) => number.toLocaleString("en");

const clamp = (number, low, high) => Math.max(low, Math.min(high, number));

function button(className, label, act, key) {
  const made = element("button", className, label);
  made.type = "button";
  if (key) made.append(" ", element("kbd", "", key));
  made.addEventListener("click", act);
  return made;
}

// A choice that this browser keeps; off where it keeps nothing.
function keptChoice(name) {
  try {
    return localStorage.getItem(name) === "1";
  } catch {
    return false;
  }
}

function keepChoice(name, isOn) {
  try {
    localStorage.setItem(name, isOn ? "1" : "0");
  } catch {
    // Without storage the choice holds until the page is loaded again.
  }
}

function isTyping(target) {
  if (target.isContentEditable || target.tagName === "CANVAS") return true;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="grid"],[role="listbox"]') !== null;
}

// The key as on a Latin keyboard: J is J with a Cyrillic layout, and 1 is 1 on a French keyboard without shift.
function keyName(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([1-9]))$/.exec(event.code);
  if (/^[0-9?]$/.test(event.key) || event.key.length > 1) return event.key.toLowerCase();
  if (event.shiftKey) return "";
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  return (place?.[2] ?? (event.key > "\u007f" ? place?.[1] : "") ?? "").toLowerCase();
}
