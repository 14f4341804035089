"use strict";
(function () {
  var form = document.getElementById("filter");
  var status = document.getElementById("shown");
  var cards = Array.prototype.map.call(document.querySelectorAll("#findings ~ .card"), function (card) {
    return {
      node: card,
      items: Array.prototype.map.call(card.querySelectorAll(".finding"), function (item) {
        return { node: item, kind: item.dataset.kind, count: Number(item.dataset.count), text: item.textContent.toLowerCase() };
      }),
    };
  });
  var total = cards.reduce(function (sum, card) { return card.items.reduce(function (n, item) { return n + item.count; }, sum); }, 0);
  if (!total) { return; }
  form.hidden = false;

  function apply() {
    var kinds = Array.prototype.filter
      .call(form.elements.kind, function (box) { return box.checked; })
      .map(function (box) { return box.value; });
    var only = form.elements.card.value;
    var words = form.elements.text.value.trim().toLowerCase();
    var filtered = Boolean(only || words || kinds.length < form.elements.kind.length);
    var shown = 0;
    cards.forEach(function (card) {
      var here = 0;
      card.items.forEach(function (item) {
        var visible =
          (!only || card.node.id === only) &&
          kinds.indexOf(item.kind) >= 0 &&
          (!words || item.text.indexOf(words) >= 0);
        item.node.hidden = !visible;
        here += visible ? item.count : 0;
      });
      card.node.hidden = filtered && !here;
      shown += here;
    });
    status.textContent = form.dataset.shown.replace("\ufffc", shown).replace("\ufffd", total);
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  apply();

  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (node) { node.open = true; });
  });
  window.addEventListener("afterprint", function () {
    folded.forEach(function (node) { node.open = false; });
  });
})();
