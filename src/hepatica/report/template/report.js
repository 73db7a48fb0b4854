(function () {
  "use strict";
  var trace = JSON.parse(document.getElementById("trace").textContent);
  var panel = document.getElementById("behind");
  var head = document.getElementById("behind-head");
  var who = document.getElementById("behind-who");
  var rows = document.getElementById("behind-rows");
  var owner = null;
  var pinned = false;
  var timer = 0;

  function counted(n) {
    return n + (n === 1 ? " patient" : " patients");
  }

  function named(count, subjects) {
    var text = subjects.join(", ");
    return count > subjects.length ? text + " and " + (count - subjects.length) + " more" : text;
  }

  function line(text) {
    var item = document.createElement("li");
    item.textContent = text;
    rows.appendChild(item);
  }

  function fillNumber(button) {
    var shown = button.dataset.r.split(",").filter(function (r) { return trace.rows[r]; });
    var first = trace.sets[trace.rows[shown[0]][1]];
    head.textContent = (button.dataset.words || button.textContent) + " \u2014 " + counted(first[0]);
    who.textContent = named(first[0], first.slice(1));
    shown.forEach(function (r) {
      var entry = trace.rows[r];
      var set = trace.sets[entry[1]];
      var other = set === first ? "" : " (" + counted(set[0]) + (set[0] ? ": " + named(set[0], set.slice(1)) : "") + ")";
      line("results.csv row " + r + ": " + trace.texts[entry[0]] + other);
    });
  }

  function fillMark(mark) {
    var title = mark.querySelector("title");
    var text = mark.dataset.words || (title ? title.textContent : "");
    var subjects = mark.dataset.subjects ? mark.dataset.subjects.split("; ") : [];
    head.textContent = text;
    who.textContent = subjects.length > 1 ? named(Number(mark.dataset.count), subjects) : "";
  }

  function place(target) {
    var box = target.getBoundingClientRect();
    var width = panel.offsetWidth;
    var left = Math.min(Math.max(box.left + box.width / 2 - width / 2, 12), document.documentElement.clientWidth - width - 12);
    var below = box.bottom + 8;
    var top = below + panel.offsetHeight > window.innerHeight && box.top > panel.offsetHeight + 16 ? box.top - panel.offsetHeight - 8 : below;
    panel.style.left = left + window.scrollX + "px";
    panel.style.top = top + window.scrollY + "px";
  }

  function show(target, pin) {
    hide();
    owner = target;
    pinned = pin;
    rows.textContent = "";
    if (target.dataset.r) { fillNumber(target); } else { fillMark(target); }
    target.setAttribute("aria-expanded", "true");
    target.classList.add("on");
    panel.hidden = false;
    place(target);
  }

  function hide() {
    if (owner) {
      owner.setAttribute("aria-expanded", "false");
      owner.classList.remove("on");
    }
    owner = null;
    pinned = false;
    panel.hidden = true;
  }

  function source(event) {
    return event.target.closest ? event.target.closest("button.n, .mark[data-mark]") : null;
  }

  document.addEventListener("click", function (event) {
    var target = source(event);
    if (target) { if (owner === target && pinned) { hide(); } else { show(target, true); } return; }
    if (!panel.contains(event.target) || event.target.className === "close") { hide(); }
  });
  document.addEventListener("mouseover", function (event) {
    var target = source(event);
    window.clearTimeout(timer);
    if (pinned || panel.contains(event.target)) { return; }
    timer = window.setTimeout(function () { if (target) { if (owner !== target) { show(target, false); } } else { hide(); } }, 140);
  });
  document.addEventListener("keydown", function (event) {
    var target = source(event);
    if (event.key === "Escape" && owner) { var back = owner; hide(); back.focus(); return; }
    if (target && target.dataset.mark !== undefined && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      show(target, true);
    }
  });

  document.querySelectorAll("button.n").forEach(function (button) {
    button.setAttribute("aria-haspopup", "dialog");
    button.setAttribute("aria-expanded", "false");
  });
  document.querySelectorAll("figure").forEach(function (figure) {
    var marks = figure.querySelectorAll(".mark[data-mark]");
    marks.forEach(function (mark) {
      var title = mark.querySelector("title");
      if (title) { mark.dataset.words = title.textContent; title.remove(); }
      mark.setAttribute("role", "button");
      mark.setAttribute("aria-label", mark.dataset.words);
      if (marks.length <= 80) { mark.setAttribute("tabindex", "0"); }
    });
  });
})();
