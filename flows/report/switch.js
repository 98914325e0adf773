(function () {
  var root = document.documentElement;
  var en = document.getElementById('lang-en');
  var zh = document.getElementById('lang-zh');
  function show() {
    root.lang = en.checked ? 'en' : 'zh-CN';
    document.title = root.getAttribute(en.checked ? 'data-title-en' : 'data-title-zh');
  }
  var wanted = /^#(en|zh)$/.exec(location.hash);
  var first = wanted ? wanted[1] : (navigator.languages && navigator.languages[0]) || navigator.language || 'zh';
  if (/^zh/i.test(first)) { zh.checked = true; } else { en.checked = true; }
  show();
  en.addEventListener('change', show);
  zh.addEventListener('change', show);
})();
