(function () {
  var root = document.documentElement;
  var en = document.getElementById('lang-en');
  var zh = document.getElementById('lang-zh');
  function show() {
    root.lang = en.checked ? 'en' : 'zh-CN';
    document.title = root.getAttribute(en.checked ? 'data-title-en' : 'data-title-zh');
  }
  var wanted = /^#(en|zh)$/.exec(location.hash) || /-(en|zh)$/.exec(location.hash);
  var first = wanted ? wanted[1] : (navigator.languages && navigator.languages[0]) || navigator.language || 'zh';
  if (/^zh/i.test(first)) { zh.checked = true; } else { en.checked = true; }
  show();
  en.addEventListener('change', show);
  zh.addEventListener('change', show);

  // What a mark says: shown beside it on hover, touch and focus; without scripts the browser shows its title.
  var tip = document.getElementById('tip');
  function text(mark) {
    var title = mark.querySelector('title');
    if (title) {
      mark.setAttribute('aria-label', title.textContent);
      mark.removeChild(title);
    }
    return mark.getAttribute('aria-label');
  }
  function place(mark) {
    var box = mark.getBoundingClientRect();
    tip.textContent = text(mark);
    tip.hidden = false;
    var left = Math.max(8, Math.min(box.left + box.width / 2 - tip.offsetWidth / 2, root.clientWidth - tip.offsetWidth - 8));
    var above = box.top - tip.offsetHeight - 8;
    tip.style.left = left + window.scrollX + 'px';
    tip.style.top = (above > 0 ? above : box.bottom + 8) + window.scrollY + 'px';
  }
  function hide() { tip.hidden = true; }
  function markOf(event) { return event.target.closest ? event.target.closest('.mark') : null; }
  ['pointerover', 'focusin', 'click'].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var mark = markOf(event);
      if (mark) { place(mark); } else { hide(); }
    });
  });
  document.addEventListener('keydown', function (event) { if (event.key === 'Escape') { hide(); } });
})();
